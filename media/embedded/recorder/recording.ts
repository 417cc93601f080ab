import type { InboundStream } from '../rtp/inbound-stream.js';
import type { SenderReport } from '../rtp/rtcp.js';
import type { RtpPacket } from '../rtp/rtp-packet.js';
import type { Codec, RtpKind } from '../codecs/codec.js';
import type { OpenFile } from './recording-file.js';
import { RecordingFile } from './recording-file.js';
import type { TimedFrame } from './track.js';
import { Track } from './track.js';
import { WebmWriter } from './webm-writer.js';

/** In ms. Sound and picture that are further apart have no common clock, and are left as they are. */
const mostShift = 2000;
/** In ms. Nobody sees a smaller difference between sound and picture. */
const leastShift = 5;
/** In ms. A frame waits no longer for clocks to be set. */
const longestHold = 1000;

export interface RecordingOptions {
  /** Makes the file, and opens it. */
  readonly open: OpenFile;
  readonly kinds: readonly RtpKind[];
  /** A keyframe is asked for when none came for so long, in ms. 0: only when one is needed. */
  readonly keyframeMs: number;
  /** Called when the first frame is written: at the beginning, and after each pause. `at`: when that frame was there. */
  readonly started: (at: number) => void;
  /** Nothing more is written. Called once at most. */
  readonly failed: (error: unknown) => void;
  readonly keyframeNeeded: () => void;
}

interface Written {
  readonly number: number;
  readonly codec: Codec;
  last: number;
}

/**
 * Writes packets into one file, which is created with the first frame. Times are in ms. A recording that fails keeps what is written,
 * up to the last whole cluster.
 */
export class Recording {
  readonly #options: RecordingOptions;
  readonly #tracks: Readonly<Partial<Record<RtpKind, Track>>>;
  readonly #written = new Map<RtpKind, Written>();
  /** Frames that wait until the clocks of their streams are set. */
  #held: TimedFrame[] = [];
  #file: RecordingFile | undefined;
  #writer: WebmWriter | undefined;
  /** Time of the beginning of the file, plus the length of all pauses. */
  #origin = 0;
  #pausedAt: number | undefined;
  #isFlowing = false;
  #isOver = false;
  #hasFailed = false;

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#tracks = Object.fromEntries(options.kinds.map((kind) => [kind, this.#track(kind)]));
  }

  take(packet: RtpPacket, from: InboundStream, now: number): void {
    if (this.#isOver || this.#pausedAt !== undefined) return;
    this.#tracks[from.codec.kind]?.take(packet, from, now);
    this.#writeSettled(now);
  }

  reported(report: SenderReport, from: InboundStream): void {
    const track = this.#tracks[from.codec.kind];
    if (track?.from !== from) return;
    track.clock.reported(report);
    this.#synchronise();
  }

  pause(now: number): void {
    if (this.#pausedAt !== undefined) return;
    this.#flush();
    this.#pausedAt = now;
    this.#isFlowing = false;
  }

  resume(now: number): void {
    if (this.#pausedAt === undefined) return;
    this.#origin += now - this.#pausedAt;
    this.#pausedAt = undefined;
    for (const track of Object.values(this.#tracks)) track.reset();
  }

  /** The source of this kind has changed. */
  reset(kind: RtpKind): void {
    this.#tracks[kind]?.reset();
  }

  tick(now: number): void {
    if (this.#isOver || this.#pausedAt !== undefined) return;
    for (const track of Object.values(this.#tracks)) track.tick(now);
    this.#writeSettled(now);
  }

  /** Whether anything was written. */
  get hasFile(): boolean {
    return this.#file !== undefined;
  }

  /** It cannot be written. What is written stays. */
  fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#isOver = true;
    this.#held = [];
    this.#options.failed(error);
    void this.#file?.close();
  }

  /** Resolves when the file is closed, complete or failed. May be called twice. */
  async finish(): Promise<void> {
    if (!this.#isOver) {
      if (this.#pausedAt === undefined) this.#flush();
      this.#isOver = true;
      this.#writer?.finish();
    }
    await this.#file?.close();
  }

  #flush(): void {
    for (const track of Object.values(this.#tracks)) track.flush();
    this.#writeHeld();
  }

  #track(kind: RtpKind): Track {
    const { keyframeMs, keyframeNeeded } = this.#options;
    return new Track(kind, keyframeMs, {
      frame: (frame) => {
        this.#held.push(frame);
      },
      keyframeNeeded,
    });
  }

  #writeSettled(now: number): void {
    const [first] = this.#held;
    if (!first) return;
    if (now - first.arrivedAt >= longestHold || this.#held.every(({ clock }) => clock.isSettled(now)))
      this.#writeHeld();
  }

  /** In the order of their times: those of a stream that has just begun may be older than others that wait with them. */
  #writeHeld(): void {
    this.#synchronise();
    const timed = this.#held.map((frame) => ({ frame, time: frame.clock.timeOf(frame.timestamp, frame.arrivedAt) }));
    this.#held = [];
    for (const { frame, time } of timed.sort((one, other) => one.time - other.time)) this.#write(frame, time);
  }

  #write(frame: TimedFrame, time: number): void {
    const { codec } = frame;
    const writer = (this.#writer ??= this.#begin(time));
    const written = this.#written.get(codec.kind) ?? this.#addTrack(writer, frame);
    // A track has one codec. A source with another codec is left out until it changes back.
    if (written.codec !== codec) return;
    const at = Math.max(Math.round(time - this.#origin), written.last + 1, 0);
    written.last = at;
    writer.write(written.number, frame, at);
    if (this.#isFlowing) return;
    this.#isFlowing = true;
    this.#options.started(time);
  }

  #begin(time: number): WebmWriter {
    this.#origin = time;
    this.#file = new RecordingFile(this.#options.open, (error) => {
      this.fail(error);
    });
    return new WebmWriter(this.#file);
  }

  #addTrack(writer: WebmWriter, frame: TimedFrame): Written {
    const written = { number: writer.addTrack(frame), codec: frame.codec, last: -1 };
    this.#written.set(frame.codec.kind, written);
    return written;
  }

  /** Shifts the clock of the picture until it shows the sender's time as the clock of the sound does. */
  #synchronise(): void {
    const { audio, video } = this.#tracks;
    const [heard, seen] = [audio?.clock.toSender, video?.clock.toSender];
    if (!video || heard === undefined || seen === undefined) return;
    const shift = seen - heard;
    if (Math.abs(shift) > mostShift || Math.abs(shift - video.clock.shift) < leastShift) return;
    video.clock.shift = shift;
  }
}
