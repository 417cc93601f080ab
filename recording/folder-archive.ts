import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordingBusy } from './archive.js';
import type { Archive, ArchivedFile, ArchivePage, ArchiveQuery } from './archive.js';
import { manifestSchema } from './manifest.js';
import type { Manifest } from './manifest.js';
import { deletedPrefix, folderOf, isMediaFile, isRecordingId, manifestName, noteName } from './names.js';
import type { ObjectStore } from './object-store.js';
import { isOwned } from './owner.js';
import { writeWholeFile } from './whole-file.js';

/** Deleted recordings that are remembered, so that a client that turns pages finds its place. */
const mostRemembered = 1_000;
/** Manifests that are read at a time. */
const readAtOnce = 16;

interface Known {
  /** Of the file that it was read from. */
  readonly stamp: string;
  readonly manifest: Manifest;
}

export interface FolderArchiveOptions {
  readonly directory: string;
  /** The present manifest of a recording that this server is at work in. */
  readonly running: (id: string) => Manifest | undefined;
  /** Where recordings are besides. */
  readonly objects: ObjectStore | undefined;
  /** Called before a recording that has ended is deleted: this server must not be at work in it any more. */
  readonly letGo: (id: string) => Promise<void>;
}

/** The recordings that are in a directory. It reads their manifests, and keeps in memory what has not changed. */
export class FolderArchive implements Archive {
  readonly #directory: string;
  readonly #running: (id: string) => Manifest | undefined;
  readonly #objects: ObjectStore | undefined;
  readonly #letGo: (id: string) => Promise<void>;
  readonly #known = new Map<string, Known>();
  readonly #removed = new Map<string, Manifest>();
  /** Notes that are being written, by path: one after the other. */
  readonly #notes = new Map<string, Promise<void>>();

  constructor({ directory, running, objects, letGo }: FolderArchiveOptions) {
    this.#directory = directory;
    this.#running = running;
    this.#objects = objects;
    this.#letGo = letGo;
  }

