import { RoomError } from './errors.js';
import type { RoomEvent } from './events.js';
import type * as api from './index.js';
import { checkedName } from './names.js';
import type { Participant } from './participant.js';
import type { Publication } from './publication.js';
import type { RecordingRecord, RoomRecord } from './records.js';
import { Recording, cannotRecord } from './recording.js';
import type { RecordingEnd, RecordingFacts, RecordingStore } from './recording-store.js';
import { isSameTarget, wantedOf } from './recording-wish.js';
import type { Room } from './room.js';

/** How many that have ended a room still knows. */
const mostEnded = 100;

interface RecordingsOptions {
  /** Undefined: nothing is recorded, or not any more. */
  readonly store: () => RecordingStore | undefined;
  /** Said in the room when a recording begins. Empty: nothing. */
  readonly notice: string;
  /** They are others now. */
  readonly changed: () => void;
  /** The room has begun a recording by itself, or could not. @param startedBy undefined: its own setting says so */
  readonly began: (outcome: 'done' | 'refused', id: string, startedBy: string | undefined) => void;
}

/** The recordings of one room. One that nobody stops ends with the room. */
export class Recordings {
  readonly #room: Room;
  readonly #options: RecordingsOptions;
  readonly #running = new Map<string, Recording>();
  readonly #ended = new Map<string, RecordingFacts>();
  #isClosed = false;
  /** Whether the room's own setting has done what it can. */
  #isAutoDone = false;
  #hasAutoEnded = false;
  /** Those of another process. They have ended with it. */
  #former: readonly RecordingRecord[] = [];

  constructor(room: Room, options: RecordingsOptions) {
    this.#room = room;
    this.#options = options;
  }

