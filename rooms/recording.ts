import { RoomError, mediaError } from './errors.js';
import type * as api from './index.js';
import type { Publication } from './publication.js';
import type { RecordingRecord } from './records.js';
import { RecordedStream } from './recorded-stream.js';
import type { StreamFailure } from './recorded-stream.js';
import type {
  EndedRecording,
  RecordingEnd,
  RecordingFacts,
  RecordingFolder,
  RecordingState,
  RecordingStore,
  RecordingTarget,
} from './recording-store.js';
import { wantedOf } from './recording-wish.js';
import type { Room } from './room.js';
import { newSid } from './sid.js';

/** How long the media server may take to end the files, in ms. */
const endMs = 8_000;
/** How long a recorder that was lost alone is gone before there is another one, in ms; and how many a publication gets. */
const againMs = 1_000;
const mostLives = 3;

/**
 * What is recorded together: a file for each publication in its target. Owns what records them. Ends once, for the first reason there is;
 * the folder is told when all files have ended.
 */
export class Recording {
  readonly id = newSid('REC');
  readonly target: RecordingTarget;
  readonly #room: Room;
  readonly #wish: api.RecordingWish;
  readonly #startedBy: string | undefined;
  readonly #startedAt: number;
  readonly #over: (recording: Recording, reason: RecordingEnd) => void;
  readonly #streams = new Map<Publication, RecordedStream>();
  /** Those that wait until another file has ended: there are as many as there may be. */
  readonly #waiting = new Set<Publication>();
  /** How many files each publication has had. */
  readonly #lives = new WeakMap<Publication, number>();
  #state: RecordingState = 'starting';
  #files: EndedRecording['files'] | undefined;
  #opening: Promise<unknown> | undefined;
  #folder: RecordingFolder | undefined;
  #isAnnounced = false;
  #ending: Promise<void> | undefined;
  #recordersEnded: Promise<void> = Promise.resolve();
  /** The first failure of a file. */
  #failure: StreamFailure | undefined;
  #hasFrames = false;
  /** The one that spoke last, as its folder knows. */
  #speaker: string | undefined;

  /** @param over called when it has ended, if it has begun. @param startedBy undefined: the room's own setting */
  constructor(
    room: Room,
    wish: api.RecordingWish,
    startedBy: string | undefined,
    over: (recording: Recording, reason: RecordingEnd) => void,
  ) {
    this.#room = room;
    this.#wish = wish;
    this.target = wish.target ?? {};
    this.#startedBy = startedBy;
    this.#startedAt = room.now();
    this.#over = over;
  }

