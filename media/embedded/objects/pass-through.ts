import type { RtpKind } from '../codecs/codec.js';
import type { InboundStream } from '../rtp/inbound-stream.js';
import type { SenderReport } from '../rtp/rtcp.js';
import type { RtpPacket } from '../rtp/rtp-packet.js';
import type { DataPath } from './data-channels.js';
import { elementEvents, mediaElementOperations } from './element-operations.js';
import type { ProvidedCodec } from './media-element.js';
import { MediaElement } from './media-element.js';
import type { ObjectClass, ObjectContext } from './media-object.js';
import { complex } from './media-object.js';
import type { MediaPipeline } from './media-pipeline.js';
import { perform } from './operations.js';
import type { MediaType } from './parameters.js';

const passThroughClass: ObjectClass = {
  type: 'PassThrough',
  hierarchy: ['MediaElement', 'MediaObject'],
  events: new Set(elementEvents),
};

/**
 * Gives its media to its sinks unchanged. Sinks stay connected to it while its source is replaced
 * (docs/protocols/kurento-media.md#8-other-elements).
 */
export class PassThrough extends MediaElement {
  readonly class = passThroughClass;
  readonly takesAll = true;
  /** True while a call passes through. It ends calls that come back, since elements may be connected in a circle. */
  #passing = false;

  readonly #beat = (now: number): void => {
    this.tickFlows(now);
  };

  constructor(pipeline: MediaPipeline, context: ObjectContext) {
    super(passThroughClass.type, pipeline, context);
    this.beat(this.#beat);
  }

  override release(): void {
    this.context.pulse.remove(this.#beat);
    super.release();
  }

  invoke(name: string, params: unknown): unknown {
    return perform(mediaElementOperations, this, name, params);
  }

  take(packet: RtpPacket, from: InboundStream, now: number): void {
    const { kind } = from.codec;
    this.#through(undefined, () => {
      this.flowsIn[kind].moved(now);
      this.flowsOut[kind].moved(now);
      this.forwarders[kind].forward(packet, from, now);
    });
  }

  reported(report: SenderReport, from: InboundStream, now: number): void {
    this.#through(undefined, () => {
      this.forwarders[from.codec.kind].report(report, from, now);
    });
  }

  override takeData(path: DataPath, message: string | Buffer): void {
    this.#through(undefined, () => {
      this.giveData(path, message);
    });
  }

  provideKeyframe(): void {
    this.#through(undefined, () => this.source('VIDEO')?.provideKeyframe());
  }

  provided(kind: RtpKind): ProvidedCodec | undefined {
    const type = kind === 'audio' ? 'AUDIO' : 'VIDEO';
    return this.#through(undefined, () => this.source(type)?.provided(kind));
  }

  override isReceiving(): boolean {
    return this.#through(false, () => this.anySinkReceives());
  }

  override videoWanted(now: number): number | undefined {
    return this.#through(undefined, () => this.wantedOfSinks(now));
  }

  override wantedLayers(count: number): number {
    return this.#through(0, () => this.layersOfSinks(count));
  }

  stats(_type: MediaType | undefined): Record<string, unknown> {
    const { id } = this;
    return { [id]: complex('ElementStats', { id, type: 'element', timestampMillis: Date.now(), inputLatency: [] }) };
  }

  override sourceEnded(kind: RtpKind): void {
    this.#through(undefined, () => {
      this.tellSourceEnded(kind);
    });
  }

  protected sourceChanged(kind: RtpKind): void {
    this.#through(undefined, () => {
      this.tellSourceChanged(kind);
    });
  }

  #through<T>(otherwise: T, pass: () => T): T {
    if (this.#passing) return otherwise;
    this.#passing = true;
    try {
      return pass();
    } finally {
      this.#passing = false;
    }
  }
}
