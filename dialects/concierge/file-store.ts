import { constants, lstatSync, mkdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';

export interface FileLimits {
  readonly fileBytes: number;
  readonly clientFiles: number;
  readonly clientBytes: number;
  readonly totalBytes: number;
}

/** An upload on its way: in a file of its own, where nobody can ask for it. */
export interface Upload {
  /** Adds a piece. @returns false when it is more than there may be */
  write(piece: Buffer): Promise<boolean>;
  /** Nothing more comes. */
  finish(): Promise<void>;
  /** Puts the finished file in its place, at once; false when its owner has left. */
  keep(name: string): boolean;
  /** Forgets what was not kept. May be called always. */
  drop(): Promise<void>;
}

/** What one client has left. */
interface Folder {
  readonly path: string;
  /** Bytes by name. */
  readonly files: Map<string, number>;
  /** With those still on their way. */
  bytes: number;
  uploads: number;
  closed: boolean;
}

/** Under which the root holds what is no client's folder; no client has such a name. */
const uploads = '.uploads';
const ended = '.ended';

/**
 * The files of the clients: one folder each, made at its first file and gone with it. What is there is known by name; nothing else in
 * the folder is served.
 */
export class FileStore {
  readonly #root: string;
  readonly #limits: FileLimits;
  readonly #newName: () => string;
  readonly #onDefect: (error: unknown) => void;
  readonly #folders = new Map<string, Folder>();
  #bytes = 0;

  /** @param newName a name nobody can guess and nothing else has */
  constructor(root: string, limits: FileLimits, newName: () => string, onDefect: (error: unknown) => void) {
    mkdirSync(root, { recursive: true });
    // An operator may keep the root behind a link; below it there are none.
    this.#root = realpathSync(root);
    this.#limits = limits;
    this.#newName = newName;
    this.#onDefect = onDefect;
    // What a server that died has left.
    for (const folder of [uploads, ended]) rmSync(join(this.#root, folder), { recursive: true, force: true });
    for (const folder of [uploads, ended]) mkdirSync(join(this.#root, folder));
  }

  /** Bytes of all files, with those on their way. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Opens a file for reading; undefined when there is none. */
  async read(
    client: string,
    name: string,
  ): Promise<{ readonly handle: FileHandle; readonly size: number } | undefined> {
    const folder = this.#folders.get(client);
    const path = folder?.files.has(name) ? pathIn(folder.path, name) : undefined;
    if (!folder || path === undefined || !isFolder(folder.path)) return undefined;
    // Removed or replaced meanwhile, by whatever else has access to the disk; a pipe in its place is not waited for.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(path, flags).catch(() => undefined);
    const found = await handle?.stat();
    if (handle && found?.isFile()) return { handle, size: found.size };
    await handle?.close();
    return undefined;
  }

  /** At once, so that an upload of the same name that comes next stays. @returns false when there is none */
  remove(client: string, name: string): boolean {
    const folder = this.#folders.get(client);
    const size = folder?.files.get(name);
    const path = folder && pathIn(folder.path, name);
    if (!folder || size === undefined || path === undefined) return false;
    folder.files.delete(name);
    this.#release(folder, size);
    if (isFolder(folder.path)) this.#discard(path);
    return true;
  }

  /** Begins an upload; undefined when there may be no more files. */
  async upload(client: string): Promise<Upload | undefined> {
    const folder = this.#folderOf(client);
    // A client that replaces a file needs a place for the new one beside the old one.
    if (folder.uploads + folder.files.size > this.#limits.clientFiles) return undefined;
    folder.uploads += 1;
    const temporary = join(this.#root, uploads, this.#newName());
    let handle: FileHandle;
    try {
      handle = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    } catch (error) {
      folder.uploads -= 1;
      throw error;
    }
    let bytes = 0;
    let isDone = false;
    return {
      write: async (piece) => {
        const { fileBytes, clientBytes, totalBytes } = this.#limits;
        const { length } = piece;
        if (folder.closed || bytes + length > fileBytes) return false;
        if (folder.bytes + length > clientBytes || this.#bytes + length > totalBytes) return false;
        bytes += length;
        folder.bytes += length;
        this.#bytes += length;
        await handle.write(piece);
        return true;
      },
      finish: () => handle.close(),
      keep: (name) => {
        const path = pathIn(folder.path, name);
        const former = folder.files.get(name);
        if (folder.closed || path === undefined) return false;
        // All at once, so that the folder of a client who leaves meanwhile does not come back.
        if (!isFolder(folder.path)) {
          this.#discard(folder.path);
          mkdirSync(folder.path);
        }
        if (isFolder(path)) this.#discard(path);
        renameSync(temporary, path);
        if (former !== undefined) this.#release(folder, former);
        folder.files.set(name, bytes);
        folder.uploads -= 1;
        isDone = true;
        return true;
      },
      drop: async () => {
        if (isDone) return;
        isDone = true;
        folder.uploads -= 1;
        this.#release(folder, bytes);
        await handle.close();
        await rm(temporary, { force: true });
      },
    };
  }

  /** Whether the client may have files of these names beside the others it has. */
  hasPlaceFor(client: string, names: Iterable<string>): boolean {
    const files = this.#folders.get(client)?.files;
    return new Set([...(files?.keys() ?? []), ...names]).size <= this.#limits.clientFiles;
  }

  /** The client left: its folder is out of the way when this returns, and gone soon. */
  close(client: string): void {
    const folder = this.#folders.get(client);
    if (!folder) return;
    this.#folders.delete(client);
    folder.closed = true;
    for (const size of folder.files.values()) this.#release(folder, size);
    folder.files.clear();
    this.#discard(folder.path);
  }

  #folderOf(client: string): Folder {
    const existing = this.#folders.get(client);
    if (existing) return existing;
    const path = pathIn(this.#root, client);
    if (path === undefined) throw new Error('The name of a client is no path');
    // Older files of somebody of that name, whom a server that died has left.
    this.#discard(path);
    const folder: Folder = { path, files: new Map(), bytes: 0, uploads: 0, closed: false };
    this.#folders.set(client, folder);
    return folder;
  }

  #release(folder: Folder, bytes: number): void {
    folder.bytes -= bytes;
    this.#bytes -= bytes;
  }

  #discard(path: string): void {
    const grave = join(this.#root, ended, this.#newName());
    try {
      renameSync(path, grave);
    } catch (error) {
      if (!isMissing(error)) this.#onDefect(error);
      return;
    }
    rm(grave, { recursive: true, force: true }).catch(this.#onDefect);
  }
}

/** Undefined when the name would lead out of the folder, or to the folder itself. */
function pathIn(folder: string, name: string): string | undefined {
  const path = resolve(folder, name);
  return path.startsWith(folder + sep) && path === join(folder, name) && !name.includes(sep) ? path : undefined;
}

/** Whether there is a folder, and not a link to one. */
function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENAMETOOLONG');
}
