import { appendFile, rename, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { Log } from '../log.js';

/** A notice that was given up: a line of the file. */
export const deadLetterSchema = z.object({
  url: z.string(),
  id: z.string(),
  event: z.string(),
  room: z.string(),
  at: z.number(),
  body: z.string(),
});

export type DeadLetter = z.output<typeof deadLetterSchema>;

/** How large the file becomes before another one begins, in bytes. */
const defaultMaxBytes = 50_000_000;
/** What may wait for a slow disk, in bytes. */
const mostWaiting = 10_000_000;

/** Keeps notices that were given up in a file, one JSON text a line. Nobody waits for it, but for `written`. */
export class DeadLetters {
  readonly #path: string;
  readonly #log: Log;
  readonly #maxBytes: number;
  #waiting = '';
  #writing: Promise<void> | undefined;

  constructor(path: string, log: Log, maxBytes = defaultMaxBytes) {
    this.#path = path;
    this.#log = log;
    this.#maxBytes = maxBytes;
  }

  add(letter: DeadLetter): void {
    if (this.#waiting.length > mostWaiting) {
      this.#log.error('webhooks that were given up are lost: the disk is too slow', { file: this.#path });
      return;
    }
    this.#waiting += lineOf(letter);
    this.#writing ??= this.#write();
  }

  /** Resolves when everything is in the file, or cannot be. */
  async written(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting !== '') {
      const text = this.#waiting;
      this.#waiting = '';
      try {
        await this.#rotate(Buffer.byteLength(text));
        await appendFile(this.#path, text, { mode: 0o600 });
      } catch (error) {
        this.#log.error('webhooks that were given up cannot be kept', { file: this.#path, error });
      }
    }
    this.#writing = undefined;
  }

  async #rotate(more: number): Promise<void> {
    const size = await stat(this.#path).then(
      ({ size: found }) => found,
      () => 0,
    );
    if (size > 0 && size + more > this.#maxBytes) await rename(this.#path, `${this.#path}.1`);
  }
}

function lineOf(letter: DeadLetter): string {
  return `${JSON.stringify(letter)}\n`;
}
