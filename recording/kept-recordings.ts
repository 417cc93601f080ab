import { statfs } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.js';
import { RoomError } from '../rooms/index.js';
import type {
  AuditEntry,
  NewRecording,
  RecordingFolder,
  RecordingStore,
  RecordingStoreListener,
} from '../rooms/index.js';
import { Folder } from './folder.js';
import type { FolderOptions } from './folder.js';
import { FolderArchive } from './folder-archive.js';
import { LeftFolders } from './left-folders.js';
import { LivingServer } from './living-server.js';
import type { Manifest } from './manifest.js';
import type { ObjectStore } from './object-store.js';
import type { RecordingSettings } from './options.js';
import { RecordingClock } from './recording-clock.js';
import { Retention } from './retention.js';
import { Uploads } from './uploads.js';

/** How often the space and the length of what runs are looked at, in ms. */
const watchMs = 10_000;
/** How often it is looked whether another server has died and left recordings, in ms. */
const leftMs = 30_000;
/** How long recordings that end may take when the server stops, in ms. */
const closeMs = 10_000;
/** How often recordings are deleted that are too old or too large, in ms. */
const retentionMs = 3_600_000;
/** Why an upload ends. */
const deleted = new Error('The recording is deleted');
const bytesInMb = 1_000_000;
const msInHour = 3_600_000;

export interface KeptRecordingsOptions {
  /** Looked at when they are needed: a running server may change some. */
  readonly settings: RecordingSettings;
  /** Where the media server writes a file. */
  readonly uriOf: (recording: string, file: string) => string;
  readonly audit: (entry: AuditEntry) => void;
  readonly log: Log;
  /** Where recordings stay that have ended. It is closed with them. Default: in the directory. */
  readonly objects?: ObjectStore | undefined;
  /** The time in ms since 1970. Default: `Date.now`. */
  readonly now?: () => number;
  /** In ms, never goes back. Default: `performance.now`. */
  readonly monotonic?: () => number;
  /** In bytes. Default: as the file system says. */
  readonly freeBytes?: (directory: string) => Promise<number>;
}

/** A recording that this server is at work in. */
interface Running {
  readonly folder: Folder;
  /** Aborted when it must not be uploaded any more. */
  readonly uploading: AbortController;
  /** Resolves when this server does nothing more with it. */
  readonly over: Promise<void>;
}

type Options = Omit<Required<KeptRecordingsOptions>, 'objects'> & Pick<KeptRecordingsOptions, 'objects'>;

