import { Receiver } from './receiver.js';

/** The receivers of one pipeline that have a name. */
export class Receivers {
  readonly #named = new Map<string, { readonly receiver: Receiver; users: number }>();

  /** Each call is followed by one of `leave`. */
  join(name: string): Receiver {
    const known = this.#named.get(name) ?? { receiver: new Receiver(), users: 0 };
    known.users += 1;
    this.#named.set(name, known);
    return known.receiver;
  }

  leave(name: string): void {
    const known = this.#named.get(name);
    if (!known) return;
    known.users -= 1;
    if (known.users === 0) this.#named.delete(name);
  }
}

/** Whose connection an endpoint is: a receiver of its own, until it is told a name. */
export class Ownership {
  readonly #receivers: Receivers;
  #receiver = new Receiver();
  #name: string | undefined;

  constructor(receivers: Receivers) {
    this.#receivers = receivers;
  }

  get receiver(): Receiver {
    return this.#receiver;
  }

  /** True when the receiver is another one now. */
  become(name: string | undefined): boolean {
    if (name === undefined || name === this.#name) return false;
    this.end();
    this.#name = name;
    this.#receiver = this.#receivers.join(name);
    return true;
  }

  end(): void {
    if (this.#name !== undefined) this.#receivers.leave(this.#name);
    this.#name = undefined;
  }
}
