import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.js';
import type {
  EndedRecording,
  NewRecordedFile,
  NewRecording,
  RecordingEnd,
  RecordingFolder,
  RecordingStoreListener,
} from '../rooms/index.js';
import { Draft } from './draft.js';
import { readContents } from './file-contents.js';
import { JournalWriter, readJournal } from './journal.js';
import type { JournalLine } from './journal.js';
import type { Manifest } from './manifest.js';
import { manifestText } from './manifest-text.js';
import { manifestName, mediaFileName } from './names.js';
import { giveReserve, makeFolder } from './new-folder.js';
import { nobody, ownerName } from './owner.js';
import type { RecordingClock } from './recording-clock.js';
import { writeWholeFile } from './whole-file.js';

/** How long the files are read before the recording counts as ended, in ms. What takes longer goes on after it. */
const readingMs = 8_000;
/** Files that are read at a time: one that has to be waited for holds up no others. */
const readAtOnce = 8;

export interface FolderOptions {
  /** That of all recordings. */
  readonly directory: string;
  /** The id of this server among those that share the directory. */
  readonly owner: string;
  readonly uriOf: (recording: string, file: string) => string;
  /** How many files may be written at a time; 0 for any number. */
  readonly maxStreams: () => number;
  /** In ms since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

type Clock = Pick<RecordingClock, 'elapsedMs' | 'pause' | 'resume'>;

/** A recording that this server is at work in: it runs, or its files are read or uploaded. */
export class Folder implements RecordingFolder {
  readonly path: string;
  readonly #options: FolderOptions;
  readonly #clock: Clock;
  readonly #listener: RecordingStoreListener;
  readonly #draft: Draft;
  readonly #journal: JournalWriter;
  #files = 0;
  #mustStop = false;
  #end: Promise<EndedRecording> | undefined;
  #hasFinished = (): void => undefined;
  /** Resolves when nothing of it is written or read any more, after `end`. Never rejects. */
  readonly finished = new Promise<void>((resolve) => {
    this.#hasFinished = resolve;
  });
  #written: Promise<void> = Promise.resolve();

