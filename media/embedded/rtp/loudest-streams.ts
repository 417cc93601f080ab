/** What is silent is so many dB below the loudest sound (RFC 6464 §3). */
const silence = 127;
/** Somebody who was loud counts as loud for so long, and for twice as long at most, in ms: words have quiet ends, and people take breath. */
const holdMs = 500;
/** Louder by so many dB is louder. Less is noise that goes up and down. */
const margin = 6;
/** Weight of a packet in the average, which so follows the last 300 ms of packets of 20 ms. */
const newest = 1 / 15;

/** One stream of audio, of those of which the loudest are passed on. Levels are in dB below the loudest sound, as in `Loudness`. */
export class RankedStream {
  isChosen = false;
  /** Whether its sender says how loud it is. Otherwise it has no rank. */
  isRanked = false;
  average = silence;
  #loudest = silence;
  #formerLoudest = silence;
  #since = Number.NEGATIVE_INFINITY;

  /** A packet has come. */
  hear(level: number, now: number): void {
    if (now - this.#since >= holdMs) {
      this.#formerLoudest = now - this.#since < 2 * holdMs ? this.#loudest : silence;
      this.#loudest = silence;
      this.#since = now;
    }
    if (level < this.#loudest) this.#loudest = level;
    this.average = this.isRanked ? this.average + (level - this.average) * newest : level;
    this.isRanked = true;
  }

  /** The level of its loudest packet of late. */
  loudest(now: number): number {
    const ms = now - this.#since;
    if (ms < holdMs) return Math.min(this.#loudest, this.#formerLoudest);
    return ms < 2 * holdMs ? this.#loudest : silence;
  }
}

/**
 * Chooses the N loudest of several streams of audio, packet by packet: a word is passed on from its first packet, unless as many others speak
 * already. Then a stream must be louder than one of them for a while, so that a door that slams cuts nobody off, and neither does somebody who speaks as loud. Times are in ms.
 */
export class LoudestStreams {
  readonly #speech: number;
  #limit = 0;
  #chosen: readonly RankedStream[] = [];

  /** @param speech as the limit of `Loudness` */
  constructor(speech: number) {
    this.#speech = speech;
  }

  /** How many are passed on. 0: all. */
  get limit(): number {
    return this.#limit;
  }

  set limit(limit: number) {
    this.#limit = limit;
    const byLoudness = [...this.#chosen].sort((one, other) => one.average - other.average);
    for (const stream of byLoudness.slice(limit)) this.leave(stream);
  }

  /** A packet of the stream has come. @param level -1: it does not say. @returns whether it is passed on */
  lets(stream: RankedStream, level: number, now: number): boolean {
    if (this.#limit === 0) return true;
    if (level === -1) return stream.isChosen || !stream.isRanked;
    stream.hear(level, now);
    if (!stream.isChosen) this.#contend(stream, level, now);
    // Of somebody who has muted themselves nothing but silence comes.
    else if (stream.loudest(now) === silence) this.leave(stream);
    return stream.isChosen;
  }

  /** It has ended, or nobody takes it: another one may have its place. */
  leave(stream: RankedStream): void {
    if (!stream.isChosen) return;
    stream.isChosen = false;
    this.#chosen = this.#chosen.filter((other) => other !== stream);
  }

  #contend(stream: RankedStream, level: number, now: number): void {
    if (level === silence) return;
    if (this.#chosen.length >= this.#limit) {
      const quietest = this.#quietest(now);
      if (!quietest) return;
      const loudest = quietest.loudest(now);
      const isIdle = loudest >= this.#speech;
      const isLouder = isIdle ? level < this.#speech || level + margin <= loudest : stream.average + margin <= loudest;
      if (!isLouder) return;
      this.leave(quietest);
    }
    stream.isChosen = true;
    this.#chosen = [...this.#chosen, stream];
  }

  /** Of the chosen ones. */
  #quietest(now: number): RankedStream | undefined {
    let quietest: RankedStream | undefined;
    let level = -1;
    for (const stream of this.#chosen) {
      const loudest = stream.loudest(now);
      if (loudest <= level) continue;
      quietest = stream;
      level = loudest;
    }
    return quietest;
  }
}
