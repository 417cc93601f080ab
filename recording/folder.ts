import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
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
import { JournalWriter } from './journal.js';
import type { JournalLine } from './journal.js';
import type { Manifest } from './manifest.js';
import { folderOf, manifestName, mediaFileName } from './names.js';
import { ownerName } from './owner.js';
import type { RecordingClock } from './recording-clock.js';
import { writeWholeFile } from './whole-file.js';

/** How long the files are read before the recording counts as ended, in ms. What takes longer goes on after it. */
const readingMs = 8_000;
/** Files that are read at a time: one that has to be waited for holds up no others. */
const readAtOnce = 8;
/** Kept on the disk while the recording runs, so that a full one has place for the end of the journal and the manifest. In bytes. */
const reservedBytes = 262_144;
const reserveName = '.reserve';

export interface FolderOptions {
  /** That of all recordings. */
  readonly directory: string;
  /** The id of this server among those that share the directory. */
  readonly owner: string;
  readonly clock: RecordingClock;
  readonly uriOf: (recording: string, file: string) => string;
  /** How many files may be written at a time; 0 for any number. */
  readonly maxStreams: () => number;
  /** In ms since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** A recording that runs, in its directory. */
export class Folder implements RecordingFolder {
  readonly path: string;
  readonly #options: FolderOptions;
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
    begun: JournalLine & { type: 'begun' },
    listener: RecordingStoreListener,
    options: FolderOptions,
  ) {
    this.path = path;
    this.#options = options;
    this.#listener = listener;
    this.#draft = new Draft(begun);
    this.#journal = new JournalWriter(path, (error) => {
      options.log.warn('a line of the journal of a recording could not be written', { recording: begun.id, error });
    });
  }

  /** @throws what the system says; nothing is left then */
  static async begin(
    recording: NewRecording,
    listener: RecordingStoreListener,
    options: FolderOptions,
  ): Promise<Folder> {
    const { id, name, room, target, startedBy } = recording;
    const path = folderOf(options.directory, id);
    // It gets its name when all is in it: another server that sees it must see whose it is.
    const temporary = join(options.directory, `.new-${id}`);
    const startedAt = new Date(recording.startedAt).toISOString();
    const begun = { type: 'begun', version: 1, id, name, room, target, startedAt, startedBy } as const;
    try {
      await mkdir(temporary, { mode: 0o700 });
      await writeFile(join(temporary, ownerName(options.owner)), '', { mode: 0o600 });
      await reserve(join(temporary, reserveName));
      const first = new JournalWriter(temporary, (error) => {
        throw error;
      });
      first.write(begun);
      await first.close();
      await writeWholeFile(join(temporary, manifestName), textOf(new Draft(begun).manifest(0)));
      await rename(temporary, path);
      return new Folder(path, begun, listener, options);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
  }

  get id(): string {
    return this.#draft.id;
  }

  get elapsedMs(): number {
    return this.#options.clock.elapsedMs;
  }

  get manifest(): Manifest {
    return this.#draft.manifest(this.elapsedMs);
  }

  /** Tells the room, once, and never after its end. */
  mustStop(reason: 'no-space' | 'limit'): void {
    if (this.#mustStop || this.#end) return;
    this.#mustStop = true;
    this.#listener.mustStop(reason);
  }

  addFile({ participant, stream, source, kinds }: NewRecordedFile): ReturnType<RecordingFolder['addFile']> {
    const most = this.#options.maxStreams();
    if (this.#end || (most > 0 && this.#draft.openFiles >= most)) return undefined;
    this.#files += 1;
    const file = mediaFileName(this.#files, source);
    const uri = this.#options.uriOf(this.id, file);
    const { id, sid, name } = participant;
    this.#take({
      type: 'file',
      atMs: this.elapsedMs,
      file,
      uri,
      participant: { id, sid, name },
      stream,
      source,
      kinds: [...kinds],
    });
    return { file, uri };
  }

  fileStarted(file: string, atMs: number): void {
    this.#take({ type: 'fileStarted', atMs: Math.max(0, Math.round(atMs)), file });
  }

  fileEnded(file: string, failure?: string): void {
    this.#take({ type: 'fileEnded', atMs: this.elapsedMs, file, ...(failure !== undefined && { failure }) });
  }

  muted(file: string, kind: 'audio' | 'video', isMuted: boolean): void {
    this.#take({ type: 'muted', atMs: this.elapsedMs, file, kind, isMuted });
  }

  happened(event: 'joined' | 'left' | 'speaker', participant: string): void {
    this.#take({ type: 'happened', atMs: this.elapsedMs, event, id: participant });
  }

  stateChanged(state: 'recording' | 'paused' | 'stopping'): void {
    if (state === 'paused') this.#options.clock.pause();
    if (state === 'recording') this.#options.clock.resume();
    this.#take({ type: 'state', atMs: this.elapsedMs, state });
    this.#writeManifest();
  }

  end(state: 'ready' | 'failed', reason: RecordingEnd): Promise<EndedRecording> {
    this.#end ??= this.#finish(state, reason);
    return this.#end;
  }

  async #finish(state: 'ready' | 'failed', reason: RecordingEnd): Promise<EndedRecording> {
    const atMs = this.elapsedMs;
    for (const file of this.#draft.files) this.#take({ type: 'fileEnded', atMs, file });
    await rm(join(this.path, reserveName), { force: true }).catch(() => undefined);
    const reading = this.#readAll().then(() => true);
    const isRead = await Promise.race([reading, pause(readingMs, false, { ref: false })]);
    this.#take({ type: 'ended', atMs, at: new Date(this.#options.now()).toISOString(), state, reason });
    this.#writeManifest();
    const over = isRead ? this.#letGo() : reading.then(async () => this.#letGo());
    await (isRead ? over : this.#written);
    const { files } = this.manifest;
    return {
      ...{ state, durationMs: atMs },
      files: files.map(({ file, bytes, durationMs }) => ({ file, bytes, durationMs })),
    };
  }

  /** Never rejects. */
  async #readAll(): Promise<void> {
    const read = async (file: string): Promise<void> => {
      try {
        const contents = await readContents(join(this.path, file), this.#draft.hasStarted(file));
        this.#take({ type: 'read', file, contents });
      } catch (error) {
        this.#options.log.error('a file of a recording could not be read', { recording: this.id, file, error });
      }
    };
    const waiting = [...this.#draft.files];
    const reader = async (): Promise<void> => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) await read(file);
    };
    await Promise.all(Array.from({ length: readAtOnce }, reader));
    if (this.#draft.endedAt !== undefined) this.#writeManifest();
  }

  async #letGo(): Promise<void> {
    await this.#written;
    await this.#journal.close();
    await rm(join(this.path, ownerName(this.#options.owner)), { force: true }).catch(() => undefined);
    this.#hasFinished();
  }

  #take(line: JournalLine): void {
    this.#draft.take(line);
    this.#journal.write(line);
  }

  #writeManifest(): void {
    this.#written = this.#written.then(async () => {
      try {
        await writeWholeFile(join(this.path, manifestName), textOf(this.manifest));
      } catch (error) {
        this.#options.log.error('the manifest of a recording could not be written', { recording: this.id, error });
      }
    });
  }
}

export function textOf(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 1)}\n`;
}

/** With real bytes: a file system gives a hole no place. */
async function reserve(path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(Buffer.alloc(reservedBytes, 0x20));
  } finally {
    await file.close();
  }
}