  private constructor(
    path: string,
    draft: Draft,
    journalLength: number,
    clock: Clock,
    listener: RecordingStoreListener,
    options: FolderOptions,
  ) {
    this.path = path;
    this.#options = options;
    this.#clock = clock;
    this.#listener = listener;
    this.#draft = draft;
    this.#journal = new JournalWriter(path, journalLength, (error) => {
      options.log.warn('the journal of a recording cannot be written', { recording: draft.id, error });
    });
  }

  /** @throws what the system says; nothing is left then */
  static async begin(
    recording: NewRecording,
    clock: Clock,
    listener: RecordingStoreListener,
    options: FolderOptions,
  ): Promise<Folder> {
    const { id, name, room, target, startedBy } = recording;
    const startedAt = new Date(recording.startedAt).toISOString();
    const begun = { type: 'begun', version: 1, id, name, room, target, startedAt, startedBy } as const;
    const path = await makeFolder(options.directory, options.owner, begun);
    const { length } = await readJournal(path);
    return new Folder(path, new Draft(begun), length, clock, listener, options);
  }

  /**
   * One that another server has left. `end` it: what has ended is not changed by that, but for files that were not read.
   * @returns undefined when it has no journal. @throws what the system says
   */
  static async left(path: string, options: FolderOptions): Promise<Folder | undefined> {
    const { lines, length } = await readJournal(path);
    const draft = Draft.of(lines);
    if (!draft) return undefined;
    const clock = { elapsedMs: draft.lastMs, pause: () => undefined, resume: () => undefined };
    return new Folder(path, draft, length, clock, { mustStop: () => undefined }, options);
  }

  get id(): string {
    return this.#draft.id;
  }

  get elapsedMs(): number {
    return this.#clock.elapsedMs;
  }

  get manifest(): Manifest {
    return this.#draft.manifest(this.elapsedMs);
  }

  /** In ms since 1970. Undefined while it runs. */
  get endedAt(): number | undefined {
    return this.#draft.endedAt;
  }

  /** Whether all of it is in the object store. */
  get isStored(): boolean {
    return this.#draft.isStored;
  }

  /** Tells the room, once, and never after its end. */
  mustStop(reason: 'no-space' | 'limit'): void {
    if (this.#mustStop || this.#end) return;
    this.#mustStop = true;
    this.#listener.mustStop(reason);
  }

  addFile({ participant, stream, source, kinds }: NewRecordedFile): ReturnType<RecordingFolder['addFile']> {
    const most = this.#options.maxStreams();
    if (this.#end || (most > 0 && this.#draft.openFiles.length >= most)) return undefined;
    this.#files += 1;
    const file = mediaFileName(this.#files, source);
    const uri = this.#options.uriOf(this.id, file);
    const { id, sid, name } = participant;
    const ofWhom = { participant: { id, sid, name }, stream, source, kinds: [...kinds] };
    this.take({ type: 'file', atMs: this.elapsedMs, file, uri, ...ofWhom });
    return { file, uri };
  }

  fileStarted(file: string, atMs: number): void {
    this.take({ type: 'fileStarted', atMs: Math.max(0, Math.round(atMs)), file });
  }

  fileEnded(file: string, failure?: string): void {
    this.take({ type: 'fileEnded', atMs: this.elapsedMs, file, ...(failure !== undefined && { failure }) });
  }

  muted(file: string, kind: 'audio' | 'video', isMuted: boolean): void {
    this.take({ type: 'muted', atMs: this.elapsedMs, file, kind, isMuted });
  }

  happened(event: 'joined' | 'left' | 'speaker', participant: string): void {
    this.take({ type: 'happened', atMs: this.elapsedMs, event, id: participant });
  }

  stateChanged(state: 'recording' | 'paused' | 'stopping'): void {
    if (state === 'paused') this.#clock.pause();
    if (state === 'recording') this.#clock.resume();
    this.take({ type: 'state', atMs: this.elapsedMs, state });
    void this.writeManifest();
  }

  end(state: 'ready' | 'failed', reason: RecordingEnd): Promise<EndedRecording> {
    this.#end ??= this.#finish(state, reason);
    return this.#end;
  }

  /** What has happened with it. */
  take(line: JournalLine): void {
    this.#draft.take(line);
    this.#journal.write(line);
  }

  /** One after another. Never rejects. */
  writeManifest(): Promise<void> {
    this.#written = this.#written.then(async () => {
      try {
        await writeWholeFile(join(this.path, manifestName), manifestText(this.manifest));
      } catch (error) {
        this.#options.log.error('the manifest of a recording cannot be written', { recording: this.id, error });
      }
    });
    return this.#written;
  }

  /**
   * Called when this server does nothing more with it, after `finished`. Never rejects.
   * @param isDone false: another server, or the next start, goes on with it
   */
  async letGo(isDone: boolean): Promise<void> {
    await this.#written;
    await this.#journal.close();
    const own = join(this.path, ownerName(this.#options.owner));
    const gone = isDone ? rm(own, { force: true }) : rename(own, join(this.path, ownerName(nobody)));
    // The directory may have been deleted.
    await gone.catch(() => undefined);
  }

  async #finish(state: 'ready' | 'failed', reason: RecordingEnd): Promise<EndedRecording> {
    const endMs = this.elapsedMs;
    for (const file of this.#draft.openFiles) this.take({ type: 'fileEnded', atMs: endMs, file });
    await giveReserve(this.path);
    const reading = this.#readAll();
    await Promise.race([reading, pause(readingMs, undefined, { ref: false })]);
    if (this.endedAt === undefined) {
      const at = new Date(this.#options.now()).toISOString();
      this.take({ type: 'ended', atMs: Math.max(endMs, this.#draft.lastMs), at, state, reason });
    }
    await this.writeManifest();
    void reading.then(async () => {
      await this.#written;
      this.#hasFinished();
    });
    const { state: now, durationMs, files } = this.manifest;
    return {
      ...{ state: now === 'failed' ? 'failed' : 'ready', durationMs },
      files: files.map(({ file, bytes, durationMs: lengthMs }) => ({ file, bytes, durationMs: lengthMs })),
    };
  }

  /** Never rejects. */
  async #readAll(): Promise<void> {
    const waiting = [...this.#draft.unreadFiles];
    const reader = async (): Promise<void> => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) await this.#read(file);
    };
    await Promise.all(Array.from({ length: readAtOnce }, reader));
    // It took longer.
    if (this.endedAt !== undefined) void this.writeManifest();
  }

  async #read(file: string): Promise<void> {
    try {
      const contents = await readContents(join(this.path, file), this.#draft.hasStarted(file));
      this.take({ type: 'read', file, contents });
    } catch (error) {
      this.#options.log.error('a file of a recording cannot be read', { recording: this.id, file, error });
    }
  }
}