  get facts(): RecordingFacts {
    const { id, target } = this;
    const { name = '' } = this.#wish;
    const started = { startedAt: this.#startedAt, startedBy: this.#startedBy };
    return { id, name, room: this.#room.name, target, state: this.#state, ...started };
  }

  get record(): RecordingRecord {
    const { sources, kinds, wants } = this.#wish;
    return { ...this.facts, ...(sources && { sources }), ...(kinds && { kinds }), ...(wants && { isChosen: true }) };
  }

  /** Known once it has ended. */
  get files(): EndedRecording['files'] | undefined {
    return this.#files;
  }

  /** Whether everybody has been told of it. */
  get isAnnounced(): boolean {
    return this.#isAnnounced;
  }

  /** Whether the room's own setting has begun it. */
  get isAutomatic(): boolean {
    return this.#startedBy === undefined;
  }

  /**
   * Resolves when it records what is published now.
   * @throws RoomError as `RecordingStore.begin`; `cannot-record` and `media-failed` when nothing of what is published can be recorded;
   *   `interrupted` when it has ended meanwhile. Nothing of it is left then but what the store keeps
   */
  async begin(store: RecordingStore): Promise<void> {
    const { id, target } = this;
    const { name = '' } = this.#wish;
    const room = { name: this.#room.name, sid: this.#room.sid };
    const facts = { id, name, room, target, startedAt: this.#startedAt, startedBy: this.#startedBy };
    const opening = store.begin(facts, {
      mustStop: (reason) => {
        void this.end(reason);
      },
    });
    this.#opening = opening.catch(() => undefined);
    this.#folder = await opening;
    if (!this.#ending) {
      for (const participant of this.#room.participants) this.#folder.happened('joined', participant.id);
      this.spoke(this.#room.speakers.event.speakers[0]?.participant.id);
      await this.#recordAll();
    }
    if (!this.#ending && this.#failure && this.#streams.size === 0) {
      await this.end('media-failed');
      throw beginError(this.#failure);
    }
    if (this.#ending) {
      await this.#ending;
      throw new RoomError('interrupted', 'The recording has ended before it began', { retry: true });
    }
    this.#state = 'recording';
    this.#folder.stateChanged('recording');
  }

  /** Everybody is told that it records. */
  announce(): void {
    this.#isAnnounced = true;
    this.#room.tell({ type: 'recordingStarted', recording: this.facts });
  }

  /** Resolves when nothing is written. @throws RoomError `cannot-stop-recording` */
  async pause(): Promise<void> {
    if (this.#state !== 'recording') throw cannotChange(this.#state, 'paused');
    const goOn = this.#room.keepPayer();
    this.#state = 'paused';
    this.#folder?.stateChanged('paused');
    await Promise.all([...this.#streams.values()].map((stream) => stream.pause()));
    // It may have been resumed, or may end, by now.
    if (!this.#isNow('paused')) return;
    goOn(() => {
      this.#tellChange();
    });
  }

  /** Everybody is told before it goes on. @throws RoomError `cannot-stop-recording` */
  async resume(): Promise<void> {
    if (this.#state !== 'paused') throw cannotChange(this.#state, 'resumed');
    this.#state = 'recording';
    this.#tellChange();
    this.#folder?.stateChanged('recording');
    const resumed = [...this.#streams.values()].map((stream) => stream.resume());
    await Promise.all([...resumed, this.#recordAll()]);
  }

  /** Resolves when its files are whole and it has ended. The reason is that of the first call. */
  end(reason: RecordingEnd, hasFailed = false): Promise<void> {
    this.#ending ??= this.#end(reason, hasFailed);
    return this.#ending;
  }

  /** Resolves when nothing of it is left on the media server. To be asked once it ends. */
  get recordersEnded(): Promise<void> {
    return this.#recordersEnded;
  }

  /** Another process goes on with the room. Its files end here, and nobody is told. */
  letGo(): void {
    this.#isAnnounced = false;
    for (const stream of this.#streams.values()) stream.letGo();
    void this.end('shutdown');
  }

  publicationOpened(publication: Publication): void {
    if (this.#records) void this.#record(publication);
  }

  /** What each of its streams sends may be another thing now. */
  stateChanged(): void {
    for (const stream of this.#streams.values()) stream.noteMutes();
  }

  joined(id: string): void {
    if (!this.#ending) this.#folder?.happened('joined', id);
  }

  /** @param id of the one that is the loudest now. Undefined: nobody speaks, and the last one stays */
  spoke(id: string | undefined): void {
    if (this.#ending || !this.#folder || id === undefined || id === this.#speaker) return;
    this.#speaker = id;
    this.#folder.happened('speaker', id);
  }

  left(id: string): void {
    if (!this.#ending) this.#folder?.happened('left', id);
    if (this.target.participant === id) void this.end('participant-left');
  }

  /** A stream has been unpublished. */
  unpublished({ publisher, id }: Publication): void {
    const { participant, stream } = this.target;
    if (participant === publisher.id && stream === id) void this.end('participant-left');
  }

  get #records(): boolean {
    return this.#folder !== undefined && !this.#ending && this.#state !== 'paused';
  }

  #isNow(state: RecordingState): boolean {
    return this.#state === state;
  }

  async #recordAll(): Promise<void> {
    const publications = [...this.#room.participants].flatMap((participant) => participant.publications);
    await Promise.all(publications.map((publication) => this.#record(publication)));
  }

  async #record(publication: Publication): Promise<void> {
    const folder = this.#folder;
    const kinds = wantedOf(this.#wish, publication);
    if (!folder || kinds.length === 0 || this.#streams.has(publication)) return;
    const { publisher, id: stream, source } = publication;
    const participant = { id: publisher.id, sid: publisher.sid, name: publisher.profile.name };
    const file = folder.addFile({ participant, stream, source, kinds });
    if (!file) {
      this.#waiting.add(publication);
      return;
    }
    this.#waiting.delete(publication);
    const ended = (each: RecordedStream): void => {
      this.#streamEnded(each);
    };
    const recorded = new RecordedStream(publication, { kinds, folder, file, ended });
    this.#streams.set(publication, recorded);
    this.#lives.set(publication, (this.#lives.get(publication) ?? 0) + 1);
    await recorded.begin();
  }

  #streamEnded(stream: RecordedStream): void {
    const { publication, failure, hasBegun } = stream;
    this.#hasFrames ||= hasBegun;
    if (this.#streams.get(publication) === stream) this.#streams.delete(publication);
    if (failure) this.#streamFailed(failure, publication);
    for (const each of [...this.#waiting]) {
      if (each.state === 'open') this.publicationOpened(each);
      else this.#waiting.delete(each);
    }
  }

  #streamFailed(failure: StreamFailure, publication: Publication): void {
    this.#failure ??= failure;
    if (this.#ending || this.#state === 'starting') return;
    if (failure.isFull) void this.end('no-space', true);
    else if (isUnable(failure)) void this.end('media-failed', true);
    else this.#recordAgain(publication);
  }

  /** When the media server has died, the publication ends too, and its next life is the next file. */
  #recordAgain(publication: Publication): void {
    this.#room.later(againMs, () => {
      if (publication.state !== 'open' || (this.#lives.get(publication) ?? 0) >= mostLives) return;
      this.publicationOpened(publication);
    });
  }

  async #end(reason: RecordingEnd, hasFailed: boolean): Promise<void> {
    const goOn = this.#room.keepPayer();
    const streams = [...this.#streams.values()];
    const stopped = Promise.all(streams.map((stream) => stream.end()));
    this.#state = 'stopping';
    this.#folder?.stateChanged('stopping');
    if (this.#isAnnounced) this.#tellChange();
    const inTime = this.#inTime(stopped, streams);
    this.#recordersEnded = inTime.then(() => undefined);
    const isInTime = await inTime;
    await this.#opening;
    const folder = this.#folder;
    const isLost = this.#failure !== undefined && !this.#hasFrames;
    const wanted = hasFailed || isLost || !isInTime ? 'failed' : 'ready';
    const why = isInTime && !(isLost && !hasFailed) ? reason : 'media-failed';
    const ended = await folder?.end(wanted, why);
    this.#state = ended?.state ?? 'failed';
    this.#files = ended?.files;
    goOn(() => {
      this.#over(this, why);
    });
  }

  /** @returns whether all have ended by themselves */
  async #inTime(stopped: Promise<unknown>, streams: readonly RecordedStream[]): Promise<boolean> {
    if (streams.length === 0) return true;
    let giveUp = (): void => undefined;
    const late = new Promise<boolean>((resolve) => {
      giveUp = this.#room.later(endMs, () => {
        resolve(false);
      });
    });
    const isInTime = await Promise.race([stopped.then(() => true), late]);
    giveUp();
    for (const stream of streams) stream.abandon();
    return isInTime;
  }

  #tellChange(): void {
    this.#room.tell({ type: 'recordingChanged', recording: this.facts });
  }
}

/** Whether the media server will never do it. */
function isUnable({ error }: StreamFailure): boolean {
  return 'code' in error && error.code === 'not-supported';
}

function beginError(failure: StreamFailure): RoomError {
  if (failure.isFull) return cannotRecord('no-space', 'There is no space for a recording');
  if (isUnable(failure)) return cannotRecord('not-supported', 'The media server records nothing');
  return mediaError(failure.error);
}

export function cannotRecord(reason: string, text: string): RoomError {
  return new RoomError('cannot-record', text, { details: { reason } });
}

function cannotChange(state: RecordingState, what: string): RoomError {
  return new RoomError('cannot-stop-recording', `A recording that is ${state} cannot be ${what}`, {
    details: { reason: state },
  });
}