/** The recordings in a directory: those that run here, and all that have ended. `close` it after the rooms. */
export class KeptRecordings implements RecordingStore {
  readonly archive: FolderArchive;
  /** Resolves when all that servers left before this one began is taken over, and repaired. */
  readonly recovered: Promise<void>;
  readonly #options: Options;
  readonly #server: LivingServer;
  readonly #left: LeftFolders;
  readonly #uploads: Uploads | undefined;
  readonly #running = new Map<string, Running>();
  readonly #timers: readonly NodeJS.Timeout[];
  /** Those that were repaired before anybody wanted to know. */
  readonly #repaired: Manifest[] = [];
  #tellRepaired = (manifest: Manifest): void => {
    this.#repaired.push(manifest);
  };

  private constructor(server: LivingServer, options: Options) {
    this.#options = options;
    this.#server = server;
    const { settings, objects, now, log, audit } = options;
    this.archive = new FolderArchive({
      ...{ directory: settings.recordingsDir, objects },
      running: (id) => this.#running.get(id)?.folder.manifest,
      letGo: async (id) => this.#letGo(id),
    });
    const keepLocal = (): boolean => settings.recordingsS3KeepLocal;
    this.#uploads = objects && new Uploads({ store: objects, keepLocal, now, log });
    const retention = new Retention({ settings, archive: this.archive, audit, now, log });
    this.#left = new LeftFolders({
      ...this.#folderOptions,
      ...{ server, archive: this.archive, isRunning: (id) => this.#running.has(id) },
      taken: (folder) => {
        this.#goOnWith(folder);
      },
    });
    this.recovered = this.#left.look().then(async (taken) => {
      await Promise.all(taken.map(async ({ finished }) => finished));
    });
    this.#timers = [
      setInterval(() => void this.checkRunning(), watchMs).unref(),
      setInterval(() => void this.#left.look(), leftMs).unref(),
      setInterval(() => void retention.look(), retentionMs).unref(),
    ];
    void this.recovered.then(async () => retention.look());
  }

  /** @throws what the system says of the directory */
  static async open(options: KeptRecordingsOptions): Promise<KeptRecordings> {
    const { settings, log } = options;
    const server = await LivingServer.begin(settings.recordingsDir, log);
    return new KeptRecordings(server, {
      ...{ now: Date.now, monotonic: () => performance.now(), freeBytes: freeBytesOf },
      ...options,
    });
  }

  async begin(recording: NewRecording, listener: RecordingStoreListener): Promise<RecordingFolder> {
    const { settings, log, monotonic } = this.#options;
    if (!settings.recordings) throw refused('off', 'Nothing is recorded here');
    try {
      if (await this.#isFull()) throw refused('no-space', 'There is too little space left for recordings');
      const folder = await Folder.begin(recording, new RecordingClock(monotonic), listener, this.#folderOptions);
      this.#add(folder);
      return folder;
    } catch (error) {
      if (error instanceof RoomError) throw error;
      log.error('a recording cannot begin', { recording: recording.id, error });
      if (isNoSpace(error)) throw refused('no-space', 'There is no space left for recordings', error);
      throw refused('off', 'The directory for recordings cannot be used', error);
    }
  }

  /** Called every ten seconds: stops what may not go on. Never rejects. */
  async checkRunning(): Promise<void> {
    if (this.#running.size === 0) return;
    const { settings, log } = this.#options;
    const isFull = await this.#isFull().catch((error: unknown) => {
      log.warn('the space for recordings is not known', { error });
      return false;
    });
    const longestMs = settings.recordingsMaxHours * msInHour;
    for (const { folder } of this.#running.values()) {
      if (isFull) folder.mustStop('no-space');
      else if (longestMs > 0 && folder.elapsedMs >= longestMs) folder.mustStop('limit');
    }
  }

  /** Calls `listener` with each recording that is repaired here since its server had died, also with those of before. Once. */
  whenRepaired(listener: (manifest: Manifest) => void): void {
    this.#tellRepaired = listener;
    for (const manifest of this.#repaired.splice(0)) listener(manifest);
  }

  /** Waits a moment for recordings that end. May be called twice. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const running = [...this.#running.values()];
    for (const { uploading } of running) uploading.abort();
    const ended = Promise.all(running.map(async ({ over }) => over));
    const timer = new AbortController();
    await Promise.race([ended, pause(closeMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
    this.#options.objects?.close();
    await this.#server.close();
  }

  get #folderOptions(): FolderOptions {
    const { settings, uriOf, now, log } = this.#options;
    const maxStreams = (): number => settings.recordingsMaxStreams;
    return { directory: settings.recordingsDir, owner: this.#server.id, uriOf, maxStreams, now, log };
  }

  #goOnWith(folder: Folder): void {
    const { log } = this.#options;
    const wasRunning = folder.endedAt === undefined;
    this.#add(folder);
    void folder.end('ready', 'interrupted').then(({ files }) => {
      if (!wasRunning) return;
      log.info('a recording was repaired, whose server had died', { recording: folder.id, files: files.length });
      this.#tellRepaired(folder.manifest);
    });
  }

  #add(folder: Folder): void {
    const uploading = new AbortController();
    const over = folder.finished.then(async () => {
      const isDone = (await this.#uploads?.upload(folder, uploading.signal)) ?? true;
      await folder.letGo(isDone || uploading.signal.reason === deleted);
      this.#running.delete(folder.id);
    });
    this.#running.set(folder.id, { folder, uploading, over });
  }

  /** For a recording that is about to be deleted. */
  async #letGo(id: string): Promise<void> {
    const running = this.#running.get(id);
    running?.uploading.abort(deleted);
    await running?.over;
  }

  async #isFull(): Promise<boolean> {
    const { settings, freeBytes } = this.#options;
    const least = settings.recordingsMinFreeMb * bytesInMb;
    return least > 0 && (await freeBytes(settings.recordingsDir)) < least;
  }
}

/** What is free on the disk of a folder. */
export async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

function refused(reason: 'off' | 'no-space', message: string, cause?: unknown): RoomError {
  return new RoomError('cannot-record', message, { details: { reason }, cause });
}

function isNoSpace(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
