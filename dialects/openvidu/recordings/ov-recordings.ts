import { posix } from 'node:path';
import { RoomError } from '../../../rooms/index.js';
import type { Participant, Publication, RecordingFacts, Room, RoomEvent, Rooms } from '../../../rooms/index.js';
import type { Log } from '../../../log.js';
import type { KeptRecording, RecordingShelf } from '../../dialect.js';
import { backEnd } from '../model/back-end.js';
import { OvError } from '../model/ov-error.js';
import type { OvSession } from '../model/ov-session.js';
import type { OvSessions } from '../model/ov-sessions.js';
import { wholeWish } from '../model/recording-properties.js';
import type { RecordingWish } from '../model/recording-properties.js';
import type { OpenviduSettings } from '../options.js';
import { recordingNote } from './note.js';
import type { RecordingNote } from './note.js';
import { zippedFiles } from './zipped-recording.js';
import type { ZippedFile } from './zip.js';

/** Why a recording ended, in the words of the original. */
export type RecordingEndReason =
  | 'recordingStoppedByServer'
  | 'automaticStop'
  | 'lastParticipantLeft'
  | 'sessionClosedByServer'
  | 'openviduServerStopped';

/** A recording as back ends see it. */
export interface OvRecording {
  readonly note: RecordingNote;
  readonly kept: KeptRecording;
}

/** One that runs. */
interface Running {
  readonly session: OvSession;
  note: RecordingNote;
  /** Of the room. Empty while it starts. */
  recording: string;
  /** Publications that are in the note. */
  readonly noted: WeakSet<Publication>;
  /** In ms since 1970. */
  startedAt: number;
  reason: RecordingEndReason | undefined;
  stopWaiting: (() => void) | undefined;
}

export interface OvRecordingsContext {
  readonly sessions: OvSessions;
  readonly rooms: Rooms;
  readonly shelf: RecordingShelf;
  readonly settings: Pick<OpenviduSettings, 'recordingNotification' | 'recordingAutostopTimeout'>;
  readonly dialect: string;
  readonly later: (ms: number, run: () => void) => () => void;
  readonly log: Log;
}

/** Recordings of sessions: one file for each stream. The room makes them; here is how back ends and pages know them. */
export class OvRecordings {
  readonly #context: OvRecordingsContext;
  /** By session. */
  readonly #running = new Map<OvSession, Running>();
  readonly #undo: readonly (() => void)[];

  constructor(context: OvRecordingsContext) {
    this.#context = context;
    const { rooms, sessions } = context;
    sessions.ending = (session, reason) => {
      const running = this.#running.get(session);
      if (running)
        running.reason ??=
          reason === 'lastParticipantLeft' || reason === 'openviduServerStopped' ? reason : 'sessionClosedByServer';
      if (running?.recording !== undefined && running.recording !== '') this.#hasStopped(running);
    };
    const stopWatching = rooms.watch({
      roomOpened: () => undefined,
      happened: (room, event) => {
        this.#hear(room, event);
      },
    });
    this.#undo = [stopWatching];
  }

