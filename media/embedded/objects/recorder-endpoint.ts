import { KurentoError } from './kurento-error.js';
import { text } from './parameters.js';
import { failureOf } from '../recorder/recording-failure.js';
import { Recording } from '../recorder/recording.js';
import { HighestLayer } from '../rtp/highest-layer.js';
import type { InboundStream } from '../rtp/inbound-stream.js';
import type { SenderReport } from '../rtp/rtcp.js';
import type { RtpPacket } from '../rtp/rtp-packet.js';
import type { RtpKind } from '../codecs/codec.js';
import { thrown } from '../log.js';
import { elementEvents, mediaElementOperations } from './element-operations.js';
import { MediaElement, typeOf } from './media-element.js';
import type { EventFields, ObjectClass, ObjectContext } from './media-object.js';
import type { MediaPipeline } from './media-pipeline.js';
import type { Operations } from './operations.js';
import { operation, perform, property } from './operations.js';

/** Every profile of the protocol (docs/protocols/kurento-media.md#8-other-elements). */
export const mediaProfiles = [
  'WEBM',
  'WEBM_VIDEO_ONLY',
  'WEBM_AUDIO_ONLY',
  'MKV',
  'MKV_VIDEO_ONLY',
  'MKV_AUDIO_ONLY',
  'MP4',
  'MP4_VIDEO_ONLY',
  'MP4_AUDIO_ONLY',
  'FLV',
  'JPEG_VIDEO_ONLY',
  'KURENTO_SPLIT_RECORDER',
] as const;
export type MediaProfile = (typeof mediaProfiles)[number];

/** The kinds of media that are recorded, for each profile that the engine can write. */
const recorded: Readonly<Partial<Record<MediaProfile, readonly RtpKind[]>>> = {
  WEBM: ['audio', 'video'],
  WEBM_VIDEO_ONLY: ['video'],
  WEBM_AUDIO_ONLY: ['audio'],
};

type State = 'STOP' | 'START' | 'PAUSE';

const eventOf = { STOP: 'Stopped', START: 'Recording', PAUSE: 'Paused' } as const satisfies Record<State, string>;

export interface RecorderEndpointOptions {
  readonly mediaProfile?: MediaProfile | undefined;
  /** Whether the recording stops by itself when each of its sources was released or has lost its client for good. */
  readonly stopOnEndOfStream?: boolean | undefined;
}

