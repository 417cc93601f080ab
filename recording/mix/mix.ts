import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { Manifest } from '../manifest.js';
import { isMediaFile } from '../names.js';
import type { Layout, Size } from './places.js';
import { fps, scenesOf } from './scenes.js';
import type { Scene } from './scenes.js';

const sampleRate = 48_000;
/**
 * A file is read from so long before a scene on, in s. A picture that came before and still holds must be in it, and engines ask for one
 * that needs none before it every ten seconds.
 */
const pictureLeadS = 12;
/** A decoder of sound needs a moment until it is right, in s. */
const soundLeadS = 1;

/** By the end of the name of the result: how it is encoded. Scenes are joined without encoding their pictures again. */
const formats: Readonly<Record<string, { readonly pictures: readonly string[]; readonly sound: readonly string[] }>> = {
  '.mp4': {
    pictures: ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-bf', '0', '-pix_fmt', 'yuv420p'],
    sound: ['-c:a', 'aac', '-b:a', '128k', '-movflags', '+faststart'],
  },
  '.webm': {
    pictures: ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '4', '-b:v', '2M', '-pix_fmt', 'yuv420p'],
    sound: ['-c:a', 'libopus', '-b:a', '96k'],
  },
};
/** Ends of names of results. */
export const mixFormats = Object.keys(formats);

export interface MixOptions {
  /** The directory of the recording. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly layout: Layout;
  readonly size: Size;
  /** The result. It must not be there. Temporary files are beside it. */
  readonly out: string;
  /** Hears of each scene before it is made. */
  readonly onScene: (number: number, of: number) => void;
}

/** ffmpeg is not installed, or not in the path. */
export class NoFfmpeg extends Error {
  override readonly name = 'NoFfmpeg';
}

/**
 * Makes one file of a recording, with ffmpeg: a scene for each time in which the same people are there, and then all of them in a row.
 * @throws NoFfmpeg, and Error with what ffmpeg says
 */
export async function mix({ folder, manifest, layout, size, out, onScene }: MixOptions): Promise<void> {
  const format = formats[extname(out)];
  if (!format) throw new Error(`The name of the result must end in ${mixFormats.join(' or ')}`);
  const scenes = scenesOf(manifest, layout, size);
  if (scenes.length === 0) throw new Error('The recording has nothing in it');
  const temporary = await mkdtemp(join(dirname(out), '.atrium-mix-'));
  try {
    const list: string[] = ['ffconcat version 1.0'];
    for (const [at, scene] of scenes.entries()) {
      onScene(at + 1, scenes.length);
      const name = `${at}.mkv`;
      await ffmpeg([
        ...sceneArguments(scene, folder, size),
        ...format.pictures,
        '-c:a',
        'pcm_s16le',
        join(temporary, name),
      ]);
      list.push(`file ${name}`, `duration ${seconds(scene.toMs - scene.fromMs)}`);
    }
    await writeFile(join(temporary, 'scenes'), list.join('\n'));
    const whole = join(temporary, `whole${extname(out)}`);
    await ffmpeg(['-f', 'concat', '-i', join(temporary, 'scenes'), '-c:v', 'copy', ...format.sound, whole]);
    await rename(whole, out);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Inputs, filters and length of one scene. */
function sceneArguments({ fromMs, toMs, tiles, sounds }: Scene, folder: string, { width, height }: Size): string[] {
  const lengthS = (toMs - fromMs) / 1_000;
  const inputs: string[] = [
    ...['-f', 'lavfi', '-i', `color=black:s=${width}x${height}:r=${fps}:d=${lengthS}`],
    ...['-f', 'lavfi', '-i', `anullsrc=r=${sampleRate}:cl=stereo:d=${lengthS}`],
  ];
  const filters: string[] = [];
  let count = 2;
  /** @returns its number, and where the scene begins after the first that is read of it; below 0 when it begins later. In s */
  const input = (file: string, atMs: number, leadS: number): { readonly number: number; readonly afterS: number } => {
    if (!isMediaFile(file)) throw new Error('The manifest names a file that is none of a recording');
    const fromS = Math.max(0, atMs / 1_000 - leadS);
    inputs.push(...(fromS > 0 ? ['-ss', String(fromS)] : []), '-i', join(folder, file));
    count += 1;
    return { number: count - 1, afterS: atMs / 1_000 - fromS };
  };
  let picture = '0:v';
  for (const [at, { file, atMs, place }] of tiles.entries()) {
    const { number, afterS } = input(file, atMs, pictureLeadS);
    const fit = `scale=${place.width}:${place.height}:force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1`;
    // A picture of the result shows the last one that came before it. Half a picture earlier, that is the nearest one.
    filters.push(`[${number}:v:0]setpts=PTS-(${afterS + 0.5 / fps})/TB,${fit}[tile${at}]`);
    const middle = `x=${place.x}+(${place.width}-w)/2:y=${place.y}+(${place.height}-h)/2`;
    filters.push(`[${picture}][tile${at}]overlay=${middle}[seen${at}]`);
    picture = `seen${at}`;
  }
  const heard = ['[1:a]'];
  for (const [at, { file, atMs }] of sounds.entries()) {
    const { number, afterS } = input(file, atMs, soundLeadS);
    // Times of the file that have no sound become silence.
    const even = `aresample=${sampleRate}:async=1:min_hard_comp=0.02:first_pts=0,aformat=channel_layouts=stereo`;
    const place =
      afterS < 0 ? `adelay=${Math.round(-afterS * 1_000)}:all=1` : `atrim=start=${afterS},asetpts=PTS-STARTPTS`;
    filters.push(`[${number}:a:0]${even},${place}[sound${at}]`);
    heard.push(`[sound${at}]`);
  }
  filters.push(`${heard.join('')}amix=inputs=${heard.length}:duration=first:normalize=0[heard]`);
  return [
    ...inputs,
    ...['-filter_complex', filters.join(';'), '-map', picture === '0:v' ? picture : `[${picture}]`, '-map', '[heard]'],
    // A limit of pictures would end the sound too, wherever it is.
    ...['-r', String(fps), '-t', String(lengthS)],
  ];
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

async function ffmpeg(args: readonly string[]): Promise<void> {
  const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-2_000);
  });
  const [code] = (await once(child, 'close').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new NoFfmpeg('ffmpeg is needed, and is not installed', { cause: error });
  })) as [number | null];
  if (code !== 0) throw new Error(`ffmpeg could not do it: ${reasonIn(said)}`);
}

/** The last line that says something. */
function reasonIn(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '' && !line.startsWith('Last message repeated ')) ?? '';
}
