import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordingBusy } from './archive.js';
import type { Archive, ArchivedFile, ArchivePage, ArchiveQuery } from './archive.js';
import { manifestSchema } from './manifest.js';
import type { Manifest } from './manifest.js';
import { deletedPrefix, folderOf, isMediaFile, isRecordingId, manifestName } from './names.js';

/** Deleted recordings that are remembered, so that a client that turns pages finds its place. */
const mostRemembered = 1_000;
/** Manifests that are read at a time. */
const readAtOnce = 16;

interface Known {
  /** Of the file that it was read from. */
  readonly stamp: string;
  readonly manifest: Manifest;
}

/** The recordings that are in a directory. It reads their manifests, and keeps in memory what has not changed. */
export class FolderArchive implements Archive {
  readonly #directory: string;
  readonly #running: (id: string) => Manifest | undefined;
  readonly #known = new Map<string, Known>();
  readonly #removed = new Map<string, Manifest>();

  /** @param running the present manifest of a recording of this server that has not ended */
  constructor(directory: string, running: (id: string) => Manifest | undefined) {
    this.#directory = directory;
    this.#running = running;
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
    requireEnd(manifest);
    const path = join(folderOf(this.#directory, id), file);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) return undefined;
    const version =
      listed.sha256?.slice(0, 32) ?? `${found.size.toString(16)}-${Math.trunc(found.mtimeMs).toString(16)}`;
    return {
      size: found.size,
      etag: `"${version}"`,
      modifiedAt: found.mtime,
      read: async (range) => (await open(path)).createReadStream(range),
    };
  }

  async remove(id: string): Promise<boolean> {
    const manifest = await this.find(id);
    if (!manifest) return false;
    requireEnd(manifest);
    const deleted = join(this.#directory, `${deletedPrefix}${id}`);
    await rename(folderOf(this.#directory, id), deleted);
    this.#remember(manifest);
    await rm(deleted, { recursive: true, force: true });
    return true;
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

/** @throws RecordingBusy */
function requireEnd({ id, state }: Manifest): void {
  if (state !== 'ready' && state !== 'failed') throw new RecordingBusy(`The recording ${id} has not ended`);
}

/** The order is the same whenever it is asked for, also of recordings that began at the same time. */
function newestFirst(one: Manifest, other: Manifest): number {
  const [first, second] = [`${one.startedAt} ${one.id}`, `${other.startedAt} ${other.id}`];
  return first === second ? 0 : first > second ? -1 : 1;
}
