import { networkOf } from './network.js';

/** How many may be there at a time. 0: any number. */
export interface PlaceLimits {
  /** Of one address. */
  readonly perAddress: number;
  /** That have not made a request yet, in all. Default: any number. */
  readonly newcomers?: number;
  /** That have not made a request yet, of one address. Default: any number. */
  readonly newcomersPerAddress?: number;
}

/** The place of one client. */
export interface Place {
  /** The client has made its first request: it is no newcomer any more. Does nothing the second time. */
  readonly introduced: () => void;
  /** Does nothing the second time. */
  readonly leave: () => void;
}

/** Counts clients by their addresses, and those that have not introduced themselves. */
export class Places {
  readonly #limits: PlaceLimits;
  readonly #all = new Map<string, number>();
  readonly #newcomers = new Map<string, number>();
  #newcomerCount = 0;

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /** Addresses that have clients, for tests of leaks. */
  get addresses(): number {
    return this.#all.size;
  }

  /** Whether there is a place for one more client of this address. */
  hasFor(address: string): boolean {
    return this.#hasFor(networkOf(address));
  }

  #hasFor(address: string): boolean {
    const { perAddress, newcomers = 0, newcomersPerAddress = 0 } = this.#limits;
    return !(
      reached(this.#all.get(address), perAddress) ||
      reached(this.#newcomerCount, newcomers) ||
      reached(this.#newcomers.get(address), newcomersPerAddress)
    );
  }

  /** @returns undefined when there is no place for one more client of this address */
  take(of: string): Place | undefined {
    const address = networkOf(of);
    if (!this.#hasFor(address)) return undefined;
    add(this.#all, address, 1);
    add(this.#newcomers, address, 1);
    this.#newcomerCount += 1;
    let isNew = true;
    let isThere = true;
    const introduced = (): void => {
      if (!isNew) return;
      isNew = false;
      this.#newcomerCount -= 1;
      add(this.#newcomers, address, -1);
    };
    return {
      introduced,
      leave: () => {
        if (!isThere) return;
        isThere = false;
        introduced();
        add(this.#all, address, -1);
      },
    };
  }
}

function reached(count: number | undefined, limit: number): boolean {
  return limit > 0 && (count ?? 0) >= limit;
}

function add(counts: Map<string, number>, address: string, step: 1 | -1): void {
  const count = (counts.get(address) ?? 0) + step;
  if (count > 0) counts.set(address, count);
  else counts.delete(address);
}
