import type { MediaKind } from './ask.js';
import { BackOff } from './back-off.js';
import { Emitter } from './emitter.js';
import { ClientError, asClientError, canSucceedYet } from './errors.js';
import type { MediaConnections } from './media-connections.js';
import { Standing, type PublicationState } from './publication-state.js';
import type { Quality } from './quality.js';
import { sourceIn, type StreamEntry, type StreamSource } from './streams.js';
import { Subscription } from './subscription.js';
import { readWish, type SubscriptionWish, type WireWish } from './subscription-wish.js';

/** What a `Publication` tells. */
export interface PublicationEvents {
  /** `state` has changed. With the reason, when it is `failed`. */
  state: [PublicationState, ClientError | undefined];
  /** How well it comes through has changed. */
  quality: [Quality];
  /** The publisher, or a moderator, has muted these kinds. */
  muted: [readonly MediaKind[]];
  /** The publisher, or a moderator, has muted these kinds no more. */
  unmuted: [readonly MediaKind[]];
  /** The server has agreed that we receive it. Its packets are there once `state` is `live`. */
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
  /** Unique among the streams of its participant: `webcam`, `screen` … */
  readonly id: string;
  /** What it shows. */
  readonly source: StreamSource;
  readonly #publisher: string;
  readonly #connections: MediaConnections;
  readonly #backOff: BackOff;
  #subscription: Subscription | undefined;
  #subscribing: Promise<Subscription> | undefined;
  readonly #standing = new Standing((state, failure) => {
    this.emit('state', state, failure);
  });
  #quality: Quality = 'unknown';
  #muted: readonly MediaKind[] = [];
  #recovering = false;
  #wish: WireWish = {};
  #closed = false;

  /** @internal For Participant only. */
  constructor(publisher: string, entry: StreamEntry, connections: MediaConnections) {
    super();
    this.#publisher = publisher;
    this.id = entry.id;
    this.source = sourceIn(entry);
    this.#connections = connections;
    this.#backOff = new BackOff(connections.session.clock);
  }

  /** How we receive it. Undefined where we do not. */
  get subscription(): Subscription | undefined {
    return this.#subscription?.closed ? undefined : this.#subscription;
  }

  /** Whether it has ended. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether it comes through to us. */
  get state(): PublicationState {
    return this.#standing.state;
  }

  /** Why the last attempt to receive it failed. Undefined where none has. */
  get failure(): ClientError | undefined {
    return this.#standing.failure;
  }

  /** What the publisher, or a moderator, has muted, and what is not sent at all. Empty where the server does not tell. */
  get muted(): readonly MediaKind[] {
    return this.#muted;
  }

  /** From loss, round trip, jitter and pictures that stand still. `unknown` until it is measured, and while no packets come. */
  get quality(): Quality {
    return this.#quality;
  }

  /** Tries at once what has failed, also what was given up, and does not wait for the end of the pause. Does nothing while it is live. */
  retry(): void {
    if (this.#closed || this.#subscribing || this.state === 'live') return;
    const isWanted = this.#subscription !== undefined || this.state === 'failed';
    if (!this.#recovering && isWanted) this.#startRecovery();
    this.#backOff.hurry();
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

  /**
   * Says what we want of it, for now and for whenever it is received anew: no picture while its tile cannot be seen, or one that is no
   * larger than the tile. A picture that is not wanted costs no packet. Where we do not receive it yet, or the server does not know such
   * wishes, nothing is asked. Rejects with `invalid-argument`, `media-failed`, `timeout` or `disconnected`; the wish stays all the same.
   */
  async want(wish: SubscriptionWish): Promise<void> {
    const given = readWish(wish);
    this.#wish = { ...this.#wish, ...given };
    if (!this.#subscribing) await this.subscription?.want(given);
  }

  async #open(): Promise<Subscription> {
    if (this.#closed) throw new ClientError('closed', 'The publication has ended.');
    this.#standing.trying();
    // A server that does not tell who is muted lets us expect packets always.
    const expectsPackets = (): boolean =>
      (['audio', 'video'] as const).some(
        (kind) => !this.#muted.includes(kind) && this.#wish[kind] !== false && !this.#connections.mayLack(kind),
      );
    const subscription = this.#tried(
      () => new Subscription(this.#publisher, this.id, this.#connections, expectsPackets),
    );
    this.#subscription = subscription;
    subscription.on('flowing', (flows) => {
      this.#standing.flowing(flows);
    });
    subscription.on('quality', (quality) => {
      this.#qualityBecomes(quality);
    });
    subscription.on('closed', () => {
      if (this.#subscription === subscription && !this.#recovering && !this.#closed) this.#standing.idle();
    });
    subscription.on('failed', (error) => {
      this.recover(error);
    });
    try {
      await subscription.open();
    } catch (error) {
      this.#subscription = undefined;
      void subscription.close();
      this.#standing.failed(asClientError(error, 'media-failed'));
      throw error;
    }
    // It is received all the same where the server refuses.
    if (Object.keys(this.#wish).length > 0) void subscription.want(this.#wish).catch(() => undefined);
    this.emit('subscribed', subscription);
    return subscription;
  }

  /** What fails is why it is not received. */
  #tried<T>(attempt: () => T): T {
    try {
      return attempt();
    } catch (thrown) {
      const error = asClientError(thrown, 'media-failed');
      this.#standing.failed(error);
      throw error;
    }
  }

  /** @internal For Room and this class only: subscribes anew until that succeeds, cannot succeed, or is not wanted any more. */
  recover(error: ClientError): void {
    if (this.#closed || this.#recovering) return;
    if (!canSucceedYet(error)) {
      // When the publisher or the room has ended, their own events tell.
      if (error.code === 'media-refused') this.emit('failed', error);
      return;
    }
    if (this.state !== 'failed') this.#standing.lost(error);
    this.emit('reconnecting', error);
    this.#startRecovery(error);
  }

  #startRecovery(error?: ClientError): void {
    this.#recovering = true;
    void this.#resubscribe(error?.retryAfterMs).then((failure) => {
      this.#recovering = false;
      if (failure) this.recover(failure);
      else if (!this.subscription) this.#standing.idle();
    });
  }

  /** One attempt; resolves with why it failed. */
  async #resubscribe(notBeforeMs?: number): Promise<ClientError | undefined> {
    const before = this.#subscription;
    await this.#backOff.wait(notBeforeMs);
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

  #qualityBecomes(quality: Quality): void {
    if (quality === this.#quality) return;
    this.#quality = quality;
    this.emit('quality', quality);
  }

  /** @internal For Participant only: what is muted now. */
  mutedBecomes(muted: readonly MediaKind[]): void {
    const before = this.#muted;
    this.#muted = muted;
    const [more, less] = [
      muted.filter((kind) => !before.includes(kind)),
      before.filter((kind) => !muted.includes(kind)),
    ];
    if (more.length > 0) this.emit('muted', more);
    if (less.length > 0) this.emit('unmuted', less);
  }

  /** @internal For Participant only: the stream has ended. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#backOff.hurry();
    this.#subscription?.end();
    this.#standing.close();
    this.emit('closed');
  }
}
