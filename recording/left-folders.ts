import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../log.js';
import type { Archive } from './archive.js';
import { Folder } from './folder.js';
import type { FolderOptions } from './folder.js';
import type { LivingServer } from './living-server.js';
import { deletedPrefix, folderOf, isRecordingId, newPrefix } from './names.js';
import { claim, isOwned } from './owner.js';

export interface LeftFoldersOptions extends FolderOptions {
  readonly server: LivingServer;
  readonly archive: Archive;
  /** Of this server. */
  readonly isRunning: (id: string) => boolean;
  /** Goes on with one that was taken over. */
  readonly taken: (folder: Folder) => void;
}

/** Finds recordings that servers have left which do not live any more, and takes them over. */
export class LeftFolders {
  readonly #options: LeftFoldersOptions;
  readonly #log: Log;
  /** Those with which nobody has anything to do any more. */
  readonly #done = new Set<string>();

  constructor(options: LeftFoldersOptions) {
    this.#options = options;
    this.#log = options.log;
  }

  /** Never rejects. */
  async look(): Promise<void> {
    const { directory, server, isRunning } = this.#options;
    try {
      const names = await readdir(directory);
      for (const id of this.#done) if (!names.includes(id)) this.#done.delete(id);
      for (const name of names) {
        if (isRecordingId(name) && !this.#done.has(name) && !isRunning(name)) await this.#look(name);
        else if (name.startsWith(deletedPrefix)) await rm(join(directory, name), { recursive: true, force: true });
        else if (name.startsWith(newPrefix)) await this.#dropUnmade(join(directory, name));
      }
      await server.forgetDead();
    } catch (error) {
      this.#log.warn('recordings that another server may have left cannot be looked for', { directory, error });
    }
  }

  async #look(id: string): Promise<void> {
    const { directory, server, archive, isRunning, taken } = this.#options;
    const path = folderOf(directory, id);
    try {
      const state = (await archive.find(id))?.state;
      const hasEnded = state === 'ready' || state === 'failed';
      if (hasEnded && !(await isOwned(path))) {
        this.#done.add(id);
        return;
      }
      if (isRunning(id) || !(await claim(path, server))) return;
      const folder = await Folder.left(path, this.#options);
      if (folder) taken(folder);
      else this.#log.warn('a directory has the name of a recording, but no journal', { path });
    } catch (error) {
      // Deleted meanwhile, or of somebody else.
      this.#log.warn('a recording that was left cannot be taken over', { recording: id, error });
    }
  }

  async #dropUnmade(path: string): Promise<void> {
    if (await claim(path, this.#options.server).catch(() => false)) await rm(path, { recursive: true, force: true });
  }
}
