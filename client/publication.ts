import { BackOff } from './back-off.js';
import { Emitter } from './emitter.js';
import { ClientError, asClientError } from './errors.js';
import type { MediaConnections } from './media-connections.js';
import { Subscription } from './subscription.js';

export interface PublicationEvents {
  /** We receive it from now on. */
  subscribed: [Subscription];
  /** Receiving it failed. The library subscribes anew, and emits `subscribed` when that succeeded. */
  reconnecting: [ClientError];
  /** It cannot be received, and another attempt would fail too. */
  failed: [ClientError];
  /** The publisher stopped, left, or the room ended. Last event, once. */
  closed: [];
}

/** A stream that another participant publishes. */
export class Publication extends Emitter<PublicationEvents> {
  /** Unique among the streams of its participant. In this protocol it is `webcam`. */
  readonly id: string;
  readonly #publisher: string;
  readonly #connections: MediaConnections;
  readonly #backOff: BackOff;
  #subscription: Subscription | undefined;
  #subscribing: Promise<Subscription> | undefined;
  #recovering = false;
  #closed = false;

  /** For Participant only. */
  constructor(publisher: string, id: string, connections: MediaConnections) {
    super();
    this.#publisher = publisher;
    this.id = id;
    this.#connections = connections;
    this.#backOff = new BackOff(connections.session.clock);
  }

  get subscription(): Subscription | undefined {
    return this.#subscription?.closed ? undefined : this.#subscription;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Starts receiving. A second call resolves with the same subscription. Rejects with `not-publishing`, `not-in-room`, `media-refused`,
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
    subscription.on('failed', (error) => {
      this.recover(error);
    });
    try {
      await subscription.open();
    } catch (error) {
      this.#subscription = undefined;
      void subscription.close();
      throw error;
    }
    this.emit('subscribed', subscription);
    return subscription;
  }

  /** For Room and this class only: subscribes anew until that succeeds, cannot succeed, or is not wanted any more. */
  recover(error: ClientError): void {
    if (this.#closed || this.#recovering) return;
    if (error.advice !== 'retry') {
      // When the publisher or the room has ended, their own events tell.
      if (error.code === 'media-refused') this.emit('failed', error);
      return;
    }
    this.#recovering = true;
    this.emit('reconnecting', error);
    void this.#resubscribe().then((failure) => {
      this.#recovering = false;
      if (failure) this.recover(failure);
    });
  }

  /** One attempt; resolves with why it failed. */
  async #resubscribe(): Promise<ClientError | undefined> {
    const before = this.#subscription;
    await this.#backOff.wait();
    // The subscription was closed meanwhile, so no other one is wanted.
    if (this.#closed || before?.closed) return undefined;
    await before?.close();
    try {
      await this.subscribe();
      return undefined;
    } catch (error) {
      return asClientError(error, 'media-failed');
    }
  }

  /** For Participant only: the stream has ended. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#subscription?.end();
    this.emit('closed');
  }
}
