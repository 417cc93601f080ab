import { signal } from '@preact/signals';
import type { Participant, Publication } from '../../client/index.js';
import type { Voice } from '../words/words.js';
import { Person } from './person.js';
import { presentLevel } from './present-level.js';
import type { Toasts } from './toasts.js';

/** A participant that stops publishing within this time after a media problem did not mean to, in ms. */
const interruptionMs = 20_000;

/** The other people of a call, with what they publish. */
export class Guests {
  readonly all = signal<readonly Person[]>([]);
  readonly #toasts: Toasts;
  readonly #voice: Voice;
  readonly #levelOf: (id: string) => number;
  #interruptedAt = -Infinity;
  /** Of those that are expected back. */
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  /** @param levelOf how loud somebody is, 0 to 1, where nothing that is closer tells */
  constructor(toasts: Toasts, voice: Voice, levelOf: (id: string) => number) {
    this.#toasts = toasts;
    this.#voice = voice;
    this.#levelOf = levelOf;
  }

  welcome(participant: Participant): void {
    const person = new Person(participant.id, participant.name, false, this.#voice);
    person.idle.value = 'listening';
    if (participant.state) person.take(participant.state);
    person.connectionQuality.value = participant.connectionQuality;
    participant.on('stateChanged', (state) => {
      const hadHand = person.handSince.value !== undefined;
      person.take(state);
      if (!hadHand && state.hand) this.#toasts.show(this.#voice.words().call.raised(person.name));
    });
    participant.on('updated', ({ name }) => {
      person.renamed(name);
    });
    this.all.value = [...this.all.value.filter(({ id }) => id !== person.id), person];
    participant.on('published', (publication) => {
      this.#expect(publication, person);
    });
    participant.on('unpublished', (publication) => {
      if (!isMain(publication)) return;
      person.publishes.value = false;
      const isInterrupted = performance.now() - this.#interruptedAt < interruptionMs;
      person.transit.end(isInterrupted);
      if (isInterrupted) this.#expectBack(participant, person);
    });
    for (const publication of participant.publications.values()) this.#expect(publication, person);
  }

  left(id: string): void {
    this.all.value = this.all.value.filter((person) => person.id !== id);
  }

  /** The call is over. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #expect(publication: Publication, person: Person): void {
    if (!isMain(publication)) {
      this.#expectScreen(publication, person);
      return;
    }
    person.publishes.value = true;
    person.picture.publication.value = publication;
    person.transit.follow(publication);
    publication.on('subscribed', (subscription) => {
      person.level = () => presentLevel(subscription.peerConnection) ?? this.#levelOf(person.id);
      const { stream } = subscription;
      person.stream.value = stream;
      subscription.on('closed', () => {
        if (person.stream.value === stream && !person.reconnecting.value) person.stream.value = undefined;
      });
    });
    publication.on('closed', () => {
      person.stream.value = undefined;
      if (person.picture.publication.value === publication) person.picture.publication.value = undefined;
    });
  }

  #expectScreen(publication: Publication, person: Person): void {
    if (publication.source === 'screen') this.#toasts.show(this.#voice.words().stage.presents(person.name));
    let shown: MediaStream | undefined;
    person.screenPicture.publication.value = publication;
    publication.on('subscribed', ({ stream }) => {
      shown = stream;
      person.screen.value = stream;
    });
    publication.on('closed', () => {
      if (person.screen.value === shown) person.screen.value = undefined;
    });
  }

  /** The media server has a problem. It is shown once, however many participants it concerns. Lost media comes back by itself. */
  interrupted(): void {
    const again = performance.now() - this.#interruptedAt < interruptionMs;
    this.#interruptedAt = performance.now();
    if (!again) this.#toasts.show(this.#voice.words().call.interrupted);
  }

  #expectBack(participant: Participant, person: Person): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (![...participant.publications.values()].some(isMain)) person.transit.end();
    }, interruptionMs);
    this.#timers.add(timer);
  }
}

/** Camera and microphone, and not one more picture of the same person. */
export function isMain({ id }: Publication): boolean {
  return id === 'webcam';
}