  close(): void {
    for (const undo of this.#undo) undo();
    for (const { stopWaiting } of this.#running.values()) stopWaiting?.();
  }

  /**
   * Starts a recording of individual streams.
   * @throws OvError `nobody-connected`, `recording-runs`; RoomError as `RoomRecorder.start`
   */
  async start(session: OvSession, wish: RecordingWish): Promise<OvRecording> {
    if (this.#running.has(session)) throw new OvError('recording-runs', `Session ${session.id} is being recorded`);
    const { hasAudio, hasVideo, name } = wholeWish(wish);
    const note: RecordingNote = { id: '', name: '', sessionId: session.id, hasAudio, hasVideo, streams: [] };
    const running: Running = {
      ...{ session, note, recording: '', noted: new WeakSet() },
      reason: undefined,
      startedAt: 0,
      stopWaiting: undefined,
    };
    this.#running.set(session, running);
    try {
      const id = await this.#newId(session);
      running.note = { ...note, id, name: name === '' ? id : name };
      const facts = await session.room.recordedBy(backEnd).start({
        name: id,
        kinds: [...(hasAudio ? (['audio'] as const) : []), ...(hasVideo ? (['video'] as const) : [])],
        wants: ({ publisher }) => session.connectionOf(publisher)?.isRecorded ?? true,
      });
      running.recording = facts.id;
      running.startedAt = facts.startedAt;
      session.recording = { id, name: running.note.name };
      // The session lives until the recording has ended.
      session.room.kept(this.#context.dialect).keepsOpen = true;
      for (const connection of session.active) if (connection.participant) this.#note(running, connection.participant);
      await this.#keepNote(running);
      this.#tell(running, 'recordingStarted');
      const recording = await this.#seen(running, facts);
      this.#fact(running, 'started', 0, 0);
      return recording;
    } catch (error) {
      this.#running.delete(session);
      throw error;
    }
  }

  /** @throws OvError `recording-not-found`, `recording-starts` */
  async stop(id: string, reason: RecordingEndReason = 'recordingStoppedByServer'): Promise<OvRecording> {
    const running = [...this.#running.values()].find(({ note }) => note.id === id);
    if (!running) throw notFound(id);
    const { session, recording } = running;
    if (recording === '') throw new OvError('recording-starts', `Recording ${id} is starting`);
    running.reason ??= reason;
    const facts = await session.room.recordedBy(backEnd).stop(recording);
    return this.#seen(running, facts);
  }

  /** @throws OvError `recording-not-found` */
  async find(id: string): Promise<OvRecording> {
    const found = (await this.list()).find(({ note }) => note.id === id);
    if (!found) throw notFound(id);
    return found;
  }

  /** All that are kept, those that run too. The newest first. */
  async list(): Promise<readonly OvRecording[]> {
    const { shelf } = this.#context;
    const own = (await shelf.list()).filter(({ startedBy }) => startedBy === backEnd.administrator);
    const found = await Promise.all(
      own.map(async (kept) => {
        const running = [...this.#running.values()].find(({ recording }) => recording === kept.id);
        const note = running?.note ?? recordingNote.safeParse(await shelf.note(kept.id)).data;
        return note ? [{ note, kept }] : [];
      }),
    );
    return found.flat();
  }

  /** @throws OvError `recording-not-found`, `recording-runs` */
  async remove(id: string): Promise<void> {
    const { kept } = await this.find(id);
    if (!hasEnded(kept)) throw new OvError('recording-runs', `Recording ${id} runs`);
    if (!(await this.#context.shelf.remove(kept.id))) throw notFound(id);
  }

  /** What is in the archive of a recording that is ready. @throws OvError `recording-not-found` */
  async files(id: string, name: string): Promise<readonly ZippedFile[]> {
    const { kept, note } = await this.find(id);
    if (kept.state !== 'ready' || posix.basename(name) !== `${note.name}.zip`) throw notFound(id);
    return zippedFiles(this.#context.shelf, kept, note);
  }

  async #newId({ id, room }: OvSession): Promise<string> {
    const used = (await this.list()).filter(({ note }) => note.sessionId === id).map(({ note }) => note.id);
    if (used.length === 0) return id;
    const numbers = used.map((each) => Number(each.slice(id.length + 1)) || 0);
    if (room.closed) throw new RoomError('room-closed', 'The session has ended');
    return `${id}~${Math.max(...numbers) + 1}`;
  }

  #hear(room: Room, event: RoomEvent): void {
    const session = this.#context.sessions.of(room);
    const running = session && this.#running.get(session);
    switch (event.type) {
      case 'publicationOpened':
        if (running) this.#published(running, event.publisher);
        else if (session?.isActive === true) this.#startAutomatically(session);
        return;
      case 'participantJoined':
        running?.stopWaiting?.();
        return;
      case 'participantLeft':
        if (running && room.size === 0) this.#waitForSomebody(running);
        return;
      case 'recordingStopped':
      case 'recordingFailed': {
        const ended = [...this.#running.values()].find(({ recording }) => recording === event.recording.id);
        if (ended) void this.#ended(ended, event.recording);
        return;
      }
      default:
      // The rest is nothing that a recording shows.
    }
  }

  #published(running: Running, publisher: Participant): void {
    this.#note(running, publisher);
    void this.#keepNote(running);
  }

  #note(running: Running, publisher: Participant): void {
    const connection = running.session.connectionOf(publisher);
    const { stream } = connection ?? {};
    const { publication } = publisher;
    if (!connection?.isRecorded || !stream || !publication || running.noted.has(publication)) return;
    running.noted.add(publication);
    const { clientData, serverData, id: connectionId } = connection;
    const { id: streamId, typeOfVideo } = stream;
    const noted = { participant: publisher.id, connectionId, streamId, clientData, serverData, typeOfVideo };
    running.note = { ...running.note, streams: [...running.note.streams, noted] };
  }

  async #keepNote({ recording, note }: Running): Promise<void> {
    if (recording === '') return;
    await this.#context.shelf.keepNote(recording, note).catch((error: unknown) => {
      this.#context.log.warn('what OpenVidu knows of a recording could not be kept', { recording, error });
    });
  }

  /** At the first stream. In a later turn: nobody may change a room while it tells something. */
  #startAutomatically(session: OvSession): void {
    const { recordingMode, mediaMode, defaultRecordingProperties: wish } = session.properties;
    if (recordingMode !== 'ALWAYS' || mediaMode === 'RELAYED' || this.#always.has(session)) return;
    this.#always.add(session);
    const { log } = this.#context;
    if (wish.outputMode !== 'INDIVIDUAL') {
      log.warn('a session is to be recorded always, and its outputMode is not INDIVIDUAL: it is not recorded');
      return;
    }
    setImmediate(() => {
      this.start(session, wish).catch((error: unknown) => {
        log.warn('a session could not be recorded', { error });
      });
    });
  }

  readonly #always = new WeakSet<OvSession>();

  #waitForSomebody(running: Running): void {
    const { settings, later } = this.#context;
    const stop = (reason: RecordingEndReason): void => {
      running.reason ??= reason;
      void this.stop(running.note.id, reason).catch(() => undefined);
    };
    if (settings.recordingAutostopTimeout === 0) {
      setImmediate(stop, 'lastParticipantLeft');
      return;
    }
    running.stopWaiting?.();
    const cancel = later(settings.recordingAutostopTimeout * 1_000, () => {
      stop('automaticStop');
    });
    running.stopWaiting = () => {
      running.stopWaiting = undefined;
      cancel();
    };
  }

  /** Nothing more is recorded of it. */
  #hasStopped(running: Running): void {
    if (!this.#running.delete(running.session)) return;
    running.stopWaiting?.();
    this.#finishing.set(running.recording, running);
    const { session } = running;
    this.#tell(running, 'recordingStopped');
    this.#fact(running, 'stopped', 0, 0);
    session.recording = undefined;
  }

  /** Its files are being made whole, by id of the room's recording. */
  readonly #finishing = new Map<string, Running>();

  async #ended(running: Running, { id, state }: RecordingFacts): Promise<void> {
    const { session } = running;
    if (state === 'failed') running.reason ??= 'recordingStoppedByServer';
    this.#hasStopped(running);
    this.#finishing.delete(id);
    await this.#keepNote(running);
    const kept = await this.#context.shelf.find(id).catch(() => undefined);
    this.#fact(running, state === 'failed' ? 'failed' : 'ready', bytesOf(kept), (kept?.durationMs ?? 0) / 1_000);
    // Nobody may be there any more, and then the session ends.
    if (!session.room.closed && session.isActive && !this.#running.has(session)) {
      session.recordingEnded();
    }
  }

  async #seen({ note, recording }: Running, facts: RecordingFacts): Promise<OvRecording> {
    const kept = await this.#context.shelf.find(recording).catch(() => undefined);
    return { note, kept: kept ?? { ...facts, id: recording, durationMs: 0, files: [] } };
  }

