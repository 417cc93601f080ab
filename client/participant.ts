import type { MediaKind } from './ask.js';
import type { ClientError } from './errors.js';
import { Emitter } from './emitter.js';
import type { MediaConnections } from './media-connections.js';
import { changedProfile, profileIn } from './profile.js';
import type { ParticipantState, Present, Profile, ProfileChanges } from './profile.js';
import { Publication } from './publication.js';
import { worstOf, type Quality } from './quality.js';
import type { QualityLevel } from './quality-report.js';
import { silentIn, type StreamEntry } from './streams.js';

/** What a `Participant` tells. */
export interface ParticipantEvents {
  /** A stream of theirs is there from now on. */
  published: [Publication];
  /** A stream of theirs is there no more. */
  unpublished: [Publication];
  /** What they have muted, what a moderator has muted, or their hand has changed. */
  stateChanged: [ParticipantState];
  /** Their name, metadata or attributes have changed. */
  updated: [Profile];
  /** How well what they publish comes through has changed. */
  quality: [Quality];
  /** They left, were removed, or the room ended. Last event, once. */
  left: [];
}

/** Somebody else in the room. */
export class Participant extends Emitter<ParticipantEvents> {
  /** The user name: unique in the room. */
  readonly id: string;
  readonly #connections: MediaConnections;
  readonly #publications = new Map<string, Publication>();
  #profile: Profile;
  #state: ParticipantState | undefined;
  #quality: Quality = 'unknown';
  #connectionQuality: QualityLevel = 'excellent';

  /** @internal For Room only. */
  constructor(present: Present, connections: MediaConnections) {
    super();
    this.id = present.id;
    this.#profile = profileIn(present);
    this.#state = present.state;
    this.#connections = connections;
  }

  /** For people: the user name, unless a token or the participant says another one. */
  get name(): string {
    return this.#profile.name;
  }

  /** Any text, of their token or their page. Empty where there is none. */
  get metadata(): string {
    return this.#profile.metadata;
  }

  /** Texts by name, of their token or their page. */
  get attributes(): Profile['attributes'] {
    return this.#profile.attributes;
  }

  /** What they send, and whether their hand is raised. Undefined where the server does not tell. */
  get state(): ParticipantState | undefined {
    return this.#state;
  }

  /** How well what they publish comes through: the worst of their publications. */
  get quality(): Quality {
    return this.#quality;
  }

  /**
   * How well their sound and pictures get through, to the server and back, as the server judges it: the room has the event
   * `participantQuality`. `excellent` also where nobody tells.
   */
  get connectionQuality(): QualityLevel {
    return this.#connectionQuality;
  }

  /** What they publish, by stream id. */
  get publications(): ReadonlyMap<string, Publication> {
    return this.#publications;
  }

  /** @internal For Room only: the participant publishes a stream. It replaces an earlier one with that id. */
  publish(entry: StreamEntry): Publication {
    this.#publications.get(entry.id)?.end();
    const publication = new Publication(this.id, entry, this.#connections);
    publication.mutedBecomes(silentIn(entry) ?? mutedIn(this.#state));
    this.#publications.set(entry.id, publication);
    publication.on('quality', () => {
      this.#measure();
    });
    this.emit('published', publication);
    return publication;
  }

  #measure(): void {
    const quality = worstOf([...this.#publications.values()].map((each) => each.quality));
    if (quality === this.#quality) return;
    this.#quality = quality;
    this.emit('quality', quality);
  }

  /** @internal For Room only: the participant publishes these streams no more. @param ids undefined: none at all */
  unpublish(ids?: readonly string[]): void {
    for (const publication of [...this.#publications.values()]) {
      if (ids && !ids.includes(publication.id)) continue;
      this.#publications.delete(publication.id);
      publication.end();
      this.emit('unpublished', publication);
    }
    this.#measure();
  }

  /** @internal For Room only: how the participant is now, after we joined anew. */
  present(present: Present): void {
    this.updated(profileIn(present));
    if (present.state) this.stateChanged(present.state);
  }

  /** @internal For Room only. */
  stateChanged(state: ParticipantState): void {
    this.#state = state;
    for (const publication of this.#publications.values()) {
      const entry = state.streams?.find(({ id }) => id === publication.id);
      publication.mutedBecomes((entry && silentIn(entry)) ?? mutedIn(state));
    }
    this.emit('stateChanged', state);
  }

  /** @internal For Room only. Returns whether it is another one. */
  connectionQualityBecomes(level: QualityLevel): boolean {
    const before = this.#connectionQuality;
    this.#connectionQuality = level;
    return level !== before;
  }

  /** @internal For Room only. */
  updated(changes: ProfileChanges): void {
    this.#profile = changedProfile(this.#profile, changes);
    this.emit('updated', this.#profile);
  }

  /** @internal For Room only: the media server has lost what we receive of the stream, or of all. We subscribe anew. */
  subscriptionLost(error: ClientError, stream?: string): void {
    for (const publication of this.#publications.values()) {
      if (publication.subscription && (stream === undefined || publication.id === stream)) publication.recover(error);
    }
  }

  /** @internal For Room only. */
  leave(): void {
    this.unpublish();
    this.emit('left');
  }
}

/** What is not sent counts as muted: the server does not tell which kinds there are. */
function mutedIn(state: ParticipantState | undefined): readonly MediaKind[] {
  return state ? (['audio', 'video'] as const).filter((kind) => !state[kind]) : [];
}
