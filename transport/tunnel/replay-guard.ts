/** Numbers of one sender that may come in another order than they were given, as several connections bring them. A multiple of 32. */
const spread = 65_536;
/** Senders whose numbers are remembered. The one that was heard longest ago is forgotten first. */
const mostSenders = 1_000;

/** The numbers of one sender that have come: those among the last ones, bit by bit. All older ones count as come. */
class Numbers {
  readonly #bits = new Uint32Array(spread / 32);
  #highest = -1;

  take(number: number): boolean {
    if (number <= this.#highest - spread) return false;
    if (number > this.#highest) {
      if (number - this.#highest >= spread) this.#bits.fill(0);
      else for (let each = this.#highest + 1; each <= number; each += 1) this.#set(each, false);
      this.#highest = number;
    } else if (this.#has(number)) return false;
    this.#set(number, true);
    return true;
  }

  #has(number: number): boolean {
    const at = number % spread;
    return (((this.#bits[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 1;
  }

  #set(number: number, isSet: boolean): void {
    const at = number % spread;
    const bit = 1 << (at & 31);
    const word = this.#bits[at >>> 5] ?? 0;
    this.#bits[at >>> 5] = isSet ? word | bit : word & ~bit;
  }
}

/** Lets each number of each sender in once, in a bounded space. */
export class ReplayGuard {
  readonly #senders = new Map<string, Numbers>();

  /** @param number counts from 0 with each message. @returns false for one that came before, or is too old to know */
  take(sender: string, number: number): boolean {
    const numbers = this.#senders.get(sender) ?? new Numbers();
    this.#senders.delete(sender);
    this.#senders.set(sender, numbers);
    const [oldest] = this.#senders.keys();
    if (this.#senders.size > mostSenders && oldest !== undefined) this.#senders.delete(oldest);
    return numbers.take(number);
  }
}