/** Writes the media of its source into a file (docs/protocols/kurento-media.md#8-other-elements). */
export class RecorderEndpoint extends MediaElement {
  readonly class = recorderEndpointClass;
  /** A recording has everybody's words. */
  readonly takesAll = true;
  readonly uri: string;
  readonly #kinds: readonly RtpKind[];
  readonly #beat = (now: number): void => {
    this.#tick(now);
  };
  #state: State = 'STOP';
  #recording: Recording | undefined;
  readonly #highest = new HighestLayer();
  /** Whether the recording stops when its sources have ended. */
  readonly #stopsAtEnd: boolean;
  /** The kinds whose source has ended and was not replaced. */
  readonly #ended = new Set<RtpKind>();
  /** Resolves when it was looked whether the file can be made. */
  #checked: Promise<void> = Promise.resolve();
  /** Settles when the last file is complete. */
  #finished: Promise<void> = Promise.resolve();

  /** @throws KurentoError 40005 */
  constructor(
    pipeline: MediaPipeline,
    context: ObjectContext,
    uri: string,
    { mediaProfile: profile = 'WEBM', stopOnEndOfStream = false }: RecorderEndpointOptions = {},
  ) {
    super(recorderEndpointClass.type, pipeline, context);
    const kinds = recorded[profile];
    if (!kinds) throw new KurentoError(40005, `Media profile '${profile}' is not supported, only WEBM is`);
    this.uri = uri;
    this.#kinds = kinds;
    this.#stopsAtEnd = stopOnEndOfStream;
    this.beat(this.#beat);
  }

  invoke(name: string, params: unknown): unknown {
    return perform(operations, this, name, params);
  }

  get state(): State {
    return this.#state;
  }

  /** A failure is told by an Error event. After `stop` the file is written anew. */
  record(): void {
    if (this.#state === 'START') return;
    if (this.#recording) this.#recording.resume(this.context.pulse.now());
    else {
      this.#ended.clear();
      this.#open();
    }
    if (!this.#recording) return;
    this.#state = 'START';
    this.source('VIDEO')?.provideKeyframe();
  }

  pause(): void {
    if (this.#state !== 'START') return;
    this.#recording?.pause(this.context.pulse.now());
    this.#become('PAUSE');
  }

  /** Resolves when the file is complete. */
  stop(): Promise<void> {
    if (this.#state === 'STOP') return this.#finished;
    this.#state = 'STOP';
    this.#finished = this.#finish().then(() => {
      this.#tell('STOP');
    });
    return this.#finished;
  }

  take(packet: RtpPacket, from: InboundStream, now: number): void {
    if (!this.#highest.lets(packet, from, now)) return;
    this.flowsIn[from.codec.kind].moved(now);
    this.#recording?.take(packet, from, now);
  }

  reported(report: SenderReport, from: InboundStream): void {
    this.#recording?.reported(report, from);
  }

  override isReceiving(): boolean {
    return this.#state === 'START';
  }

  override wantedLayers(count: number): number {
    return this.isReceiving() ? super.wantedLayers(count) : 0;
  }

  /** It has no sinks. */
  provideKeyframe(): void {
    return;
  }

  provided(): undefined {
    return undefined;
  }

  stats(): null {
    return null;
  }

  override release(): void {
    this.context.pulse.remove(this.#beat);
    super.release();
    this.#state = 'STOP';
    void this.#finish();
  }

  override sourceEnded(kind: RtpKind): void {
    if (!this.#stopsAtEnd || this.#state === 'STOP') return;
    this.#ended.add(kind);
    const goOn = this.#kinds.filter((each) => !this.#ended.has(each) && this.source(typeOf[each]) !== undefined);
    if (goOn.length === 0) void this.stop();
  }

  protected sourceChanged(kind: RtpKind): void {
    this.#ended.delete(kind);
    this.#recording?.reset(kind);
  }

  #open(): void {
    const { log, pulse, recordings } = this.context;
    const failed = (error: unknown): void => {
      log.warn('a recording failed', { recorder: this.id, uri: this.uri, ...thrown(error) });
      // Twice, as a Kurento Media Server tells it.
      for (let times = 0; times < 2; times += 1) this.raise('Error', { ...failureOf(error) });
    };
    try {
      const place = recordings.place(this.uri);
      // The recording before may have the same name.
      const former = this.#finished;
      const recording = new Recording({
        open: () => former.then(() => place.open()),
        kinds: this.#kinds,
        keyframeMs: recordings.keyframeMs,
        started: (at) => {
          const ago = pulse.now() - at;
          this.#tell('START', { timestampMillis: String(Math.round(Date.now() - ago)) });
        },
        failed,
        keyframeNeeded: () => this.source('VIDEO')?.provideKeyframe(),
      });
      this.#recording = recording;
      this.#checked = former
        .then(() => place.check())
        .catch((error: unknown) => {
          // What is there may be its own file.
          if (!recording.hasFile) recording.fail(error);
        });
    } catch (error) {
      // After the answer to `record`, as from a Kurento Media Server.
      setImmediate(() => {
        failed(error);
      });
    }
  }

  #finish(): Promise<void> {
    const done = Promise.all([this.#recording?.finish(), this.#checked]).then(() => undefined);
    this.#recording = undefined;
    this.context.recordings.finishing(done);
    return done;
  }

  #become(state: State): void {
    this.#state = state;
    this.#tell(state);
  }

  #tell(state: State, fields: EventFields = {}): void {
    this.raise('UriEndpointStateChanged', { ...fields, state });
    this.raise(eventOf[state], fields);
  }

  #tick(now: number): void {
    this.flowsIn.audio.tick(now);
    this.flowsIn.video.tick(now);
    this.#recording?.tick(now);
  }
}

const recorderEndpointClass: ObjectClass = {
  type: 'RecorderEndpoint',
  hierarchy: ['UriEndpoint', 'Endpoint', 'MediaElement', 'MediaObject'],
  events: new Set([...elementEvents, 'UriEndpointStateChanged', 'Recording', 'Paused', 'Stopped']),
};

const operations: Operations<RecorderEndpoint> = {
  ...mediaElementOperations,
  ...property('uri', text, (self: RecorderEndpoint) => self.uri),
  ...property('state', text, (self: RecorderEndpoint) => self.state),
  record: operation({}, (self: RecorderEndpoint) => {
    self.record();
  }),
  pause: operation({}, (self: RecorderEndpoint) => {
    self.pause();
  }),
  stop: operation({}, (self: RecorderEndpoint) => {
    void self.stop();
  }),
  stopAndWait: operation({}, (self: RecorderEndpoint) => self.stop()),
};
