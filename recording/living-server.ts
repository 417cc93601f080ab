import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../log.js';
import { isRunning, processMark, thisProcess } from '../process-mark.js';

/** A server says so often that it lives, in ms. */
const beatMs = 10_000;
/** One that was silent for so long, in ms, and of which nothing else is known, is dead. */
const silentMs = 60_000;

/** Those of this process. */
const here = new Set<string>();

/**
 * This server among those that share a directory of recordings. Each has a file in `.servers/`, so that the others can tell whether it
 * lives: on the same machine by its process, at once; elsewhere by the age of the file, as the file system tells it.
 */
export class LivingServer {
  readonly id = randomUUID();
  readonly #folder: string;
  readonly #log: Log;
  #beat: NodeJS.Timeout | undefined;

  private constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  /** @throws what the system says */
  static async begin(directory: string, log: Log): Promise<LivingServer> {
    const folder = join(directory, '.servers');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const server = new LivingServer(folder, log);
    await server.#tell();
    here.add(server.id);
    server.#beat = setInterval(() => void server.#tellLater(), beatMs);
    server.#beat.unref();
    return server;
  }

  /** @param id of a server that has recordings in the directory */
  async isDead(id: string): Promise<boolean> {
    if (id === this.id) return false;
    try {
      const text = await readFile(this.#path(id), 'utf8');
      const { data: mark } = processMark.safeParse(JSON.parse(text));
      const own = thisProcess();
      if (mark && own?.place === mark.place && own.pid === mark.pid)
        return own.started !== mark.started || !here.has(id);
      const isLiving = mark && isRunning(mark);
      return isLiving === undefined ? await this.#isSilent(id) : !isLiving;
    } catch (error) {
      // One whose file is just being written has no text for a moment.
      return error instanceof SyntaxError ? this.#isSilent(id) : isMissing(error);
    }
  }

  /** Forgets the servers that are dead. Their recordings stay theirs until another one takes them over. */
  async forgetDead(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const id = name.replace(/\.json$/, '');
      if (await this.isDead(id)) await rm(this.#path(id), { force: true });
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    here.delete(this.id);
    await rm(this.#path(this.id), { force: true }).catch(() => undefined);
  }

  /** Both times are of the clock of the file system. */
  async #isSilent(id: string): Promise<boolean> {
    await this.#tell();
    const [own, other] = await Promise.all([stat(this.#path(this.id)), stat(this.#path(id))]);
    return own.mtimeMs - other.mtimeMs > silentMs;
  }

  async #tellLater(): Promise<void> {
    try {
      await this.#tell();
    } catch (error) {
      this.#log.warn('other servers may think that this one is dead', { folder: this.#folder, error });
    }
  }

  async #tell(): Promise<void> {
    await writeFile(this.#path(this.id), JSON.stringify(thisProcess() ?? {}), { mode: 0o600 });
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
