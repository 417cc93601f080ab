import type { ClientError } from './errors.js';

/**
 * Whether the media of a publication comes through. `live`: its packets are there. `connecting`: they have never been, or it is not
 * subscribed to. `reconnecting`: they have been, and are expected back. `failed`: an attempt has failed; another one may follow.
 */
export type PublicationState = 'connecting' | 'live' | 'reconnecting' | 'failed' | 'closed';

/** How a publication stands, from what its owner finds out. */
export class Standing {
  readonly #changed: (state: PublicationState, failure: ClientError | undefined) => void;
  #state: PublicationState = 'connecting';
  #failure: ClientError | undefined;
  #wasLive = false;
  /** An attempt to connect it has begun since its packets last came. */
  #attempted = true;

  constructor(changed: (state: PublicationState, failure: ClientError | undefined) => void) {
    this.#changed = changed;
  }

  get state(): PublicationState {
    return this.#state;
  }

  /** Why the last attempt failed. Undefined once its packets come. */
  get failure(): ClientError | undefined {
    return this.#failure;
  }

  /** An attempt to connect it begins. */
  trying(): void {
    this.#attempted = true;
    this.#set(this.#wasLive ? 'reconnecting' : 'connecting');
  }

  /** Its packets come, or come no more. */
  flowing(flows: boolean): void {
    if (flows) {
      this.#wasLive = true;
      this.#attempted = false;
      this.#failure = undefined;
      this.#set('live');
    } else if (this.#state === 'live') this.#set('reconnecting');
  }

  /** It was lost. An attempt that has begun has failed. */
  lost(error: ClientError): void {
    if (this.#attempted) this.failed(error);
    else this.#set('reconnecting');
  }

  failed(error: ClientError): void {
    this.#failure = error;
    this.#set('failed');
  }

  /** It is not wanted any more. */
  idle(): void {
    this.#wasLive = false;
    this.#attempted = true;
    this.#failure = undefined;
    this.#set('connecting');
  }

  close(): void {
    this.#set('closed');
  }

  #set(state: PublicationState): void {
    // Each failure is told, also one after another.
    const isSame = state === this.#state && state !== 'failed';
    if (isSame || this.#state === 'closed') return;
    this.#state = state;
    this.#changed(state, state === 'failed' ? this.#failure : undefined);
  }
}
