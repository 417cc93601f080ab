import type { RtpKind } from '../codecs/codec.js';
import { KurentoError } from './kurento-error.js';
import type { DataPath } from './data-channels.js';
import { thrown } from '../log.js';
import { Flow } from '../rtp/flow.js';
import type { AgreedCodec } from '../sdp/agreement.js';
import type { MediaSink } from '../rtp/forwarder.js';
import { Forwarder } from '../rtp/forwarder.js';
import type { InboundStream } from '../rtp/inbound-stream.js';
import type { ObjectContext } from './media-object.js';
import { complex, MediaObject } from './media-object.js';
import type { MediaPipeline } from './media-pipeline.js';
import type { MediaType } from './parameters.js';
import type { Beat } from './pulse.js';
import type { SenderReport } from '../rtp/rtcp.js';
import type { RtpPacket } from '../rtp/rtp-packet.js';

/** In the order in which connections are listed. */
export const mediaTypes: readonly MediaType[] = ['AUDIO', 'DATA', 'VIDEO'];

export const typeOf = { audio: 'AUDIO', video: 'VIDEO' } as const satisfies Record<RtpKind, MediaType>;

/** The codec of a stream. `parameters`: the text of its `a=fmtp`. */
export type ProvidedCodec = Pick<AgreedCodec, 'codec' | 'parameters'>;

