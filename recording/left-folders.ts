import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../log.js';
import type { Archive } from './archive.js';
import { Folder } from './folder.js';
import type { FolderOptions } from './folder.js';
import type { LivingServer } from './living-server.js';
import { deletedPrefix, folderOf, isRecordingId, makerOf } from './names.js';
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

  /** Never rejects. @returns those that were taken over */
  async look(): Promise<readonly Folder[]> {
    const { directory, server, isRunning } = this.#options;
    const taken: Folder[] = [];
    try {
      const names = await readdir(directory);
      for (const id of this.#done) if (!names.includes(id)) this.#done.delete(id);
      for (const name of names) {
        if (isRecordingId(name) && !this.#done.has(name) && !isRunning(name)) taken.push(...(await this.#look(name)));
        else if (name.startsWith(deletedPrefix)) await rm(join(directory, name), { recursive: true, force: true });
        else await this.#dropUnmade(name);
      }
      await server.forgetDead();
    } catch (error) {
      this.#log.warn('recordings that another server may have left cannot be looked for', { directory, error });
    }
    return taken;
  }

  /** @returns it, or nothing when there is nothing to do in it for this server */
  async #look(id: string): Promise<Folder[]> {
    const { directory, server, archive, isRunning, taken } = this.#options;
    const path = folderOf(directory, id);
    try {
      const state = (await archive.find(id))?.state;
      const hasEnded = state === 'ready' || state === 'failed';
      if (hasEnded && !(await isOwned(path))) {
        this.#done.add(id);
        return [];
      }
      if (isRunning(id) || !(await claim(path, server))) return [];
      const folder = await Folder.left(path, this.#options);
      if (!folder) this.#log.warn('a directory has the name of a recording, but no journal', { path });
      if (folder) taken(folder);
      return folder ? [folder] : [];
    } catch (error) {
      // Deleted meanwhile, or of somebody else.
      this.#log.warn('a recording that was left cannot be taken over', { recording: id, error });
      return [];
    }
  }

  async #dropUnmade(name: string): Promise<void> {
    const { directory, server } = this.#options;
    const maker = makerOf(name);
    if (maker === undefined || !(await server.isDead(maker))) return;
    await rm(join(directory, name), { recursive: true, force: true });
  }
}
