import type { InboundStream } from '../rtp/inbound-stream.js';
import { headerSize, type RtpPacket } from '../rtp/rtp-packet.js';
import type { Codec, RtpKind } from '../codecs/codec.js';
import type { Frame, FrameAssembler } from '../codecs/frame.js';
import { MediaClock } from './media-clock.js';
import { ReorderBuffer, type MediaPacket } from './reorder-buffer.js';

/** Payloads of one frame, which are 1500 bytes at most. A longer frame has lost its end. */
const mostPayloads = 4096;

export interface TrackListener {
  frame(frame: Frame, codec: Codec, time: number): void;
  /** A decoder can use no frame before the next keyframe. */
  keyframeNeeded(): void;
}

/** Makes frames that a decoder can take from the packets of one kind of media. */
export class Track {
  readonly kind: RtpKind;
  readonly #listener: TrackListener;
  #from: InboundStream | undefined;
  #clock = new MediaClock(1);
  #assembler: FrameAssembler | undefined;
  #order: ReorderBuffer;
  #needsKey = true;
  /** The timestamp of the frame that has begun. */
  #timestamp: number | undefined;
  #payloads = 0;
  #now = 0;

  constructor(kind: RtpKind, listener: TrackListener) {
    this.kind = kind;
    this.#listener = listener;
    this.#order = this.#newOrder();
  }

  get clock(): MediaClock {
    return this.#clock;
  }

  /** The stream that is recorded now; undefined before its first packet. */
  get from(): InboundStream | undefined {
    return this.#from;
  }

  take(packet: RtpPacket, from: InboundStream, now: number): void {
    if (from !== this.#from) this.#switch(from);
    this.#now = now;
    const { extended: sequence, timestamp, marker } = packet;
    this.#order.add({ sequence, timestamp, marker, payload: payloadOf(packet) }, now);
  }

  tick(now: number): void {
    this.#now = now;
    this.#order.tick(now);
    if (this.#from && this.#needsKey && this.kind === 'video') this.#listener.keyframeNeeded();
  }

  /** The next packet does not follow the one before it: there was a pause, or the source changed. */
  reset(): void {
    this.#from = undefined;
    this.#order = this.#newOrder();
    this.#damaged();
  }

  flush(): void {
    this.#order.flush();
  }

  #newOrder(): ReorderBuffer {
    return new ReorderBuffer(
      (packet) => {
        this.#next(packet);
      },
      () => {
        this.#damaged();
        if (this.kind === 'video') this.#listener.keyframeNeeded();
      },
    );
  }

  #switch(from: InboundStream): void {
    this.reset();
    this.#from = from;
    this.#clock = new MediaClock(from.codec.clockRate);
    this.#assembler = from.codec.assembler();
  }

  #damaged(): void {
    this.#assembler?.reset();
    this.#timestamp = undefined;
    this.#needsKey = true;
  }

  #next({ timestamp, marker, payload }: MediaPacket): void {
    if (payload.length === 0) return;
    if (timestamp !== this.#timestamp) {
      // Not every sender marks the last packet of a frame.
      this.#finish();
      this.#timestamp = timestamp;
      this.#payloads = 0;
    }
    this.#payloads += 1;
    if (this.#payloads > mostPayloads || !this.#assembler?.add(payload)) this.#damaged();
    else if (marker || this.kind === 'audio') this.#finish();
  }

  #finish(): void {
    const timestamp = this.#timestamp;
    this.#timestamp = undefined;
    const codec = this.#from?.codec;
    if (timestamp === undefined || codec === undefined) return;
    const frame = this.#assembler?.finish();
    if (!frame || !isSound(frame, this.kind)) {
      this.#damaged();
      return;
    }
    if (this.#needsKey && !frame.isKey) return;
    this.#needsKey = false;
    this.#listener.frame(frame, codec, this.#clock.timeOf(timestamp, this.#now));
  }
}

/** A view, no copy. The payload of a received packet never changes: only its header is overwritten. */
function payloadOf({ body, padding, isOnlyPadding }: RtpPacket): Buffer {
  if (isOnlyPadding) return Buffer.alloc(0);
  return body.subarray(headerSize, body.length - (padding ? (body.at(-1) ?? 0) : 0));
}

/** True for sound, and for pictures but keyframes without a size. */
function isSound({ isKey, width = 0, height = 0 }: Frame, kind: RtpKind): boolean {
  const inRange = (size: number): boolean => size > 0 && size <= 16_384;
  return kind === 'audio' || !isKey || (inRange(width) && inRange(height));
}
