import type { MediaEngine, MediaFailure, Pipeline, VideoFilter } from '../media/port.js';
import { RoomError, filterError, mediaError } from './errors.js';
import type { LeaveReason, RoomEvent } from './events.js';
import type { Returner } from './evictions.js';
import type * as api from './index.js';
import { Members } from './members.js';
import { Participant } from './participant.js';
import { defaultMaxTextBytes, isSayable } from './texts.js';

export interface RoomOptions {
  /** The time in ms since 1970. */
  readonly now?: () => number;
  readonly title?: string | undefined;
  readonly maxTextBytes?: number;
  readonly stays?: boolean;
  /** Told of an eviction before anybody else is. */
  readonly evicted?: (returner: Returner) => void;
  /** Told what everybody is told, after the participants. Must not throw, and must not call back into the room before it returns. */
  readonly watch?: (event: RoomEvent) => void;
}

/**
 * Membership is synchronous. The media pipeline is opened at the first publication and belongs to the room, which releases it when it
 * closes.
 */
export class Room implements api.Room {
  readonly name: string;
  readonly title: string | undefined;
  /** The time in ms since 1970. */
  readonly now: () => number;
  readonly maxTextBytes: number;
  readonly #media: MediaEngine;
  readonly #onClose: (room: Room) => void;
  readonly #members = new Members();
  #pipeline: Promise<Pipeline> | undefined;
  /** The last event about the room's filter. */
  #filterChange: (RoomEvent & { readonly type: 'roomFilterChanged' }) | undefined;
  #closed = false;
  #stays: boolean;
  readonly #evicted: (returner: Returner) => void;
  readonly #watch: (event: RoomEvent) => void;

  /** @param onClose Called once, before anybody is told. */
  constructor(
    name: string,
    media: MediaEngine,
    onClose: (room: Room) => void,
    {
      now = Date.now,
      title,
      stays = false,
      maxTextBytes = defaultMaxTextBytes,
      evicted = () => undefined,
      watch = () => undefined,
    }: RoomOptions = {},
  ) {
    this.name = name;
    this.title = title;
    this.now = now;
    this.maxTextBytes = maxTextBytes;
    this.#media = media;
    this.#onClose = onClose;
    this.#stays = stays;
    this.#evicted = evicted;
    this.#watch = watch;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get size(): number {
    return this.#members.size;
  }

  get participants(): Iterable<Participant> {
    return this.#members;
  }

  find(id: string): Participant | undefined {
    return this.#members.find(id);
  }

  findByName(name: string): Participant | undefined {
    return this.#members.findByName(name);
  }

  get stays(): boolean {
    return this.#stays;
  }