  #tell(
    { session, note, reason = 'recordingStoppedByServer' }: Running,
    method: 'recordingStarted' | 'recordingStopped',
  ): void {
    const { id, name } = note;
    const told = session.active.filter((each) => !each.isStranger && isTold(each.role, this.#context.settings));
    if (method === 'recordingStarted') session.tellMembers(told, { method, params: { id, name } });
    else session.tellMembers(told, { method, params: { id, name, reason } });
  }

  #fact(
    { session, note, reason, startedAt }: Running,
    status: 'started' | 'stopped' | 'ready' | 'failed',
    size: number,
    duration: number,
  ): void {
    const { id, name, hasAudio, hasVideo } = note;
    session.tell({
      ...{
        event: 'recordingStatusChanged',
        id,
        name,
        outputMode: 'INDIVIDUAL',
        hasAudio,
        hasVideo,
        size,
        duration,
        status,
      },
      startTime: startedAt,
      ...(status !== 'started' && reason && { reason }),
    });
  }
}

/** Whether a member of that role is told that its session is recorded. */
export function isTold(
  role: string,
  { recordingNotification: roles }: Pick<OpenviduSettings, 'recordingNotification'>,
): boolean {
  if (roles === 'none' || roles === 'all') return roles === 'all';
  return role === 'MODERATOR' || (roles === 'publisher_moderator' && role === 'PUBLISHER');
}

export function hasEnded({ state }: KeptRecording): boolean {
  return state === 'ready' || state === 'failed';
}

export function bytesOf(kept: KeptRecording | undefined): number {
  return kept?.files.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0;
}

function notFound(id: string): OvError {
  return new OvError('recording-not-found', `Recording ${id} cannot be found`);
}
