import { appendFile, open, rename, stat, unlink } from 'node:fs/promises';
import { deadLetterSchema } from './dead-letters.js';
import type { DeadLetter } from './dead-letters.js';

/** What became of the notices in a file. */
export interface Resent {
  readonly sent: number;
  /** Still in the file. */
  readonly kept: number;
  /** Of these, lines that are no notices. */
  readonly unreadable: number;
}

/**
 * Sends the notices of a file of dead letters again, in order. What is not taken is in the file afterwards, and so is what the server adds
 * meanwhile. After a notice that is not taken, those about the same room wait, since a receiver gets them in order.
 * @param post one try
 * @throws Error when there is no such file, or it cannot be read or written
 */
export async function resend(path: string, post: (letter: DeadLetter) => Promise<void>): Promise<Resent> {
  const work = `${path}.sending`;
  // Of a run that was interrupted. The receiver knows those that it has already by their ids.
  const isResumed = await isThere(work);
  const former = isResumed ? await sendAll(work, path, post) : nothing;
  if (isResumed && !(await isThere(path))) return former;
  await rename(path, work);
  const last = await sendAll(work, path, post);
  return { ...last, sent: former.sent + last.sent };
}

const nothing: Resent = { sent: 0, kept: 0, unreadable: 0 };

async function sendAll(work: string, path: string, post: (letter: DeadLetter) => Promise<void>): Promise<Resent> {
  let [sent, kept, unreadable] = [0, 0, 0];
  const failed = new Set<string>();
  const file = await open(work);
  try {
    for await (const line of file.readLines()) {
      const letter = letterIn(line);
      const place = letter ? JSON.stringify([letter.url, letter.room]) : '';
      if (!letter) unreadable += 1;
      else if (!failed.has(place) && (await isTaken(letter, post))) {
        sent += 1;
        continue;
      } else failed.add(place);
      kept += 1;
      await appendFile(path, `${line}\n`, { mode: 0o600 });
    }
  } finally {
    await file.close();
  }
  await unlink(work);
  return { sent, kept, unreadable };
}

async function isTaken(letter: DeadLetter, post: (letter: DeadLetter) => Promise<void>): Promise<boolean> {
  return post(letter).then(
    () => true,
    () => false,
  );
}

function letterIn(line: string): DeadLetter | undefined {
  try {
    return deadLetterSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
