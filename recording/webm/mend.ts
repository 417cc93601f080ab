import type { FileHandle } from 'node:fs/promises';
import { element, float, idBytes, ids, longSize, padded, unsigned } from '../../ebml.js';
import type { CuePlace, Mendable } from './outline.js';

/** The least room for a void element beside others. */
const leastVoid = 9;

/**
 * Gives a file whose writer has died its end: it is cut behind its last whole cluster, and gets index and length. May be done again when it
 * was interrupted. @throws what the system says
 */
export async function mend(file: FileHandle, found: Mendable): Promise<void> {
  await file.truncate(found.end);
  const cues = cuesOf(found);
  const hasCues = cues.length > 0 && (await append(file, cues, found.end));
  if (found.seekHead) await writeSeekHead(file, found, found.seekHead, hasCues);
  if (found.duration) await writeDuration(file, found.duration, found.ticks);
  const end = found.end + (hasCues ? cues.length : 0);
  if (found.segmentSize !== undefined) await writeAll(file, longSize(end - found.segment), found.segmentSize);
  await file.sync();
}

function cuesOf({ cues, segment }: Mendable): Buffer {
  return cues.length === 0 ? Buffer.alloc(0) : element(ids.cues, ...cues.map((place) => cuePoint(place, segment)));
}

function cuePoint({ time, track, cluster }: CuePlace, segment: number): Buffer {
  const positions = [unsigned(ids.cueTrack, track), unsigned(ids.cueClusterPosition, cluster - segment)];
  return element(ids.cuePoint, unsigned(ids.cueTime, time), element(ids.cueTrackPositions, ...positions));
}

/** @returns false when the disk is full: the file can be played without it */
async function append(file: FileHandle, bytes: Buffer, end: number): Promise<boolean> {
  try {
    await writeAll(file, bytes, end);
    return true;
  } catch {
    await file.truncate(end);
    return false;
  }
}

/** A former one may name what was cut off, and is overwritten in any case. */
async function writeSeekHead(
  file: FileHandle,
  { info, tracks, end, segment }: Mendable,
  { at, room }: { readonly at: number; readonly room: number },
  hasCues: boolean,
): Promise<void> {
  const places: readonly (readonly [id: number, at: number | undefined])[] = [
    [ids.info, info],
    [ids.tracks, tracks],
    [ids.cues, hasCues ? end : undefined],
  ];
  const seeks = places.flatMap(([id, place]) => (place === undefined ? [] : [seek(id, place - segment)]));
  const seekHead = element(ids.seekHead, ...seeks);
  const left = room - seekHead.length;
  if (left === 0 || left >= leastVoid) await writeAll(file, padded(seekHead, room), at);
  else if (room >= leastVoid) await writeAll(file, padded(Buffer.alloc(0), room), at);
}

async function writeDuration(
  file: FileHandle,
  { at, bytes }: NonNullable<Mendable['duration']>,
  ticks: number,
): Promise<void> {
  if (bytes === 'element') return writeAll(file, float(ids.duration, ticks), at);
  const value = Buffer.alloc(bytes);
  if (bytes === 4) value.writeFloatBE(ticks);
  else value.writeDoubleBE(ticks);
  return writeAll(file, value, at);
}

/** @param position from the beginning of the content of the segment on */
function seek(id: number, position: number): Buffer {
  return element(ids.seek, element(ids.seekId, idBytes(id)), unsigned(ids.seekPosition, position));
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