  get facts(): readonly RecordingFacts[] {
    return [...this.#running.values()].map(({ facts }) => facts);
  }

  get ended(): readonly RecordingFacts[] {
    return [...this.#ended.values()];
  }

  /** Of those that everybody has been told of. */
  get record(): Pick<RoomRecord, 'recordings' | 'autoRecorded'> {
    const announced = [...this.#running.values()].filter(({ isAnnounced }) => isAnnounced);
    return {
      ...(announced.length > 0 && { recordings: announced.map(({ record }) => record) }),
      ...(this.#hasAutoEnded && { autoRecorded: true }),
    };
  }

  /** @throws RoomError as `api.RoomRecorder.start` */
  async start(wish: api.RecordingWish, startedBy: string | undefined): Promise<RecordingFacts> {
    const store = this.#options.store();
    if (!store || this.#isClosed) throw cannotRecord('off', 'This server records nothing');
    const { target = {} } = wish;
    const name = wish.name && checkedName(wish.name, 'The name of a recording');
    this.#assertIsHere(target.participant);
    if ([...this.#running.values()].some((each) => isSameTarget(each.target, target))) {
      throw cannotRecord('running', 'That is being recorded already');
    }
    const recording = new Recording(this.#room, { ...wish, name }, startedBy, (ended, reason) => {
      this.#hasEnded(ended, reason);
    });
    this.#running.set(recording.id, recording);
    const goOn = this.#room.keepPayer();
    try {
      await recording.begin(store);
    } catch (error) {
      this.#running.delete(recording.id);
      throw error;
    }
    goOn(() => {
      recording.announce();
      if (this.#options.notice !== '') this.#room.announce(this.#options.notice, 'Recording');
      this.#options.changed();
    });
    return recording.facts;
  }

  /** Of one that has ended, what it was at last. @throws RoomError `recording-not-found` */
  find(id: string): Recording | RecordingFacts {
    const found = this.#running.get(id) ?? this.#ended.get(id);
    if (!found) throw new RoomError('recording-not-found', `The room has no recording "${id}"`);
    return found;
  }

  /** What everybody in the room has been told. */
  hear(event: RoomEvent): void {
    switch (event.type) {
      case 'publicationOpened':
        for (const each of this.#running.values()) each.publicationOpened(this.#own(event.publication));
        this.#beginAutomatically();
        return;
      case 'publicationClosed':
        if (event.reason !== 'unpublished') return;
        for (const each of this.#running.values()) each.unpublished(this.#own(event.publication));
        return;
      case 'participantJoined':
        for (const each of this.#running.values()) each.joined(event.participant.id);
        return;
      case 'participantLeft':
        for (const each of this.#running.values()) each.left(event.participant.id);
        return;
      case 'stateChanged':
        for (const each of this.#running.values()) each.stateChanged();
        return;
      case 'speakersChanged':
        for (const each of this.#running.values()) each.spoke(event.speakers[0]?.participant.id);
        return;
      case 'roomUpdated':
        if (event.changes.autoRecord === undefined) return;
        this.#isAutoDone = false;
        this.#hasAutoEnded = false;
        this.#beginAutomatically();
        return;
      default:
    }
  }

  tellNewcomer(participant: Participant): void {
    for (const { isAnnounced, facts } of this.#running.values()) {
      if (isAnnounced) participant.tell({ type: 'recordingStarted', recording: facts });
    }
  }

  /** What another process has recorded of the room. */
  restore({ recordings = [], autoRecorded = false }: RoomRecord): void {
    this.#former = recordings;
    this.#isAutoDone = autoRecorded;
    this.#hasAutoEnded = autoRecorded;
  }

  /**
   * Called once others can find the room: what another process recorded has ended, and the same is recorded here from now on, in a recording
   * of its own. What was paused or about to end is not.
   */
  goOn(): void {
    const former = this.#former;
    this.#former = [];
    for (const { id, name, room, target, startedAt, startedBy } of former) {
      const recording = { id, name, room, target, startedAt, startedBy, state: 'ready' } as const;
      this.#room.tell({ type: 'recordingStopped', recording, reason: 'shutdown' });
    }
    if (former.length > 0) this.#options.changed();
    this.#beginAutomatically();
    for (const { state, startedBy, target, name, sources, kinds, isChosen = false } of former) {
      if (state === 'recording' && startedBy !== undefined && !isChosen)
        this.#begin({ target, name, sources, kinds }, startedBy);
    }
  }

  /** Resolves when all have ended. */
  async endAll(reason: RecordingEnd): Promise<void> {
    await Promise.all([...this.#running.values()].map((each) => each.end(reason)));
  }

  /** The room has closed. @returns when nothing of them is left on the media server; undefined when nothing is there now */
  close(): Promise<unknown> | undefined {
    this.#isClosed = true;
    const running = [...this.#running.values()];
    if (running.length === 0) return undefined;
    void this.endAll('room-closed');
    return Promise.all(running.map(({ recordersEnded }) => recordersEnded));
  }

  /** Another process goes on with the room. Nobody is told. */
  letGo(): void {
    this.#isClosed = true;
    for (const each of this.#running.values()) each.letGo();
  }

  #hasEnded(recording: Recording, reason: RecordingEnd): void {
    const { id, facts, files, isAnnounced, isAutomatic } = recording;
    this.#running.delete(id);
    if (!isAnnounced) return;
    this.#ended.set(id, facts);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > mostEnded && oldest !== undefined) this.#ended.delete(oldest);
    if (isAutomatic && reason !== 'shutdown') this.#hasAutoEnded = true;
    this.#options.changed();
    const type = facts.state === 'failed' ? 'recordingFailed' : 'recordingStopped';
    this.#room.tell({ type, recording: facts, reason, files });
  }

  /** Once, and again when the setting is changed: somebody who stops it wants that. */
  #beginAutomatically(): void {
    const { autoRecord } = this.#room.settings;
    if (!autoRecord || this.#isAutoDone || this.#isClosed || !this.#options.store()) return;
    const publications = [...this.#room.participants].flatMap((participant) => participant.publications);
    if (!publications.some((publication) => wantedOf(autoRecord, publication).length > 0)) return;
    this.#isAutoDone = true;
    this.#begin(autoRecord, undefined);
  }

  /** Nobody waits for it. */
  #begin(wish: api.RecordingWish, startedBy: string | undefined): void {
    this.start(wish, startedBy).then(
      ({ id }) => {
        this.#options.began('done', id, startedBy);
      },
      () => {
        this.#options.began('refused', '', startedBy);
      },
    );
  }

  /** The room makes no other ones. */
  #own(publication: api.Publication): Publication {
    return publication as Publication;
  }

  /** @throws RoomError `participant-not-found` */
  #assertIsHere(participant: string | undefined): void {
    if (participant === undefined || this.#room.find(participant)) return;
    throw new RoomError('participant-not-found', `"${participant}" is nobody in room "${this.#room.name}"`);
  }
}
