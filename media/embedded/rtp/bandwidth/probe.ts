import type { OutgoingPath } from './outgoing-path.js';

/** Beats in which a probe sends: so many, and some more where these were few packets. */
const beats = { least: 3, most: 4 };
/** Fewer packets before the last beat say little. */
const enoughPackets = 6;
/** What a beat counts for at most, in ms: one may come late. */
const longestBeatMs = 100;
const beatMs = 50;
/** After so many ms what has not been told will not be. */
const patienceMs = 1500;

/**
 * Sends more than there is for some beats, and measures how fast it comes. All but the last are measured, up to the first
 * packet of the last one: that is when a path that takes it all delivers them. Times are in ms.
 */
export class Probe {
  /** In bit/s. */
  readonly target: number;
  readonly path: OutgoingPath;
  readonly #beganAt: number;
  readonly #from: number;
  #beats = 0;
  #isSent = false;
  #sentAt: number;
  #sentBytes: number;
  #ended: { readonly rate: number | undefined } | undefined;

  /** @param sentBytes what has been sent until now to the receiver, on all paths */
  constructor(path: OutgoingPath, target: number, sentBytes: number, now: number) {
    this.path = path;
    this.target = target;
    path.beginMeasuring();
    this.#beganAt = now;
    this.#from = path.next;
    this.#sentAt = now - beatMs;
    this.#sentBytes = sentBytes;
    this.beat(sentBytes, now);
  }

  /** What has come of it, in bit/s, of this path alone; undefined: not known yet, or too little came to tell. */
  get rate(): number | undefined {
    return this.#ended?.rate;
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Called about every 50 ms until it has ended. */
  beat(sentBytes: number, now: number): void {
    if (!this.#isSent) this.#send(sentBytes, now);
    else if (this.path.isMeasured || now - this.#beganAt > patienceMs) this.#ended = { rate: this.path.measuredRate };
  }

  /** What the media of the meantime leaves of the target. */
  #send(sentBytes: number, now: number): void {
    this.#beats += 1;
    const packets = this.path.next - this.#from;
    this.#isSent = this.#beats >= beats.least && (packets >= enoughPackets || this.#beats >= beats.most);
    if (this.#isSent) this.path.endMeasuring();
    const elapsed = Math.min(longestBeatMs, now - this.#sentAt);
    const wanted = (this.target * elapsed) / 8000 - (sentBytes - this.#sentBytes);
    this.#sentAt = now;
    const before = this.path.sentBytes;
    if (wanted > 0) this.path.repeat(wanted, now);
    this.#sentBytes = sentBytes + this.path.sentBytes - before;
  }
}
