/** How long speech is watched before it is judged, in ms. */
export const windowMs = 400;
/** Speech is louder than the limit for more than that part of a window. */
const leastPart = 0.4;
/** Weight of the last window in the level, which so follows the last two (LiveKit's smoothing). */
const newest = 2 / 3;
/** Somebody who spoke stays a speaker for so long, in ms. */
const lingerMs = 1_000;
/** Packets of audio hold no more than that, in ms (RFC 7587 §4.2). A longer time between two is a pause, or one of them was late. */
const longestPacketMs = 120;
const usualPacketMs = 20;

/**
 * How loud one stream of audio is, by what its sender says in each packet. Levels are in dB below the loudest sound: 0 to 127, which is
 * silence (RFC 6464). Nothing is decoded.
 */
export class Loudness {
  readonly #limit: number;
  #loudMs = 0;
  #loudest = 127;
  #timestamp = 0;
  #smoothed = 0;
  #speaksUntil = Number.NEGATIVE_INFINITY;

  /** @param limit speech is louder than this, in dB below the loudest sound */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A packet has come. */
  heard(level: number, timestamp: number, clockRate: number): void {
    const ms = (((timestamp - this.#timestamp) >>> 0) * 1_000) / clockRate;
    this.#timestamp = timestamp;
    if (level >= this.#limit) return;
    this.#loudMs += ms > 0 && ms <= longestPacketMs ? ms : usualPacketMs;
    if (level < this.#loudest) this.#loudest = level;
  }

  /** A window is over, which took `ms`. */
  windowEnded(ms: number, now: number): void {
    const part = Math.min(1, this.#loudMs / ms);
    // One bang is not speech, however loud it is. Speech with pauses counts for less than speech without.
    const level = part > leastPart ? part * amplitude(this.#loudest) : 0;
    this.#smoothed += (level - this.#smoothed) * newest;
    this.#loudMs = 0;
    this.#loudest = 127;
    if (part > leastPart && this.#smoothed > amplitude(this.#limit)) this.#speaksUntil = now + lingerMs;
  }

  speaks(now: number): boolean {
    return now < this.#speaksUntil;
  }

  /** 0 to 1, in proportion to the sound pressure and in steps of 6 dB: smaller changes are no news. */
  get level(): number {
    return this.#smoothed < amplitude(127) ? 0 : 2 ** Math.round(Math.log2(this.#smoothed));
  }
}

function amplitude(level: number): number {
  return 10 ** (-level / 20);
}
