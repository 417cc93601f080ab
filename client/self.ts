import type { RequestResult } from '../dialects/kurento-room/types.js';
import type { Ask, MediaKind } from './ask.js';
import { Emitter } from './emitter.js';
import { givenObject } from './given.js';
import { changedProfile, profileIn } from './profile.js';
import type { ParticipantState, Profile, ProfileChanges } from './profile.js';
import type { QualityLevel } from './quality-report.js';
import { grantedSources, webcam, type StreamSource } from './streams.js';

type JoinAnswer = RequestResult<'joinRoom'>;

/** What we may do in the room, as in LiveKit's video grant (docs/access.md#the-grant). */
export type Grants = NonNullable<JoinAnswer['grants']>;

/** What `room.self` tells. */
export interface SelfEvents {
  /** What we send, or our hand, has changed, as the others see it. */
  stateChanged: [ParticipantState];
  /** Our name, metadata or attributes have changed. */
  updated: [Profile];
  /** A moderator has changed what we may do. What we may not do any more has ended. */
  grantsChanged: [Grants];
  /** The moderator of that user name asks us to send it again. Only we can do that. */
  unmuteRequested: [string, readonly MediaKind[]];
}

const kinds = ['audio', 'video'] as const;

/** A stream that we publish. */
interface Published {
  readonly source: StreamSource;
  readonly kinds: readonly MediaKind[];
}

const nothingMuted = { audio: true, video: true };

/** We ourselves as a participant of the room. */
export class Self extends Emitter<SelfEvents> {
  readonly #ask: Ask;
  #id: string;
  #profile: Profile;
  #state: ParticipantState | undefined;
  #grants: Grants | undefined;
  #connectionQuality: QualityLevel = 'excellent';
  /** What we publish, by stream id. */
  readonly #published = new Map<string, Published>();
  /** What the server believes that is not muted, by stream id. Undefined: it does not want to know. */
  #told: Map<string, Readonly<Record<MediaKind, boolean>>> | undefined;
  /** Whether the server knows several streams of one participant. */
  #hasStreams = false;

  /** @internal For Room only. */
  constructor(id: string, ask: Ask) {
    super();
    this.#ask = ask;
    this.#id = id;
    this.#profile = profileIn({ id });
  }

  /** Our user name: unique in the room. With a token it is known once we are in. */
  get id(): string {
    return this.#id;
  }

  /** For people: the user name, unless the token or `update` says another one. */
  get name(): string {
    return this.#profile.name;
  }

  /** Any text, of our token, `RoomOptions` or `update`. Empty where there is none. */
  get metadata(): string {
    return this.#profile.metadata;
  }

  /** Texts by name, of our token or `update`. */
  get attributes(): Profile['attributes'] {
    return this.#profile.attributes;
  }

