import { Emitter } from './emitter.js';
import { ClientError } from './errors.js';
import type { MediaConnections } from './media-connections.js';
import { Subscription } from './subscription.js';

interface PublicationEvents extends Record<string, readonly unknown[]> {
  /** We receive it from now on. */
  subscribed: [Subscription];
  /** The publisher stopped, left, or the room ended. Last event, once. */
  closed: [];
}

/** A stream somebody else offers. */
export class Publication extends Emitter<PublicationEvents> {
  /** Unique with its participant; `webcam` in this protocol. */
  readonly id: string;
  readonly #publisher: string;
  readonly #connections: MediaConnections;
  #subscription: Subscription | undefined;
  #subscribing: Promise<Subscription> | undefined;
  #closed = false;

  /** For Participant only. */
  constructor(publisher: string, id: string, connections: MediaConnections) {
    super();
    this.#publisher = publisher;
    this.id = id;
    this.#connections = connections;
  }

  get subscription(): Subscription | undefined {
    return this.#subscription?.closed ? undefined : this.#subscription;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Starts receiving; the same subscription when we do already. Rejects with `not-publishing`, `not-in-room`, `media-refused`,
   * `media-failed`, `timeout`, `disconnected`, or with `closed` when the publication ends meanwhile.
   */
  subscribe(): Promise<Subscription> {
    const present = this.subscription;
    if (present && !this.#subscribing) return Promise.resolve(present);
    this.#subscribing ??= this.#open().finally(() => {
      this.#subscribing = undefined;
    });
    return this.#subscribing;
  }

  async #open(): Promise<Subscription> {
    if (this.#closed) throw new ClientError('closed', 'The publication has ended.');
    const subscription = new Subscription(this.#publisher, this.id, this.#connections);
    this.#subscription = subscription;
    try {
      await subscription.open();
    } catch (error) {
      void subscription.close();
      throw error;
    }
    this.emit('subscribed', subscription);
    return subscription;
  }

  /** For Participant only: it is over. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#subscription?.end();
    this.emit('closed');
  }
}
