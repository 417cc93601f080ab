import type { InboundStream } from '../rtp/inbound-stream.js';
import type { SenderReport } from '../rtp/rtcp.js';
import type { RtpPacket } from '../rtp/rtp-packet.js';
import type { Codec, RtpKind } from '../codecs/codec.js';
import type { Frame } from '../codecs/frame.js';
import { RecordingFile } from './recording-file.js';
import { Track } from './track.js';
import { WebmWriter } from './webm-writer.js';

/** In ms. Sound and picture that are further apart have no common clock, and are left as they are. */
const mostShift = 2000;
/** In ms. Nobody sees a smaller difference between sound and picture. */
const leastShift = 5;

export interface RecordingOptions {
  readonly path: string;
  readonly kinds: readonly RtpKind[];
  /** The file is opened when this settles: the recording before may have the same name. */
  readonly after?: Promise<void>;
  /** Called when the first frame is written: at the beginning, and after each pause. */
  readonly started: () => void;
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
  #file: RecordingFile | undefined;
  #writer: WebmWriter | undefined;
  /** Time of the beginning of the file, plus the length of all pauses. */
  #origin = 0;
  #pausedAt: number | undefined;
  #isFlowing = false;
  #isOver = false;

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#tracks = Object.fromEntries(options.kinds.map((kind) => [kind, this.#track(kind)]));
  }

  take(packet: RtpPacket, from: InboundStream, now: number): void {
    if (this.#isOver || this.#pausedAt !== undefined) return;
    this.#tracks[from.codec.kind]?.take(packet, from, now);
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
  }

  #track(kind: RtpKind): Track {
    return new Track(kind, {
      frame: (frame, codec, time) => {
        this.#write(kind, frame, codec, time);
      },
      keyframeNeeded: this.#options.keyframeNeeded,
    });
  }

  #write(kind: RtpKind, frame: Frame, codec: Codec, time: number): void {
    const writer = (this.#writer ??= this.#begin(time));
    const written = this.#written.get(kind) ?? this.#addTrack(writer, kind, frame, codec);
    // A track has one codec. A source with another codec is left out until it changes back.
    if (written.codec !== codec) return;
    const at = Math.max(Math.round(time - this.#origin), written.last + 1, 0);
    written.last = at;
    writer.write(written.number, frame, at);
    if (this.#isFlowing) return;
    this.#isFlowing = true;
    this.#options.started();
  }

  #begin(time: number): WebmWriter {
    this.#origin = time;
    const failed = (error: unknown): void => {
      this.#isOver = true;
      this.#options.failed(error);
      void this.#file?.close();
    };
    this.#file = new RecordingFile(this.#options.path, failed, this.#options.after);
    return new WebmWriter(this.#file);
  }

  #addTrack(writer: WebmWriter, kind: RtpKind, frame: Frame, codec: Codec): Written {
    const written = { number: writer.addTrack({ ...frame, codec }), codec, last: -1 };
    this.#written.set(kind, written);
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
