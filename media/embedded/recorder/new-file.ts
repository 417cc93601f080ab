import { constants, existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { access, lstat, open, readlink, realpath, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { refused } from './recording-failure.js';

/** Where open files have names of their own (Linux): what is opened below such a name is in that very directory. */
const descriptors = '/proc/self/fd';
/** Windows has no O_NOFOLLOW and O_DIRECTORY. They count as 0 there. */
const { W_OK, O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_DIRECTORY } = constants;

/** A directory that is open. `path` is without links. */
interface OpenDirectory {
  readonly handle: FileHandle;
  readonly path: string;
}

export interface NewFileOptions {
  /** Whether a file of that name is removed before. */
  readonly overwrite: boolean;
  /** How names are looked up below an open directory. Default: by what the system has. */
  readonly byDescriptor?: boolean;
}

/**
 * Makes a file below a directory, and opens it. Each directory is opened once, and the next one below what is open, so that nobody can put
 * a link into the way meanwhile. Where the system cannot do that, the way is compared afterwards.
 *
 * @param names of directories, and of the file. They must be plain (`namesIn`)
 * @throws RecordingRefused when there is a link on the way below the directory, or something of that name
 */
export function makeFile(directory: string, names: readonly string[], options: NewFileOptions): Promise<FileHandle> {
  return inDirectoryOf(directory, names, options, async (parent, name, isByDescriptor) => {
    const at = isByDescriptor ? `${descriptors}/${parent.handle.fd}/${name}` : join(parent.path, name);
    await makeRoom(at, name, options.overwrite);
    const handle = await open(at, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      await assertThere({ handle, path: join(parent.path, name) }, isByDescriptor);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
}

/** Whether a file could be made now. @throws as `makeFile` */
export async function checkNewFile(
  directory: string,
  names: readonly string[],
  options: NewFileOptions,
): Promise<void> {
  await inDirectoryOf(directory, names, options, async (parent, name) => {
    const found = await entryAt(join(parent.path, name));
    if (found === 'other' || (found && !options.overwrite)) throw taken(name);
    await access(parent.path, W_OK).catch(() => {
      throw refused('unwritable', `The directory '${parent.path}' cannot be written to`);
    });
  });
}

/** `run` gets the directory in which the file is to be. */
async function inDirectoryOf<T>(
  directory: string,
  names: readonly string[],
  { byDescriptor = existsSync(descriptors) }: NewFileOptions,
  run: (parent: OpenDirectory, name: string, isByDescriptor: boolean) => Promise<T>,
): Promise<T> {
  const folders = names.slice(0, -1);
  let parent = await openDirectory(directory, await realPathOf(directory), byDescriptor, 0);
  try {
    for (const folder of folders) {
      const at = byDescriptor ? `${descriptors}/${parent.handle.fd}/${folder}` : join(parent.path, folder);
      const next = await openDirectory(at, join(parent.path, folder), byDescriptor, O_NOFOLLOW);
      await parent.handle.close();
      parent = next;
    }
    return await run(parent, names.at(-1) ?? '', byDescriptor);
  } finally {
    await parent.handle.close();
  }
}

/** `path`: the one that it must have, after all links. */
async function openDirectory(at: string, path: string, byDescriptor: boolean, flags: number): Promise<OpenDirectory> {
  const handle = await open(at, O_RDONLY | O_DIRECTORY | flags).catch((error: unknown) => {
    throw refused('unwritable', `The directory '${path}' cannot be opened, or is a link`, error);
  });
  try {
    await assertThere({ handle, path }, byDescriptor);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return { handle, path };
}

/** @throws RecordingRefused when what is open is not what has this path */
async function assertThere({ handle, path }: OpenDirectory, byDescriptor: boolean): Promise<void> {
  const isThere = byDescriptor
    ? (await readlink(`${descriptors}/${handle.fd}`)) === path
    : (await realPathOf(path)) === path && (await handle.stat()).ino === (await lstat(path)).ino;
  if (!isThere) throw refused('unwritable', `'${path}' is not in the directory for recordings any more`);
}

async function realPathOf(path: string): Promise<string> {
  return realpath(path).catch(() => {
    throw refused('unwritable', `The directory '${path}' is not there`);
  });
}

/** A file is removed and not emptied: it may have other names, elsewhere. */
async function makeRoom(at: string, name: string, overwrite: boolean): Promise<void> {
  const found = await entryAt(at);
  if (found === undefined) return;
  if (found === 'other' || !overwrite) throw taken(name);
  await unlink(at);
}

async function entryAt(path: string): Promise<'file' | 'other' | undefined> {
  try {
    return (await lstat(path)).isFile() ? 'file' : 'other';
  } catch {
    return undefined;
  }
}

function taken(name: string): Error {
  return refused('unwritable', `There is something called '${name}' already, and nothing is replaced`);
}
