import { execFile } from 'node:child_process';
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
export type Probed = z.infer<typeof probed>;

/** The output of ffprobe for a file, with decoded and counted frames. */
export async function probe(path: string): Promise<Probed> {
  const flags = ['-v', 'error', '-show_streams', '-show_format', '-count_frames', '-of', 'json'];
  const { stdout } = await run('ffprobe', [...flags, path]);
  return probed.parse(JSON.parse(stdout));
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

/** When the picture turns white, in s of the file's clock. Undefined: never. */
export async function flashIn(path: string): Promise<number | undefined> {
  const flags = ['-v', 'error', '-f', 'lavfi', '-i', `movie=${path},signalstats`, '-of', 'csv=p=0'];
  const entries = ['-show_entries', 'frame=pts_time:frame_tags=lavfi.signalstats.YAVG'];
  const { stdout } = await run('ffprobe', [...flags, ...entries]);
  const frames = stdout.split('\n').map((line) => line.split(',').map(Number));
  return frames.find(([, brightness = 0]) => brightness > 128)?.[0];
}

/** When a tone begins, in s of the file's clock. Undefined: never. */
export async function beepIn(path: string): Promise<number | undefined> {
  const rate = 8000;
  const filter = ['-vn', '-af', 'aresample=async=1:first_pts=0', '-ac', '1', '-ar', String(rate), '-f', 's16le', '-'];
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', path, ...filter], {
    encoding: 'buffer',
    maxBuffer: 64 * 1024 * 1024,
  });
  for (let at = 0; at + 2 <= stdout.length; at += 2) if (Math.abs(stdout.readInt16LE(at)) > 5000) return at / 2 / rate;
  return undefined;
}
