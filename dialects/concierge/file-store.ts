import { constants, mkdirSync, renameSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { isFolder, openFilesFolder } from './files-folder.js';

export interface FileLimits {
  readonly fileBytes: number;
  readonly clientFiles: number;
  readonly clientBytes: number;
  readonly totalBytes: number;
}

export interface FileStoreOptions {
  readonly limits: FileLimits;
  /** Makes a unique name that nobody can guess. */
  readonly newName: () => string;
  readonly onDefect: (error: unknown) => void;
  /** The disk is full. Called again only after a file was kept. */
  readonly onFull: (folder: string) => void;
}

/** The disk is full. Nothing of the upload is kept. */
export class NoSpace extends Error {
  override readonly name = 'NoSpace';
}

/** An upload that is still being received, in a temporary file that is not served. */
export interface Upload {
  /** Adds a piece. @returns false when the upload exceeds a limit. @throws NoSpace */
  write(piece: Buffer): Promise<boolean>;
  /** Called when the upload is complete. @throws NoSpace */
  finish(): Promise<void>;
  /** Moves the finished file to its place at once. @returns false when its owner has left. @throws NoSpace */
  keep(name: string): boolean;
  /** Deletes what was not kept. May be called at any time. */
  drop(): Promise<void>;
}

/** The files of one client. */
interface Folder {
  readonly path: string;
  /** Bytes by name. */
  readonly files: Map<string, number>;
  /** Uploads that are still being received count too. */
  bytes: number;
  uploads: number;
  closed: boolean;
}

/** Folders of files that are still received, and of files that are being deleted. No client can have these names. */
const uploads = '.uploads';
const ended = '.ended';

/**
 * The files of the clients. A client has a folder from its first file until it leaves. Only files that were uploaded are served,
 * whatever else is in the folder.
 */
export class FileStore {
  readonly #root: string;
  readonly #limits: FileLimits;
  readonly #newName: () => string;
  readonly #onDefect: (error: unknown) => void;
  readonly #onFull: (folder: string) => void;
  readonly #folders = new Map<string, Folder>();
  #bytes = 0;
  #isFull = false;

  /** @param given the folder that the operator names. @throws ConfigError when it cannot be used */
  constructor(given: string, { limits, newName, onDefect, onFull }: FileStoreOptions) {
    this.#root = openFilesFolder(given);
    this.#limits = limits;
    this.#newName = newName;
    this.#onDefect = onDefect;
    this.#onFull = onFull;
    // Deletes what an earlier process left when it died.
    for (const folder of [uploads, ended]) rmSync(join(this.#root, folder), { recursive: true, force: true });
    for (const folder of [uploads, ended]) mkdirSync(join(this.#root, folder));
  }

  /** Bytes of all files, including those that are still being received. */
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
    // Another program may have removed or replaced the file meanwhile. A pipe in its place must not block.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(path, flags).catch(() => undefined);
    const found = await handle?.stat();
    if (handle && found?.isFile()) return { handle, size: found.size };
    await handle?.close();
    return undefined;
  }

  /** Removes a file at once, so that a later upload of the same name stays. @returns false when there is no such file */
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

  /** Begins an upload; undefined when the client has too many files. @throws NoSpace */
  async upload(client: string): Promise<Upload | undefined> {
    const folder = this.#folderOf(client);
    // A client that replaces a file has the old and the new one for a while.
    if (folder.uploads + folder.files.size > this.#limits.clientFiles) return undefined;
    folder.uploads += 1;
    const temporary = join(this.#root, uploads, this.#newName());
    let handle: FileHandle;
    try {
      handle = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    } catch (error) {
      folder.uploads -= 1;
      throw this.#explained(error);
    }
    let bytes = 0;
    let isDone = false;
    const refuse = (error: unknown): never => {
      throw this.#explained(error);
    };
    return {
      write: async (piece) => {
        const { fileBytes, clientBytes, totalBytes } = this.#limits;
        const { length } = piece;
        if (folder.closed || bytes + length > fileBytes) return false;
        if (folder.bytes + length > clientBytes || this.#bytes + length > totalBytes) return false;
        bytes += length;
        folder.bytes += length;
        this.#bytes += length;
        // Unlike `write`, this goes on until all is written, or throws.
        await handle.writeFile(piece).catch(refuse);
        return true;
      },
      finish: () => handle.close().catch(refuse),
      keep: (name) => {
        const path = pathIn(folder.path, name);
        const former = folder.files.get(name);
        if (folder.closed || path === undefined) return false;
        // Without an await, so that the folder of a client that leaves meanwhile is not made again.
        try {
          if (!isFolder(folder.path)) {
            this.#discard(folder.path);
            mkdirSync(folder.path);
          }
          if (isFolder(path)) this.#discard(path);
          renameSync(temporary, path);
        } catch (error) {
          refuse(error);
        }
        this.#isFull = false;
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
        // Whether all of it was written does not matter any more.
        await handle.close().catch(() => undefined);
        await rm(temporary, { force: true });
      },
    };
  }

  /** Whether the client may have these files beside the others it has. */
  hasPlaceFor(client: string, names: Iterable<string>): boolean {
    const files = this.#folders.get(client)?.files;
    return new Set([...(files?.keys() ?? []), ...names]).size <= this.#limits.clientFiles;
  }

  /** Called when the client has left. Its folder is moved away when this returns, and deleted soon after. */
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
    // Files of a client of the same name, left by an earlier process that died.
    this.#discard(path);
    const folder: Folder = { path, files: new Map(), bytes: 0, uploads: 0, closed: false };
    this.#folders.set(client, folder);
    return folder;
  }

  /** What the uploader is told of an error of the disk. */
  #explained(error: unknown): unknown {
    if (!isFull(error)) return error;
    if (!this.#isFull) this.#onFull(this.#root);
    this.#isFull = true;
    return new NoSpace('The disk is full', { cause: error });
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

/** Undefined for a name that leads out of the folder or to the folder itself. */
function pathIn(folder: string, name: string): string | undefined {
  const path = resolve(folder, name);
  return path.startsWith(folder + sep) && path === join(folder, name) && !name.includes(sep) ? path : undefined;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENAMETOOLONG');
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