  async list({ room, sees, state, before, limit }: ArchiveQuery): Promise<ArchivePage> {
    const last = before === undefined ? undefined : ((await this.find(before)) ?? this.#removed.get(before));
    const isSeen = (each: Manifest): boolean => sees?.(each.room.name) ?? true;
    if (before !== undefined && !(last && isSeen(last))) return { recordings: [], next: undefined };
    const found = (await this.all()).filter(
      (each) =>
        (room ?? each.room.name) === each.room.name &&
        isSeen(each) &&
        (state ?? each.state) === each.state &&
        (!last || newestFirst(last, each) < 0),
    );
    const recordings = found.slice(0, limit);
    return { recordings, next: found.length > limit ? recordings.at(-1)?.id : undefined };
  }

  /** Newest first. */
  async all(): Promise<readonly Manifest[]> {
    const ids = (await readdir(this.#directory)).filter(isRecordingId);
    const present = new Set(ids);
    for (const id of this.#known.keys()) if (!present.has(id)) this.#known.delete(id);
    const found: Manifest[] = [];
    for (let at = 0; at < ids.length; at += readAtOnce) {
      const read = await Promise.all(ids.slice(at, at + readAtOnce).map(async (id) => this.find(id)));
      found.push(...read.filter((manifest) => manifest !== undefined));
    }
    return found.sort(newestFirst);
  }

  async find(id: string): Promise<Manifest | undefined> {
    if (!isRecordingId(id)) return undefined;
    const running = this.#running(id);
    if (running) return running;
    const path = join(folderOf(this.#directory, id), manifestName);
    const found = await stat(path).catch(() => undefined);
    if (!found) return undefined;
    const stamp = `${found.ino} ${found.mtimeMs} ${found.size}`;
    const known = this.#known.get(id);
    if (known?.stamp === stamp) return known.manifest;
    const manifest = await readManifest(path);
    // One that was copied under another name would be served as what it is not.
    if (manifest?.id !== id) return undefined;
    this.#known.set(id, { stamp, manifest });
    return manifest;
  }

  async file(id: string, file: string): Promise<ArchivedFile | undefined> {
    const manifest = await this.find(id);
    const listed = manifest?.files.find((each) => each.file === file);
    if (!manifest || !listed || !isMediaFile(file)) return undefined;
    hasEnded(manifest);
    const path = join(folderOf(this.#directory, id), file);
    const found = await stat(path).catch(() => undefined);
    const { sha256, stored } = listed;
    if (found?.isFile()) {
      const version = sha256?.slice(0, 32) ?? `${found.size.toString(16)}-${Math.trunc(found.mtimeMs).toString(16)}`;
      const read: ArchivedFile['read'] = async (range) => (await open(path)).createReadStream(range);
      return { size: found.size, etag: `"${version}"`, modifiedAt: found.mtime, read };
    }
    const objects = this.#objects;
    if (!objects || !stored) return undefined;
    return {
      size: listed.bytes,
      etag: sha256 === undefined ? stored.etag : `"${sha256.slice(0, 32)}"`,
      modifiedAt: new Date(Date.parse(manifest.startedAt) + manifest.durationMs),
      read: async (range) => objects.read(stored, range),
    };
  }

  async note(id: string): Promise<unknown> {
    if (!isRecordingId(id)) return undefined;
    const text = await readFile(join(folderOf(this.#directory, id), noteName), 'utf8').catch(() => undefined);
    try {
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    } catch {
      return undefined;
    }
  }

  async keepNote(id: string, note: unknown): Promise<void> {
    const path = join(folderOf(this.#directory, id), noteName);
    const before = this.#notes.get(path) ?? Promise.resolve();
    const written = before.catch(() => undefined).then(() => writeWholeFile(path, JSON.stringify(note)));
    this.#notes.set(path, written);
    try {
      await written;
    } finally {
      if (this.#notes.get(path) === written) this.#notes.delete(path);
    }
  }

  async remove(id: string): Promise<boolean> {
    if (!hasEnded(await this.find(id))) return false;
    await this.#letGo(id);
    const manifest = await this.find(id);
    if (!manifest) return false;
    const folder = folderOf(this.#directory, id);
    if (await isOwned(folder)) throw new RecordingBusy(`Another server is at work in the recording ${id}`);
    await this.#removeObjects(manifest);
    const deleted = join(this.#directory, `${deletedPrefix}${id}`);
    try {
      await rename(folder, deleted);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    this.#remember(manifest);
    await rm(deleted, { recursive: true, force: true });
    return true;
  }

  /** Those too that are not known to be there. The manifest first: without it nobody takes what is left for a recording. */
  async #removeObjects({ id, files }: Manifest): Promise<void> {
    for (const name of [manifestName, ...files.map(({ file }) => file)]) await this.#objects?.remove(`${id}/${name}`);
  }

  #remember(manifest: Manifest): void {
    this.#removed.set(manifest.id, manifest);
    const [oldest] = this.#removed.keys();
    if (this.#removed.size > mostRemembered && oldest !== undefined) this.#removed.delete(oldest);
  }
}

/** Undefined when there is none that can be read. */
export async function readManifest(path: string): Promise<Manifest | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  try {
    return manifestSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** @returns false when there is none. @throws RecordingBusy */
function hasEnded(manifest: Manifest | undefined): boolean {
  if (!manifest) return false;
  const { id, state } = manifest;
  if (state !== 'ready' && state !== 'failed') throw new RecordingBusy(`The recording ${id} has not ended`);
  return true;
}

/** The order is the same whenever it is asked for, also of recordings that began at the same time. */
function newestFirst(one: Manifest, other: Manifest): number {
  const [first, second] = [`${one.startedAt} ${one.id}`, `${other.startedAt} ${other.id}`];
  return first === second ? 0 : first > second ? -1 : 1;
}