/** An object that takes media from a source and gives media to sinks. */
export abstract class MediaElement extends MediaObject implements MediaSink {
  readonly pipeline: MediaPipeline;
  /** Give the media of this element to its sinks. */
  protected readonly forwarders: Readonly<Record<RtpKind, Forwarder>> = {
    audio: new Forwarder(),
    video: new Forwarder(),
  };
  readonly flowsIn: Readonly<Record<RtpKind, Flow>>;
  readonly flowsOut: Readonly<Record<RtpKind, Flow>>;
  /** Settings of an encoder, in bit/s. There is no encoder here, so they are only remembered. */
  readonly encoder = { bitrate: 300_000, min: 0, max: 2_147_483_647 };
  readonly #sources = new Map<MediaType, MediaElement>();
  #hasFailed = false;
  readonly #sinks: Readonly<Record<MediaType, Set<MediaElement>>> = {
    AUDIO: new Set(),
    VIDEO: new Set(),
    DATA: new Set(),
  };

  constructor(type: string, pipeline: MediaPipeline, context: ObjectContext) {
    super(type, pipeline, context);
    this.pipeline = pipeline;
    this.flowsIn = {
      audio: this.#flow('MediaFlowInStateChanged', 'audio'),
      video: this.#flow('MediaFlowInStateChanged', 'video'),
    };
    this.flowsOut = {
      audio: this.#flow('MediaFlowOutStateChanged', 'audio'),
      video: this.#flow('MediaFlowOutStateChanged', 'video'),
    };
  }

  abstract take(packet: RtpPacket, from: InboundStream, now: number): void;
  abstract reported(report: SenderReport, from: InboundStream, now: number): void;

  /** Asks for a keyframe of the video that this element gives to its sinks. */
  abstract provideKeyframe(): void;

  /** The codec of what this element gives to its sinks, and its parameters; undefined: not known yet. */
  abstract provided(kind: RtpKind): ProvidedCodec | undefined;

  /** The source of this kind was removed or replaced. */
  protected abstract sourceChanged(kind: RtpKind): void;

  /** The source sends nothing more of this kind: it was released, or its client is gone. Most elements wait for another source. */
  sourceEnded(_kind: RtpKind): void {
    // Ignored.
  }

  /**
   * A defect on the way of its media, where no request waits for an answer. An Error event tells the first one: a second is most
   * likely the same (docs/protocols/kurento-media.md#6-common-to-all-objects-and-elements).
   */
  failed(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.context.log.error('a media element failed', { element: this.id, ...thrown(error) });
    this.raise('Error', {
      description: 'Internal error of the media element',
      errorCode: 1,
      type: 'STREAM_ERROR_FAILED',
    });
  }

  /** Called with the beats of the pulse, until it is removed there. */
  protected beat(run: Beat): void {
    this.context.pulse.add(run, (error) => {
      this.failed(error);
    });
  }

  /** Takes a message of a data channel. Elements without data channels ignore it. */
  takeData(_path: DataPath, _message: string | Buffer): void {
    // Ignored.
  }

  /** Gives a message to all sinks that are connected for data. */
  protected giveData(path: DataPath, message: string | Buffer): void {
    for (const sink of this.#sinks.DATA) sink.takeData(path, message);
  }

  /** False while this element drops the media it is given. It asks for a keyframe by itself when that changes. */
  isReceiving(): boolean {
    return true;
  }

  /** How much video this element can take, in bit/s; undefined: it does not know, or there is no limit. */
  videoWanted(_now: number): number | undefined {
    return undefined;
  }

  /**
   * Of so many layers of the picture, those that this element wants or takes: one bit for each, the smallest first. Most take the largest.
   */
  wantedLayers(count: number): number {
    return count === 0 ? 0 : 1 << (count - 1);
  }

  protected layersOfSinks(count: number): number {
    let bits = 0;
    for (const sink of this.#sinks.VIDEO) bits |= sink.wantedLayers(count);
    return bits;
  }

  protected anySinkReceives(): boolean {
    return [...this.#sinks.VIDEO].some((sink) => sink.isReceiving());
  }

  /** Tells the sinks that the media of this element has another source now, or none. */
  protected tellSourceChanged(kind: RtpKind): void {
    for (const sink of this.#sinks[typeOf[kind]]) sink.sourceChanged(kind);
  }

  /** Tells the sinks that this element gives nothing more of this kind. */
  protected tellSourceEnded(kind: RtpKind): void {
    for (const sink of [...this.#sinks[typeOf[kind]]]) sink.sourceEnded(kind);
  }

  protected tickFlows(now: number): void {
    this.flowsIn.audio.tick(now);
    this.flowsIn.video.tick(now);
    this.flowsOut.audio.tick(now);
    this.flowsOut.video.tick(now);
  }

  /** How much video the fastest sink can take, in bit/s; undefined: one of them has no limit, or there is no sink. */
  protected wantedOfSinks(now: number): number | undefined {
    let fastest: number | undefined;
    for (const sink of this.#sinks.VIDEO) {
      const wanted = sink.videoWanted(now);
      if (wanted === undefined) return undefined;
      fastest = Math.max(fastest ?? 0, wanted);
    }
    return fastest;
  }

  abstract stats(type: MediaType | undefined): Record<string, unknown> | null;

  source(type: MediaType): MediaElement | undefined {
    return this.#sources.get(type);
  }

  /** A sink has one source of each type; this one replaces it. @throws KurentoError 40004 */
  connect(sink: MediaElement, type: MediaType): void {
    if (sink.pipeline !== this.pipeline) throw new KurentoError(40004, 'Media elements do not share pipeline');
    const former = sink.source(type);
    if (former === this) return;
    former?.disconnect(sink, type);
    this.#sinks[type].add(sink);
    sink.#sources.set(type, this);
    const kind = rtpKind(type);
    if (kind) this.forwarders[kind].add(sink);
    this.raise('ElementConnected', connectionFields(sink, type));
    // Requests are throttled. A useless request would delay the useful one that comes when the sink is connected.
    if (kind === 'video' && sink.isReceiving()) this.provideKeyframe();
  }

  disconnect(sink: MediaElement, type: MediaType): void {
    if (sink.source(type) !== this) return;
    this.#unlink(sink, type);
    this.raise('ElementDisconnected', connectionFields(sink, type));
  }

  /** The connections from sources to this element. */
  sourceConnections(wanted: MediaType | undefined): unknown[] {
    return mediaTypes.flatMap((type) => {
      const source = this.#sources.get(type);
      return source && (!wanted || wanted === type) ? [connectionData(source, this, type)] : [];
    });
  }

  /** The connections from this element to its sinks. */
  sinkConnections(wanted: MediaType | undefined): unknown[] {
    return mediaTypes.flatMap((type) =>
      !wanted || wanted === type ? [...this.#sinks[type]].map((sink) => connectionData(this, sink, type)) : [],
    );
  }

  override release(): void {
    for (const kind of ['audio', 'video'] as const) this.tellSourceEnded(kind);
    // There is an event when a sink is released, and none when a source is
    // (docs/protocols/kurento-media.md#38-release).
    for (const [type, source] of [...this.#sources]) source.disconnect(this, type);
    for (const type of mediaTypes) for (const sink of [...this.#sinks[type]]) this.#unlink(sink, type);
    super.release();
  }

  #unlink(sink: MediaElement, type: MediaType): void {
    this.#sinks[type].delete(sink);
    sink.#sources.delete(type);
    const kind = rtpKind(type);
    if (!kind) return;
    this.forwarders[kind].remove(sink);
    sink.sourceChanged(kind);
  }

  #flow(event: string, kind: RtpKind): Flow {
    return new Flow((flowing) => {
      this.raise(event, { mediaType: typeOf[kind], padName: 'default', state: flowing ? 'FLOWING' : 'NOT_FLOWING' });
    });
  }
}

export function rtpKind(type: MediaType): RtpKind | undefined {
  if (type === 'DATA') return undefined;
  return type === 'AUDIO' ? 'audio' : 'video';
}

function connectionFields(sink: MediaElement, type: MediaType): Record<string, unknown> {
  return { mediaType: type, sink: sink.id, sourceMediaDescription: 'default', sinkMediaDescription: 'default' };
}

function connectionData(source: MediaElement, sink: MediaElement, type: MediaType): unknown {
  return complex('ElementConnectionData', {
    source: source.id,
    sink: sink.id,
    type,
    sourceDescription: 'default',
    sinkDescription: 'default',
  });
}
