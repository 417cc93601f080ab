import { readArrivals } from '../../../../../media/embedded/rtp/arrivals.js';
import { OutgoingPath } from '../../../../../media/embedded/rtp/bandwidth/outgoing-path.js';
import { TransportFeedback } from '../../../../../media/embedded/rtp/transport-feedback.js';

export interface PathConditions {
  /** In bit/s. */
  capacity: number;
  /** Packets that would wait for longer are dropped, in ms. */
  queueMs: number;
  /** Share of packets that get lost on the way. */
  loss: number;
  /** One way, in ms, without the queue. */
  delayMs: number;
  /** Greatest further delay, in ms; packets keep their order. */
  jitterMs: number;
  /** What others send over the same link, in bit/s. */
  others: number;
}

export const goodPath: PathConditions = {
  capacity: 1_000_000,
  queueMs: 400,
  loss: 0,
  delayMs: 25,
  jitterMs: 2,
  others: 0,
};

/** What estimates the bandwidth of the receiver. */
export interface Estimator {
  readonly bitrate: number | undefined;
  add(path: OutgoingPath): void;
  told(path: OutgoingPath, now: number): void;
  beat(now: number, wanted: number): void;
}

/** A number from 0 to 1 for each call, always the same ones (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One link with a queue in front of it, which all transports of a receiver cross. It has its own time, in ms. */
export class SimulatedPath {
  now = 0;
  readonly conditions: PathConditions;
  readonly #random: () => number;
  readonly #estimator: Estimator;
  readonly #senders: Sender[] = [];
  #freeAt = 0;
  /** Longest time that a packet waited since this was asked last. */
  #longestWait = 0;

  constructor(estimator: Estimator, conditions: Partial<PathConditions> = {}, seed = 1) {
    this.#estimator = estimator;
    this.conditions = { ...goodPath, ...conditions };
    this.#random = numbersFrom(seed);
  }

  /** @param bitrate of the media that is sent, in bit/s */
  sender(bitrate: () => number, options: { readonly canRepeat?: boolean } = {}): Sender {
    // Each connection of a receiver may have a clock of its own.
    const clock = 1_000_000 + 77_777 * this.#senders.length;
    const sender = new Sender(this, bitrate, clock, options.canRepeat ?? true);
    this.#senders.push(sender);
    this.#estimator.add(sender.path);
    return sender;
  }

  /** Lets time pass. @param wanted what the receiver could use, in bit/s */
  run(seconds: number, wanted: () => number = () => 0): void {
    for (const end = this.now + seconds * 1000; this.now < end; this.now += 1) {
      this.#crossTraffic();
      for (const sender of this.#senders) sender.step(this.#estimator);
      if (this.now % 50 === 0) this.#estimator.beat(this.now, wanted());
    }
  }

  /** Runs, and returns the mean of the estimate, in bit/s. */
  meanOf(seconds: number, wanted?: () => number): number {
    let sum = 0;
    for (let step = 0; step < seconds * 10; step++) {
      this.run(0.1, wanted);
      sum += this.#estimator.bitrate ?? 0;
    }
    return sum / (seconds * 10);
  }

  longestWait(): number {
    const wait = this.#longestWait;
    this.#longestWait = 0;
    return wait;
  }

  /** @returns when the packet comes out; undefined: never */
  cross(bytes: number): number | undefined {
    const { capacity, queueMs, loss, delayMs, jitterMs } = this.conditions;
    const wait = Math.max(0, this.#freeAt - this.now);
    if (wait > queueMs) return undefined;
    this.#longestWait = Math.max(this.#longestWait, wait);
    this.#freeAt = this.now + wait + (bytes * 8 * 1000) / capacity;
    if (this.#random() < loss) return undefined;
    return this.#freeAt + delayMs + this.#random() * jitterMs;
  }

  #crossTraffic(): void {
    const { capacity, others, queueMs } = this.conditions;
    const wait = Math.max(0, this.#freeAt - this.now);
    if (others > 0 && wait <= queueMs) this.#freeAt = this.now + wait + others / capacity;
  }
}

const packetBytes = 1200;
/** Of a stream that is no video, with less than this bitrate. */
const audio = { bitrate: 60_000, packetBytes: 100 };
const pictureMs = 33;
const feedbackMs = 50;

/** Sends pictures over one transport of a simulated path, and what its receiver tells goes to the estimator. */
export class Sender {
  readonly path: OutgoingPath;
  readonly #link: SimulatedPath;
  readonly #bitrate: () => number;
  readonly #feedback = new TransportFeedback();
  readonly #clock: number;
  readonly #onTheWay: { readonly sequence: number; readonly at: number }[] = [];
  readonly #told: { readonly message: Buffer; readonly at: number }[] = [];
  #lastAt = 0;
  #credit = 0;

  /** @param clock of its receiver, in ms, when that of the path is 0 */
  constructor(link: SimulatedPath, bitrate: () => number, clock: number, canRepeat: boolean) {
    this.#link = link;
    this.#bitrate = bitrate;
    this.#clock = clock;
    this.path = new OutgoingPath(
      canRepeat
        ? (bytes) => {
            for (let left = bytes; left > 0; left -= packetBytes) this.#send(Math.min(packetBytes, Math.ceil(left)));
          }
        : undefined,
    );
  }

  step(estimator: Estimator): void {
    const { now } = this.#link;
    if (now % pictureMs === 0) {
      const bitrate = this.#bitrate();
      const bytes = bitrate < audio.bitrate ? audio.packetBytes : packetBytes;
      this.#credit += (bitrate * pictureMs) / 8000;
      for (; this.#credit >= bytes; this.#credit -= bytes) this.#send(bytes);
    }
    while (this.#onTheWay[0] && this.#onTheWay[0].at <= now) {
      const { sequence, at } = this.#onTheWay.shift() ?? { sequence: 0, at: 0 };
      this.#feedback.arrived(sequence, at + this.#clock);
    }
    if (now % feedbackMs === 0) {
      for (const message of this.#feedback.take(1, 2))
        this.#told.push({ message, at: now + this.#link.conditions.delayMs });
    }
    while (this.#told[0] && this.#told[0].at <= now) {
      const arrivals = readArrivals(this.#told.shift()?.message ?? Buffer.alloc(0));
      if (arrivals && this.path.told(arrivals, now)) estimator.told(this.path, now);
    }
  }

  #send(bytes: number): void {
    const sequence = this.path.next & 0xffff;
    this.path.sent(bytes, this.#link.now);
    const at = this.#link.cross(bytes);
    if (at === undefined) return;
    this.#lastAt = Math.max(this.#lastAt, at);
    this.#onTheWay.push({ sequence, at: this.#lastAt });
  }
}
