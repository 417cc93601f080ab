import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, open, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { idBytes, ids } from '../ebml.js';
import type { FileContents } from './journal.js';
import { mend } from './webm/mend.js';
import type { Outline } from './webm/outline.js';
import { readWebm } from './webm/read-webm.js';

/** How long a file may take to be seen here after its end, in ms: a media server elsewhere may have written it. */
const appearsMs = 5_000;
const lookedAtMs = 250;
/** How long a file must have been left alone before it is mended, in ms: a media server may outlive the server for a moment. */
const quietMs = 3_000;

const nothing: FileContents = { codecs: [], durationMs: 0, bytes: 0, gaps: [], repaired: false, available: false };

const webmBegin = idBytes(ids.ebml);

interface Reading {
  readonly bytes: number;
  readonly sha256: string;
  /** Whether it begins as WebM does, as far as it goes. */
  readonly isBegun: boolean;
  /** Undefined for a file of another kind. */
  readonly outline: Outline | undefined;
}

/**
 * What is in a file that nobody writes to any more. One whose writer has died is given its end; one with nothing to play is removed.
 * @param isExpected whether anything was ever written to it; otherwise it is not waited for
 * @throws what the system says
 */
export async function readContents(path: string, isExpected: boolean): Promise<FileContents> {
  if (!(await appears(path, isExpected ? appearsMs : 0))) return nothing;
  // A Kurento media server may run as somebody else.
  await chmod(path, 0o600).catch(() => undefined);
  const found = await inFile(path, constants.O_RDONLY, read);
  // What no media server has begun is left as it is.
  if (found.outline?.isWhole || !found.isBegun) return contentsOf(found, false);
  await quiet(path);
  const mended = await inFile(path, constants.O_RDWR, async (file) => {
    // It may have got its end meanwhile.
    const now = await read(file);
    const { outline } = now;
    if (!outline?.mendable) return undefined;
    if (outline.isWhole) return contentsOf(now, false);
    await mend(file, outline.mendable);
    return contentsOf(await read(file), true);
  });
  if (mended) return mended;
  await rm(path);
  return nothing;
}

async function inFile<T>(path: string, flags: number, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags | constants.O_NOFOLLOW);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function read(file: FileHandle): Promise<Reading> {
  const hash = createHash('sha256');
  let first: Buffer | undefined;
  const { size } = await file.stat();
  const outline = await readWebm(file, size, (bytes) => {
    first ??= bytes.subarray(0, webmBegin.length);
    hash.update(bytes);
  });
  const isBegun = first === undefined || first.equals(webmBegin.subarray(0, first.length));
  return { bytes: size, sha256: hash.digest('hex'), isBegun, outline };
}

function contentsOf({ bytes, sha256, outline }: Reading, repaired: boolean): FileContents {
  const { tracks = [], durationMs = 0, gaps = [] } = outline ?? {};
  const picture = tracks.find(({ kind }) => kind === 'video');
  return {
    codecs: tracks.map(({ codec }) => codec),
    ...{ durationMs, bytes, sha256 },
    ...(picture?.width !== undefined && { width: picture.width }),
    ...(picture?.height !== undefined && { height: picture.height }),
    gaps: gaps.map(([from, to]) => [from, to]),
    ...{ repaired, available: true },
  };
}

async function appears(path: string, waitMs: number): Promise<boolean> {
  for (let waited = 0; ; waited += lookedAtMs) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile()) return true;
    if (waited >= waitMs) return false;
    await pause(lookedAtMs);
  }
}

/** Resolves when nobody has written to it for a while. */
async function quiet(path: string): Promise<void> {
  let last = await stat(path);
  if (Date.now() - last.mtimeMs > quietMs) return;
  for (let waited = 0; waited < quietMs; waited += lookedAtMs) {
    await pause(lookedAtMs);
    const now = await stat(path);
    if (now.mtimeMs !== last.mtimeMs || now.size !== last.size) waited = 0;
    last = now;
  }
}
