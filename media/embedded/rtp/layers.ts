import type { InboundStream } from './inbound-stream.js';

/** A layer counts as sent until this long after its last packet, in ms: pictures come more often than that. */
const silenceMs = 1000;

/**
 * The streams in which a publisher sends one picture in several sizes. They are counted by their size, the smallest first. Times are in
 * ms.
 */
export class Layers {
  /** How many were agreed. Not all of them need be sent. */
  readonly count: number;
  /** Whether their publisher speaks. */
  isSpeaking = false;
  /** In the order of the description. */
  readonly #streams: (InboundStream | undefined)[];
  /** The description begins with the largest. It does not say: pictures do. */
  #isReversed = false;

  constructor(count: number) {
    this.count = count;
    this.#streams = new Array<InboundStream | undefined>(count).fill(undefined);
  }

  /** `place`: in the description. A stream that comes in place of another one takes its place. */
  put(place: number, stream: InboundStream): void {
    stream.layers = this;
    this.#streams[place] = stream;
  }

  placed(place: number): InboundStream | undefined {
    return this.#streams[place];
  }

  /** Those that have come. */
  get streams(): readonly InboundStream[] {
    return this.#streams.flatMap((stream) => stream ?? []);
  }

  /** The layer of this size, whether it is sent at present or not. */
  at(index: number): InboundStream | undefined {
    return this.#streams[this.#isReversed ? this.count - 1 - index : index];
  }

  /** -1: the stream is none of them any more. */
  indexOf(stream: InboundStream): number {
    for (let index = 0; index < this.count; index++) if (this.at(index) === stream) return index;
    return -1;
  }

  /** The layer of this size, if it is sent. */
  sentAt(index: number, now: number): InboundStream | undefined {
    const stream = this.at(index);
    return stream && now - stream.heardAt < silenceMs ? stream : undefined;
  }

  /** The largest that is sent; undefined: none is. */
  highest(now: number): InboundStream | undefined {
    for (let index = this.count - 1; index >= 0; index--) {
      const stream = this.sentAt(index, now);
      if (stream) return stream;
    }
    return undefined;
  }

  /** The size of a picture is known. */
  measured(): void {
    const known = this.#streams.flatMap((stream) => stream?.size ?? []);
    const [first, last] = [known[0], known.at(-1)];
    if (first && last && first.width !== last.width) this.#isReversed = first.width > last.width;
  }
}
