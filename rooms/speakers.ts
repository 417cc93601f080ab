import { RoomError, tooMany } from './errors.js';
import type { RoomEvent } from './events.js';
import type { Later } from './later.js';
import type { Participant } from './participant.js';
import type { Publication } from './publication.js';

/** Whose speakers they are: a room. */
export interface SpeakersOwner {
  /** In ms since 1970. */
  readonly now: () => number;
  readonly later: Later;
  /** They are told again after so many ms at the earliest. */
  readonly intervalMs: number;
  /** Whether the media server finds out who speaks. Otherwise the clients say so. */
  readonly areHeard: () => boolean;
  /** They are others now, or louder, or less loud. */
  readonly changed: (
    event: RoomEvent & { readonly type: 'speakersChanged' },
    publications: readonly Publication[],
  ) => void;
}

/** Somebody who speaks. */
interface Speech {
  readonly publication: Publication;
  /** As `Speaker.level`. */
  readonly level: number;
}

/** The default. */
export const defaultSpeakerIntervalMs = 400;
/** So many are told. */
const mostSpeakers = 5;
/** What a client says holds for so long, in ms, so that one that is lost does not speak for ever. */
const saidMs = 10_000;
/** A client may say it so often, in `periodMs`. */
const mostSaid = 4;
const periodMs = 1_000;

/** Those that speak in a room. They are kept nowhere: another process that goes on with the room finds it out anew. */
export class Speakers {
  readonly #owner: SpeakersOwner;
  /** By the media server. */
  #heard: readonly Speech[] = [];
  /** By clients: what ends it. The last one is the newest. */
  readonly #said = new Map<Publication, () => void>();
  /** When each said something of late. */
  readonly #saidAt = new WeakMap<Participant, readonly number[]>();
  #told: readonly Speech[] = [];
  #event = eventOf([]);
  #toldAt = Number.NEGATIVE_INFINITY;
  #stopWaiting: (() => void) | undefined;

  constructor(owner: SpeakersOwner) {
    this.#owner = owner;
  }

  /** As it was told last: one object, so that what many are told of it is encoded once. */
  get event(): RoomEvent & { readonly type: 'speakersChanged' } {
    return this.#event;
  }

  /** The media server has heard these, and nobody else. */
  heard(speakers: readonly Speech[]): void {
    this.#heard = speakers;
    this.#look();
  }

  /**
   * The client of a participant says that it begins or ceases to speak.
   * @throws RoomError `not-publishing` when nobody could hear it; `too-many`
   */
  said(participant: Participant, stream: string, speaks: boolean): void {
    this.#assertSeldom(participant);
    const publication = participant.publicationOf(stream);
    if (speaks && !(publication && isAudible(publication)))
      throw new RoomError('not-publishing', `${participant.id} does not send audio, or has muted it`);
    if (!publication) return;
    const wasSaid = this.#said.get(publication);
    wasSaid?.();
    // One that goes on keeps its place.
    if (!speaks) this.#said.delete(publication);
    else
      this.#said.set(
        publication,
        this.#owner.later(saidMs, () => {
          this.#forget(publication);
        }),
      );
    this.#look();
  }

  /** Everybody has been told of it. */
  hear({ type }: RoomEvent): void {
    if (type === 'stateChanged' || type === 'publicationClosed' || type === 'participantLeft') this.#look();
  }

  stop(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    for (const end of this.#said.values()) end();
    this.#said.clear();
  }

  #forget(publication: Publication): void {
    this.#said.delete(publication);
    this.#look();
  }

  #look(): void {
    // In most rooms, at most times.
    const isQuiet = this.#said.size === 0 && this.#heard.length === 0 && this.#told.length === 0;
    if (isQuiet || this.#stopWaiting) return;
    const present = this.#present;
    if (isSame(present, this.#told)) return;
    const { now, later, intervalMs, changed } = this.#owner;
    const waitMs = this.#toldAt + intervalMs - now();
    if (waitMs > 0) {
      this.#stopWaiting = later(waitMs, () => {
        this.#stopWaiting = undefined;
        this.#look();
      });
      return;
    }
    this.#told = present;
    this.#toldAt = now();
    this.#event = eventOf(present);
    changed(
      this.#event,
      present.map(({ publication }) => publication),
    );
  }

  /** Without those that nobody hears. Hidden participants publish nothing. */
  get #present(): readonly Speech[] {
    for (const [publication, end] of this.#said) {
      if (isAudible(publication)) continue;
      end();
      this.#said.delete(publication);
    }
    const all = this.#owner.areHeard() ? this.#ranked : this.#newestFirst;
    return all.filter(({ publication }) => isAudible(publication)).slice(0, mostSpeakers);
  }

  /** The loudest first. Of equal ones those come first that did before. */
  get #ranked(): readonly Speech[] {
    const former = this.#told.map(({ publication }) => publication);
    const rank = (publication: Publication): number =>
      former.includes(publication) ? former.indexOf(publication) : former.length;
    return [...this.#heard].sort(
      (one, other) => other.level - one.level || rank(one.publication) - rank(other.publication),
    );
  }

  get #newestFirst(): readonly Speech[] {
    return [...this.#said.keys()].reverse().map((publication) => ({ publication, level: 1 }));
  }

  #assertSeldom(participant: Participant): void {
    const now = this.#owner.now();
    const lately = (this.#saidAt.get(participant) ?? []).filter((at) => at > now - periodMs);
    const [oldest = now] = lately;
    if (lately.length >= mostSaid) throw tooMany('You say too often that you speak', oldest + periodMs - now);
    this.#saidAt.set(participant, [...lately, now]);
  }
}

function isAudible({ state, kinds, silent }: Publication): boolean {
  return state === 'open' && kinds.includes('audio') && !silent.includes('audio');
}

function isSame(some: readonly Speech[], others: readonly Speech[]): boolean {
  return (
    some.length === others.length &&
    some.every(
      ({ publication, level }, place) => publication === others[place]?.publication && level === others[place].level,
    )
  );
}

function eventOf(speeches: readonly Speech[]): RoomEvent & { readonly type: 'speakersChanged' } {
  const speakers = speeches.map(({ publication: { publisher, id }, level }) => ({
    participant: publisher,
    stream: id,
    level,
  }));
  return { type: 'speakersChanged', speakers };
}
