import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Draft } from './draft.js';
import { JournalWriter } from './journal.js';
import type { JournalLine } from './journal.js';
import { manifestText } from './manifest-text.js';
import { folderOf, manifestName, newFolderName } from './names.js';
import { ownerName } from './owner.js';
import { writeWholeFile } from './whole-file.js';

/** Kept on the disk while a recording runs, so that a full one has place for the end of the journal and the manifest. In bytes. */
const reservedBytes = 262_144;
const reserveName = '.reserve';

/**
 * Makes the directory of a recording. It gets its name when all is in it: another server that sees it must see whose it is.
 * @throws what the system says; nothing is left then
 */
export async function makeFolder(
  directory: string,
  owner: string,
  begun: JournalLine & { type: 'begun' },
): Promise<string> {
  const path = folderOf(directory, begun.id);
  const temporary = join(directory, newFolderName(owner, begun.id));
  try {
    await mkdir(temporary, { mode: 0o700 });
    await writeFile(join(temporary, ownerName(owner)), '', { mode: 0o600 });
    await reserve(join(temporary, reserveName));
    const journal = new JournalWriter(temporary, 0, (error) => {
      throw error;
    });
    journal.write(begun);
    await journal.close();
    await writeWholeFile(join(temporary, manifestName), manifestText(new Draft(begun).manifest(0)));
    await rename(temporary, path);
    return path;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Gives the space that was kept. Never rejects. */
export async function giveReserve(folder: string): Promise<void> {
  await rm(join(folder, reserveName), { force: true }).catch(() => undefined);
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
