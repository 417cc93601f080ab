import { open } from 'node:fs/promises';
import { readWebm } from '../../recording/webm/read-webm.js';
import type { Outline } from '../../recording/webm/outline.js';

/** What our own reader finds in a file that may still be written to. Undefined: nothing yet. */
export async function writtenSoFar(path: string): Promise<Outline | undefined> {
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    return await readWebm(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}
