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

/** The times of all packets of one kind, in s. */
export async function timesOf(path: string, kind: 'a' | 'v'): Promise<number[]> {
  const flags = ['-v', 'error', '-select_streams', kind, '-show_entries', 'packet=pts_time', '-of', 'csv=p=0'];
  const { stdout } = await run('ffprobe', [...flags, path]);
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [Number.parseFloat(line)]));
}

/**
 * The warnings of ffmpeg when it decodes the whole file. It uses the time base of the file: the frame rate of browsers varies, and
 * ffmpeg would round to a guessed rate and then warn of two frames at the same time.
 */
export async function complaints(path: string): Promise<string> {
  const { stderr } = await run('ffmpeg', ['-v', 'error', '-i', path, '-enc_time_base', '-1', '-f', 'null', '-']);
  return stderr;
}
