import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../options/config-error.js';

/** Our folder in the folder that the operator names. Nothing outside it is ever deleted. */
const ours = 'atrium-files';
/** Says that the folder is ours. No client can have this name, because it has a dot. */
const marker = 'ABOUT.txt';
const firstLine = 'Files that clients of ERT Concierge leave for each other, kept by Atrium.';
const about = `${firstLine}
Atrium deletes what is in this folder. Keep nothing of your own here.
`;

/**
 * Makes the folder for the files of clients, or takes the one that an earlier start has made.
 * @param given may be a symbolic link; below it no links are followed
 * @returns the path of our folder
 * @throws ConfigError when it cannot be made or written to, or when it is there and was not made by Atrium
 */
export function openFilesFolder(given: string): string {
  try {
    mkdirSync(given, { recursive: true });
    const folder = join(realpathSync(given), ours);
    if (!isThere(folder)) mkdirSync(folder);
    if (!isOurs(folder)) throw new Foreign(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return folder;
  } catch (error) {
    if (error instanceof Foreign) {
      throw new ConfigError(
        `CONCIERGE_FILES_DIR: ${error.message} was not made by Atrium, which would delete what is in it; name another directory or move it away`,
      );
    }
    throw new ConfigError(
      `CONCIERGE_FILES_DIR: ${given} cannot be used (${(error as Error).message}); name a directory that the server may write to`,
      { cause: error },
    );
  }
}

/** The message is its path. */
class Foreign extends Error {}

/** Whether the folder has our mark. An empty one gets it: an earlier start may have ended in between. */
function isOurs(folder: string): boolean {
  if (!isFolder(folder)) return false;
  const mark = join(folder, marker);
  if (readdirSync(folder).length === 0) {
    try {
      writeFileSync(mark, about, { flag: 'wx' });
    } catch (error) {
      // Another server has just made it.
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return true;
      // Half a mark would look as if the folder belonged to somebody else.
      rmSync(mark, { force: true });
      throw error;
    }
  }
  const isFile = lstatSync(mark, { throwIfNoEntry: false })?.isFile() ?? false;
  return isFile && readFileSync(mark, 'utf8').startsWith(firstLine);
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Whether the path is a folder, and no link to one. */
export function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