  /** What we send, and whether our hand is raised, as the others see it. Undefined where the server does not tell. */
  get state(): ParticipantState | undefined {
    // The server tells the others, and not us, that we begin or cease to publish.
    if (!this.#state) return undefined;
    const published = [...this.#published];
    const sends = (kind: MediaKind, isScreen: boolean): boolean =>
      published.some(([id, { source }]) => (source === 'screen') === isScreen && this.#isHeard(id, kind));
    return {
      ...this.#state,
      ...{ audio: sends('audio', false), video: sends('video', false), screen: sends('video', true) },
    };
  }

  /** As that of a `Participant`. */
  get connectionQuality(): QualityLevel {
    return this.#connectionQuality;
  }

  /** What we may do. Undefined where the server does not tell. */
  get grants(): Grants | undefined {
    return this.#grants;
  }

  /** Whether we moderate the room. */
  get moderates(): boolean {
    return this.#grants?.roomAdmin ?? false;
  }

  /** Whether we may record the room (`room.recordings`). */
  get mayRecord(): boolean {
    return (this.#grants?.roomRecord ?? false) || this.moderates;
  }

  /** Whether we may publish media of that kind. @param source default: `camera`, with its microphone */
  mayPublish(kind: MediaKind, source: StreamSource = 'camera'): boolean {
    if (!this.#grants) return true;
    const { canPublish, canPublishSources: sources } = this.#grants;
    return canPublish && (sources.length === 0 || sources.some((each) => each === grantedSources[source][kind]));
  }

  /** Raises our hand, or lowers it. Rejects as `Room.chat`. */
  async raiseHand(raised = true): Promise<void> {
    await this.#ask('raiseHand', { raised });
  }

  /** Changes what others are shown of us; what is absent stays, and an empty attribute is deleted. Rejects with `not-allowed`, or as `Room.chat`. */
  async update(changes: ProfileChanges): Promise<void> {
    const { name, metadata, attributes } = givenObject(changes, 'The changes');
    await this.#ask('updateMetadata', {
      ...(name !== undefined && { name }),
      ...(metadata !== undefined && { metadata }),
      ...(attributes && { attributes: { ...attributes } }),
    });
  }

  /** @internal For LocalPublication only: tells the server what is muted, where that has changed. */
  tellMuted(stream: string, muted: Readonly<Partial<Record<MediaKind, boolean>>>): void {
    if (!this.#told) return;
    const told = this.#told.get(stream) ?? nothingMuted;
    const changed = kinds.filter((kind) => muted[kind] === told[kind]);
    if (changed.length === 0) return;
    const state = Object.fromEntries(changed.map((kind) => [kind, muted[kind] === false]));
    this.#told.set(stream, { ...told, ...state });
    // The call does not depend on it.
    this.#ask('updateState', { ...(this.#hasStreams && { stream }), ...state }).catch(() => undefined);
  }

  /**
   * Tells the server that we begin or cease to speak, for a media server that does not hear it. True holds for 10 s. `OwnSpeech` does that by
   * itself. Rejects with `refused` while we are muted, otherwise as `Room.chat`.
   */
  async speaks(speaking: boolean): Promise<void> {
    await this.#ask('updateState', { speaking });
  }

  /** @internal For LocalPublication only: what we publish from now on as that stream. Undefined: nothing. */
  publishes(stream: string, published: Published | undefined): void {
    if (published) this.#published.set(stream, published);
    else this.#published.delete(stream);
    this.#emitState();
  }

  /** @internal For Room only: we are in. */
  entered({ self = { id: this.#id }, grants, features = [] }: JoinAnswer): void {
    this.#id = self.id;
    this.#profile = profileIn(self);
    this.#state = self.state;
    this.#grants = grants;
    // A server that has forgotten us knows nothing of what we have muted.
    this.#told = features.includes('state') ? new Map() : undefined;
    this.#hasStreams = features.includes('streams');
  }

  /** @internal For Room only. */
  stateChanged(state: ParticipantState): void {
    this.#state = state;
    this.#emitState();
  }

  #emitState(): void {
    const { state } = this;
    if (state) this.emit('stateChanged', state);
  }

  /** @internal For LocalPublication only: what a moderator has muted of it. */
  cutOf(stream: string): readonly MediaKind[] {
    // The server tells one thing of all streams and of the camera's.
    return stream === webcam || !this.#state?.streams ? (this.#state?.mutedKinds ?? []) : this.#cutAlone(stream);
  }

  /** What reaches nobody although we have not muted it. */
  #cutAlone(stream: string): readonly MediaKind[] {
    const entry = this.#state?.streams?.find(({ id }) => id === stream);
    const told = this.#told?.get(stream) ?? nothingMuted;
    return entry?.muted?.filter((kind) => told[kind]) ?? [];
  }

  #isHeard(stream: string, kind: MediaKind): boolean {
    const sent = this.#published.get(stream)?.kinds.includes(kind) ?? false;
    const told = this.#told?.get(stream) ?? nothingMuted;
    return sent && told[kind] && !this.cutOf(stream).includes(kind);
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

  /** @internal For Room only. */
  grantsChanged(grants: Grants): void {
    this.#grants = grants;
    this.emit('grantsChanged', grants);
  }

  /** @internal For Room only. */
  unmuteRequested(by: string, kinds: readonly MediaKind[]): void {
    this.emit('unmuteRequested', by, kinds);
  }
}
