import { chmod, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { FileContents } from './journal.js';

/** How long a file may take to be seen here after its end, in ms: a media server elsewhere may have written it. */
const appearsMs = 5_000;
const lookedAtMs = 250;

const nothing: FileContents = { codecs: [], durationMs: 0, bytes: 0, gaps: [], repaired: false, available: false };

/**
 * What is in a file that nobody writes to any more.
 * @param isExpected whether anything was ever written to it; otherwise it is not waited for
 */
export async function readContents(path: string, isExpected: boolean): Promise<FileContents> {
  const bytes = await sizeOf(path, isExpected ? appearsMs : 0);
  if (bytes === undefined) return nothing;
  // A Kurento media server may run as somebody else.
  await chmod(path, 0o600).catch(() => undefined);
  return { ...nothing, bytes, available: true };
}

/** Undefined when it is not there after that time. */
async function sizeOf(path: string, waitMs: number): Promise<number | undefined> {
  for (let waited = 0; ; waited += lookedAtMs) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile()) return found.size;
    if (waited >= waitMs) return undefined;
    await pause(lookedAtMs);
  }
}
