import { computed, signal } from '@preact/signals';
import type { ClientError, PublicationState, Quality } from '../../client/index.js';
import type { Voice } from '../words/words.js';

/** What a person publishes, as the library shows it: ours and that of others alike. */
export interface Followed {
  readonly state: PublicationState;
  readonly failure: ClientError | undefined;
  readonly quality: Quality;
  retry(): void;
  on(name: 'state' | 'quality', listener: () => void): unknown;
}

/** The way of somebody's sound and picture: from us to the server, or from the server to us. */
export class Transit {
  readonly #own: boolean;
  readonly #voice: Voice;
  /** Undefined: nothing is published. */
  readonly state = signal<PublicationState | undefined>(undefined);
  readonly failure = signal<ClientError | undefined>(undefined);
  readonly #quality = signal<Quality>('unknown');
  /** It has ended with something that broke, and is expected back. */
  readonly expected = signal(false);
  /** The server is out of reach: what was measured says nothing of now. */
  readonly offline = signal(false);
  readonly quality = computed<Quality>(() =>
    this.state.value === 'live' && !this.offline.value ? this.#quality.value : 'unknown',
  );
  readonly reconnecting = computed(() => this.expected.value || this.state.value === 'reconnecting');
  /** Why there is no sound and no picture, in words. Empty where they come, or where there is nothing to come. */
  readonly note = computed(() => this.#note());
  /** What we send does not arrive, and it can be tried anew. */
  readonly unsent = computed(() => this.#own && this.state.value !== 'live' && this.failure.value !== undefined);
  #followed: Followed | undefined;

  constructor(own: boolean, voice: Voice) {
    this.#own = own;
    this.#voice = voice;
  }

  get followed(): Followed | undefined {
    return this.#followed;
  }

  /** From now on it is this publication. */
  follow(publication: Followed): void {
    this.#followed = publication;
    this.expected.value = false;
    this.#look(publication);
    publication.on('state', () => {
      this.#look(publication);
    });
    publication.on('quality', () => {
      this.#look(publication);
    });
  }

  /** Nothing is published any more. @param expected whether it should be back in a moment */
  end(expected = false): void {
    this.#followed = undefined;
    this.state.value = undefined;
    this.failure.value = undefined;
    this.expected.value = expected;
  }

  /** The publication was refused: another attempt would fail too. */
  refused(error: ClientError): void {
    this.end();
    this.failure.value = error;
  }

  #look(publication: Followed): void {
    if (publication !== this.#followed) return;
    this.state.value = publication.state;
    this.failure.value = publication.failure;
    this.#quality.value = publication.quality;
  }

  #wasRefused(): boolean {
    return this.state.value === undefined && this.failure.value !== undefined;
  }

  #note(): string {
    const { media, stage } = this.#voice.words();
    const isFinal = this.failure.value?.advice === 'give-up';
    // Also during the next attempt: the pause before it may be too short to be read.
    if (this.unsent.value) return isFinal || this.#wasRefused() ? media.notSent : media.notSentYet;
    if (this.reconnecting.value) return stage.mediaReconnecting;
    switch (this.state.value) {
      case 'connecting':
        return media.connecting;
      case 'failed':
        return isFinal ? media.noConnection : media.connecting;
      default:
        return '';
    }
  }
}
