import { closeSync, constants, fdatasync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { recordingEnds } from '../rooms/index.js';
import { recordedFileSchema } from './manifest.js';
import { journalName } from './names.js';

const atMs = z.number().int().nonnegative();
const file = z.string();
const facts = recordedFileSchema.shape;

/** What is read from a file when nobody writes to it any more. */
const contents = recordedFileSchema.pick({
  codecs: true,
  durationMs: true,
  bytes: true,
  sha256: true,
  width: true,
  height: true,
  gaps: true,
  repaired: true,
  available: true,
});
export type FileContents = z.infer<typeof contents>;

/** One line of `journal.ndjson`. Times are on the recording's clock; a line is never changed. */
const journalLine = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('begun'),
    version: z.literal(1),
    id: z.string(),
    name: z.string(),
    room: z.object({ name: z.string(), sid: z.string() }),
    target: z.object({ participant: z.string().optional(), stream: z.string().optional() }),
    startedAt: z.iso.datetime(),
    startedBy: z.string().optional(),
  }),
  z.object({
    type: z.literal('file'),
    atMs,
    file,
    uri: z.string(),
    participant: facts.participant,
    stream: facts.stream,
    source: facts.source,
    kinds: facts.kinds,
  }),
  /** `atMs`: that of its first frame. */
  z.object({ type: z.literal('fileStarted'), atMs, file }),
  z.object({ type: z.literal('fileEnded'), atMs, file, failure: z.string().optional() }),
  z.object({ type: z.literal('muted'), atMs, file, kind: z.enum(['audio', 'video']), isMuted: z.boolean() }),
  z.object({ type: z.literal('happened'), atMs, event: z.enum(['joined', 'left', 'speaker']), id: z.string() }),
  z.object({ type: z.literal('state'), atMs, state: z.enum(['recording', 'paused', 'stopping']) }),
  /** May come after `ended` for a file that takes long to read. */
  z.object({ type: z.literal('read'), file, contents }),
  z.object({
    type: z.literal('ended'),
    atMs,
    at: z.iso.datetime(),
    state: z.enum(['ready', 'failed']),
    reason: z.enum(recordingEnds),
  }),
  z.object({ type: z.literal('stored'), file, bucket: z.string(), key: z.string(), etag: z.string() }),
  /** Everything is in the object store, the manifest too. */
  z.object({ type: z.literal('allStored') }),
]);
export type JournalLine = z.infer<typeof journalLine>;

/**
 * Ends before the first line that is not whole: the process died while it wrote. @returns the lines, and how many bytes they have
 * @throws what the system says
 */
export async function readJournal(
  folder: string,
): Promise<{ readonly lines: readonly JournalLine[]; readonly length: number }> {
  const lines: JournalLine[] = [];
  let length = 0;
  const texts = (await readFile(join(folder, journalName), 'utf8')).split('\n');
  // What follows the last line break is no line.
  for (const text of texts.slice(0, -1)) {
    const { data } = journalLine.safeParse(parsed(text));
    if (!data) break;
    lines.push(data);
    length += Buffer.byteLength(text) + 1;
  }
  return { lines, length };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const flush = promisify(fdatasync);

/**
 * Writes the journal of a recording. A line is the system's when `write` returns, so it outlives the process; the disk has it soon after,
 * and for certain when `close` resolves. What a full disk does not take is written later.
 */
export class JournalWriter {
  readonly #file: number;
  readonly #failed: (error: unknown) => void;
  #length: number;
  #waiting: Buffer = Buffer.alloc(0);
  #isDirty = false;
  #flushing: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  /**
   * @param length of the lines that are there; what follows is cut off
   * @param failed hears of it when lines cannot be written. @throws what the system says
   */
  constructor(folder: string, length: number, failed: (error: unknown) => void) {
    this.#failed = failed;
    this.#length = length;
    const { O_WRONLY, O_CREAT, O_NOFOLLOW } = constants;
    this.#file = openSync(join(folder, journalName), O_WRONLY | O_CREAT | O_NOFOLLOW, 0o600);
    ftruncateSync(this.#file, length);
  }

  write(line: JournalLine): void {
    if (this.#closed) return;
    this.#waiting = Buffer.concat([this.#waiting, Buffer.from(`${JSON.stringify(line)}\n`)]);
    this.#writeWaiting();
  }

  /** May be called twice. */
  close(): Promise<void> {
    if (!this.#closed) {
      this.#writeWaiting();
      this.#closed = (this.#flushing ?? Promise.resolve()).then(() => {
        closeSync(this.#file);
      });
    }
    return this.#closed;
  }

  /** A line that is written in part would hide those after it, so it is written again as a whole. */
  #writeWaiting(): void {
    const bytes = this.#waiting;
    try {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(this.#file, bytes, done, bytes.length - done, this.#length + done);
      }
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (bytes.length === 0) return;
    this.#length += bytes.length;
    this.#waiting = Buffer.alloc(0);
    this.#isDirty = true;
    this.#flushing ??= this.#flush();
  }

  /** Lines that come meanwhile are flushed together. */
  async #flush(): Promise<void> {
    while (this.#isDirty) {
      this.#isDirty = false;
      await flush(this.#file).catch(this.#failed);
    }
    this.#flushing = undefined;
  }
}
