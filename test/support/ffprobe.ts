import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);

const probed = z.object({
  format: z.object({ format_name: z.string(), duration: z.coerce.number().optional() }),
  streams: z.array(
    z.object({
      codec_type: z.string(),
      codec_name: z.string(),
      width: z.number().optional(),
      height: z.number().optional(),
      nb_read_frames: z.coerce.number().optional(),
    }),
  ),
});
export type Probed = z.infer<typeof probed> & {
  /** The warnings of the decoders. */
  readonly complaints: string;
};

/** The output of ffprobe for a file, with decoded and counted frames. */
export async function probe(path: string): Promise<Probed> {
  const flags = ['-v', 'error', '-show_streams', '-show_format', '-count_frames', '-of', 'json'];
  const { stdout, stderr } = await run('ffprobe', [...flags, path]);
  return { ...probed.parse(JSON.parse(stdout)), complaints: stderr };
}

/** The times of all packets, in the order of the file, in s. @param kind Default: both */
export async function timesOf(path: string, kind?: 'a' | 'v'): Promise<number[]> {
  const flags = ['-v', 'error', ...(kind ? ['-select_streams', kind] : [])];
  const { stdout } = await run('ffprobe', [...flags, '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', path]);
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [Number.parseFloat(line)]));
}

/** What ffmpeg says when it decodes whole files, all of them in one run. */
export interface Decoded {
  /** Its warnings. */
  readonly complaints: string;
  /** How many pictures, or pieces of sound, each stream has: those of the first file, then those of the next. */
  readonly frames: readonly number[];
}

/**
 * It uses the time base of the file: the frame rate of browsers varies, and ffmpeg would round to a guessed rate and then warn of two frames
 * at the same time.
 */
export async function decoded(...paths: readonly string[]): Promise<Decoded> {
  const inputs = paths.flatMap((path) => ['-i', path]);
  const all = paths.flatMap((_, at) => ['-map', String(at)]);
  const flags = ['-v', 'error', ...inputs, ...all, '-enc_time_base', '-1', '-f', 'framecrc', '-'];
  const { stdout, stderr } = await run('ffmpeg', flags, { maxBuffer: 64 * 1024 * 1024 });
  const frames: number[] = [];
  for (const line of stdout.split('\n')) {
    const declared = /^#media_type (\d+)/.exec(line);
    if (declared) frames[Number(declared[1])] = 0;
    else if (/^\d/.test(line)) frames[Number.parseInt(line, 10)] = (frames[Number.parseInt(line, 10)] ?? 0) + 1;
  }
  return { complaints: stderr, frames };
}

/** The warnings of ffmpeg when it decodes the whole file. */
export async function complaints(path: string): Promise<string> {
  return (await decoded(path)).complaints;
}

export interface FlashesAndBeeps {
  /** The warnings of ffmpeg. */
  readonly complaints: string;
  /** When the picture of each file turns white, in s of its clock. Undefined: never. */
  readonly flashes: readonly (number | undefined)[];
  /** When a tone begins in each. */
  readonly beeps: readonly (number | undefined)[];
}

/** Decodes whole files with picture and sound, all of them in one run. */
export async function flashesAndBeeps(...paths: readonly string[]): Promise<FlashesAndBeeps> {
  const folder = await mkdtemp(join(tmpdir(), 'flashes-'));
  try {
    const [seen, heard] = ['seen', 'heard'].map((kind) => paths.map((_, at) => join(folder, `${kind}-${at}`)));
    const outputs = paths.flatMap((_, at) => [
      ...['-map', `${at}:v`, '-vf', `signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=${seen?.[at]}`],
      ...['-enc_time_base', '-1', '-f', 'null', '-'],
      ...['-map', `${at}:a`, '-af', 'aresample=async=1:first_pts=0', '-ac', '1', '-ar', String(soundRate)],
      ...['-f', 's16le', heard?.[at] ?? ''],
    ]);
    const inputs = paths.flatMap((path) => ['-i', path]);
    const { stderr } = await run('ffmpeg', ['-v', 'error', '-copyts', ...inputs, ...outputs]);
    return {
      complaints: stderr,
      flashes: await Promise.all((seen ?? []).map(async (path) => flashIn(await readFile(path, 'utf8')))),
      beeps: await Promise.all((heard ?? []).map(async (path) => beepIn(await readFile(path)))),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const soundRate = 8000;

/** @param stats of all pictures: a line with the time, and one with the brightness */
function flashIn(stats: string): number | undefined {
  for (const [, time, brightness] of stats.matchAll(/pts_time:(\S+)\n\S+=(\S+)/g)) {
    if (Number(brightness) > 128) return Number(time);
  }
  return undefined;
}

function beepIn(samples: Buffer): number | undefined {
  for (let at = 0; at + 2 <= samples.length; at += 2) {
    if (Math.abs(samples.readInt16LE(at)) > 5000) return at / 2 / soundRate;
  }
  return undefined;
}
