import type { InboundStream } from '../rtp/inbound-stream.js';
import { headerSize, type RtpPacket } from '../rtp/rtp-packet.js';
import type { Codec, RtpKind } from '../codecs/codec.js';
import type { Frame, FrameAssembler } from '../codecs/frame.js';
import { MediaClock } from './media-clock.js';
import { ReorderBuffer, type MediaPacket } from './reorder-buffer.js';

/** Payloads of one frame, which are 1500 bytes at most. A longer frame has lost its end. */
const mostPayloads = 4096;

/** A frame, and when it was. */
export interface TimedFrame extends Frame {
  readonly codec: Codec;
  readonly timestamp: number;
  readonly clock: MediaClock;
  /** When the last packet of it was there, or of the frame after it. In ms. */
  readonly arrivedAt: number;
}

export interface TrackListener {
  frame(frame: TimedFrame): void;
  /** A decoder can use no frame before the next keyframe. */
  keyframeNeeded(): void;
}

/** Makes frames that a decoder can take from the packets of one kind of media. */
export class Track {
  readonly kind: RtpKind;
  readonly #keyframeMs: number;
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
  /** When it had its last keyframe, or asked for one without need. */
  #keyAt = 0;

  /** @param keyframeMs it asks for a keyframe when it had none for so long. 0: only when it needs one */
  constructor(kind: RtpKind, keyframeMs: number, listener: TrackListener) {
    this.kind = kind;
    this.#keyframeMs = keyframeMs;
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
    this.#clock.arrived(timestamp, now);
    this.#order.add({ sequence, timestamp, marker, payload: payloadOf(packet) }, now);
  }

  tick(now: number): void {
    this.#now = now;
    this.#order.tick(now);
    if (!this.#from || this.kind === 'audio') return;
    if (this.#needsKey) this.#listener.keyframeNeeded();
    else if (this.#keyframeMs > 0 && now - this.#keyAt >= this.#keyframeMs) {
      // Once: what was asked for is asked for again by those that ask.
      this.#keyAt = now;
      this.#listener.keyframeNeeded();
    }
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
    if (from.senderReport) this.#clock.reported(from.senderReport);
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
    if (frame.isKey) this.#keyAt = this.#now;
    this.#listener.frame({ ...frame, codec, timestamp, clock: this.#clock, arrivedAt: this.#now });
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
