import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import type { Log } from '../log.js';
import { roomsRecordSchema } from '../rooms/index.js';
import type { RoomsRecord } from '../rooms/index.js';
import { writeSecretFile } from './secret-file.js';

/** Of the format. A reader takes this one. */
const version = 1;
/** What is older is of no use: clients have given up, and media servers forget what nobody holds. In ms. */
const oldestMs = 60_000;

const state = z.object({ version: z.literal(version), savedAt: z.number(), rooms: roomsRecordSchema });

/** The file by which one process of the server leaves its rooms to the next one. It holds secrets, so nobody else may read it. */
export class StateFile {
  readonly #path: string;
  readonly #log: Log;
  readonly #now: () => number;

  constructor(path: string, log: Log, now: () => number) {
    this.#path = path;
    this.#log = log;
    this.#now = now;
  }

  /** The file is whole or not there. @throws what the system says */
  save(rooms: RoomsRecord): void {
    writeSecretFile(
      this.#path,
      JSON.stringify({ version, savedAt: this.#now(), rooms } satisfies z.input<typeof state>),
    );
  }

  /** Removes the file, so that it is used once. Undefined when there is none, or none of use, which is a line of the log. Never rejects. */
  async take(): Promise<RoomsRecord | undefined> {
    try {
      const text = await readFile(this.#path, 'utf8');
      await rm(this.#path);
      return this.#roomsIn(text);
    } catch (error) {
      if (isMissing(error)) return undefined;
      const message = 'the rooms of the former process have ended: the state file is of no use';
      this.#log.warn(message, { file: this.#path, error });
      return undefined;
    }
  }

  /** @throws Error */
  #roomsIn(text: string): RoomsRecord {
    const { data } = state.safeParse(parsed(text));
    if (!data) throw new Error('It is of another version of the server');
    const age = this.#now() - data.savedAt;
    if (age > oldestMs) throw new Error(`It is ${Math.round(age / 1000)} s old`);
    return data.rooms;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