  set stays(stays: boolean) {
    this.#stays = stays;
    if (!stays && this.#members.size === 0) this.close('empty');
  }

  /**
   * Called by `Rooms.join`, whose contract this keeps. The participant's `name` is `displayName`, made unique with a piece of the id. A
   * newcomer whose id is its name gets that name: a participant of another protocol gives it up, and one of the same protocol does not.
   * @throws RoomError `room-closed`, `participant-exists`, `interrupted`; and what `enter` throws
   */
  join(newcomer: api.Newcomer, enter: api.Enter): Participant {
    this.#assertOpen();
    const place = this.#members.placeFor(newcomer);
    if (!place) throw new RoomError('participant-exists', `"${newcomer.id}" is already in room "${this.name}"`);
    const { namesake } = place;
    if (namesake) this.#members.rename(namesake);
    const participant = new Participant(this, place, newcomer);
    this.#members.add(participant);
    let entered = false;
    try {
      entered = participant.enter(enter);
    } finally {
      if (!entered) {
        this.#forget(participant);
        if (namesake) this.#members.rename(namesake, place.name);
      }
    }
    if (!entered) throw new RoomError('interrupted', 'The client has gone');
    try {
      if (namesake) {
        this.tell({ type: 'participantRenamed', participant: namesake, formerName: place.name }, participant);
      }
      this.tell({ type: 'participantJoined', participant }, participant);
    } catch (error) {
      // An outbox that throws is a defect. The newcomer is told that they could not join, so they must not be in the room.
      this.remove(participant, 'left');
      throw error;
    }
    if (this.#filterChange) participant.tell(this.#filterChange);
    return participant;
  }

  takesText(text: string): boolean {
    return isSayable(text, this.maxTextBytes);
  }

  evict(participant: Participant): void {
    if (participant.closed) return;
    this.#evicted(participant.returner);
    this.remove(participant, 'evicted');
    participant.tell({ type: 'participantEvicted', participant });
  }

  /** Ends a membership: media first, then the others are told. The room closes after its last participant, unless it stays. */
  remove(participant: Participant, reason: LeaveReason): void {
    if (participant.closed) return;
    this.#forget(participant);
    this.tell({ type: 'participantLeft', participant, reason });
    if (this.#members.size === 0 && !this.#stays) this.close('empty');
  }

  tell(event: RoomEvent, except?: Participant): void {
    for (const participant of this.#members) if (participant !== except) participant.tell(event);
    this.#watch(event);
  }

  /** The room's pipeline, opened when first asked for. @throws RoomError `media-failed`, `interrupted` when the room closed */
  async pipeline(): Promise<Pipeline> {
    this.#assertUninterrupted();
    this.#pipeline ??= this.#openPipeline();
    const opening = this.#pipeline;
    try {
      const pipeline = await opening;
      // If the room has closed meanwhile, `close` releases the pipeline.
      this.#assertUninterrupted();
      return pipeline;
    } catch (error) {
      // The next publication opens another one.
      if (this.#pipeline === opening) this.#pipeline = undefined;
      throw mediaError(error);
    }
  }

  get filter(): VideoFilter | undefined {
    return this.#filterChange?.filter;
  }

  async setFilter(filter: VideoFilter | undefined): Promise<void> {
    this.#assertOpen();
    this.#filterChange = { type: 'roomFilterChanged', filter };
    this.tell(this.#filterChange);
    const apply = async (participant: Participant): Promise<void> => {
      try {
        await participant.applyFilter();
      } catch (error) {
        participant.tell({ type: 'mediaFailed', failure: filterError(error) });
      }
    };
    await Promise.all([...this.#members].map(apply));
  }

  async requireFilter(type: VideoFilter['type']): Promise<void> {
    this.#assertOpen();
    const pipeline = await this.pipeline().catch((error: unknown) => {
      throw filterError(error);
    });
    this.#assertOpen();
    if (!pipeline.hasFilter(type)) throw filterError(new Error(`the media server has none of type ${type}`));
  }

  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    const members = [...this.#members];
    this.#members.clear();
    for (const member of members) member.membershipEnded();
    void this.#pipeline?.then(release, () => undefined);
    this.#onClose(this);
    const event: RoomEvent = { type: 'roomClosed', room: this, reason };
    for (const member of members) member.tell(event);
    this.#watch(event);
  }

  #forget(participant: Participant): void {
    this.#members.remove(participant);
    participant.membershipEnded();
  }

  #openPipeline(): Promise<Pipeline> {
    const opening = this.#media.openPipeline({
      failed: (failure) => {
        this.tell({ type: 'mediaFailed', failure });
      },
      mediaLost: (failure) => {
        if (this.#pipeline === opening) this.#mediaLost(failure);
      },
    });
    return opening;
  }

  /** The media server is gone with everything on it. The room lives on, and the next publication opens a new pipeline. */
  #mediaLost(failure: MediaFailure): void {
    this.#pipeline = undefined;
    this.tell({ type: 'mediaFailed', failure });
    for (const participant of this.#members) participant.mediaLost();
  }

  /** A publisher was already in the room, so the error is `interrupted`, not `room-closed` (which is for joining). */
  #assertUninterrupted(): void {
    if (this.#closed) throw new RoomError('interrupted', `Room "${this.name}" was closed meanwhile`);
  }

  #assertOpen(): void {
    if (this.#closed) throw new RoomError('room-closed', `Room "${this.name}" is closed`);
  }
}

function release(pipeline: Pipeline): void {
  pipeline.release();
}
