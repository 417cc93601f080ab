import { existsSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { checkFolder } from '../../options/check-folder.js';
import { ConfigError } from '../../options/config-error.js';
import { FolderArchive, readManifest } from '../../recording/folder-archive.js';
import type { Manifest } from '../../recording/manifest.js';
import { NoFfmpeg, mix as mixed, mixFormats } from '../../recording/mix/mix.js';
import { layouts } from '../../recording/mix/places.js';
import type { Layout } from '../../recording/mix/places.js';
import { folderOf, isRecordingId, manifestName } from '../../recording/names.js';
import { readConfig } from '../config.js';
import { openRecordings } from '../recordings.js';
import { CommandError, GivenFlags, UsageError, exitCodes } from './command.js';
import type { Command, Flags, Surroundings } from './command.js';
import { aligned } from './rooms.js';
import { configArgs } from './token-create.js';

/** Recordings in a directory of this machine; a server need not run. */

const where: Flags = {
  dir: { value: 'DIRECTORY', meaning: 'Where recordings are. Default: RECORDINGS_DIR.' },
  config: { value: 'FILE', meaning: 'The configuration of the server, which has recordingsDir.' },
};
const json: Flags = { json: { meaning: 'Print one JSON object, for programs.' } };
const sizes = { width: 1_280, height: 720 };

const listFlags: Flags = { ...where, ...json };
const list: Command = {
  name: 'recording list',
  summary: 'lists the recordings in a directory of this machine',
  flags: listFlags,
  run: async (args, { env, out }) => {
    const given = new GivenFlags(listFlags, args);
    const archive = new FolderArchive({
      directory: directoryOf(given, env),
      ...{ running: () => undefined, objects: undefined, letGo: () => Promise.resolve() },
    });
    const recordings = await archive.all();
    out(given.isGiven('json') ? `${JSON.stringify({ recordings })}\n` : lines(recordings));
    return exitCodes.done;
  },
};

const repairFlags: Flags = { ...where, ...json };
const repair: Command = {
  name: 'recording repair',
  summary: 'gives recordings their end whose server has died, as its next start does',
  flags: repairFlags,
  operand: { value: '[DIRECTORY]', meaning: 'Where recordings are. Default: --dir, else RECORDINGS_DIR.' },
  run: async (args, { env, out }) => {
    const given = new GivenFlags(repairFlags, args, { hasOperand: true });
    const recordingsDir = given.operand === undefined ? directoryOf(given, env) : checked(resolve(given.operand));
    const config = {
      ...readConfig(configArgs(given), env),
      recordingsDir,
      recordingsMaxAgeDays: 0,
      recordingsMaxGb: 0,
    };
    const { createLog } = await import('../log.js');
    const log = createLog('warn', config.logFormat);
    const kept = await openRecordings(config, log, () => undefined);
    const repaired: Manifest[] = [];
    if (kept) {
      const before = new Map((await kept.archive.all()).map(({ id, state }) => [id, state]));
      await kept.recovered;
      const after = await kept.archive.all();
      repaired.push(...after.filter(({ id, state }) => before.get(id) !== state));
      await kept.close();
    }
    out(given.isGiven('json') ? `${JSON.stringify({ recordings: repaired })}\n` : lines(repaired));
    return exitCodes.done;
  },
};

const mixFlags: Flags = {
  layout: { value: 'LAYOUT', meaning: `${layouts.join(' or ')}. Default: grid.` },
  out: {
    value: 'FILE',
    short: 'o',
    meaning: `The result: ${mixFormats.join(' or ')}. Default: REC_….mp4 in this directory.`,
  },
  size: { value: 'WxH', meaning: `In pixels. Default: ${sizes.width}x${sizes.height}.` },
  ...where,
  ...json,
};
const mix: Command = {
  name: 'recording mix',
  summary: 'makes one file of a recording with ffmpeg',
  flags: mixFlags,
  operand: { value: 'REC_…', meaning: 'The id of a recording, or its directory.' },
  run: async (args, { env, out, tell }) => {
    const given = new GivenFlags(mixFlags, args, { hasOperand: true });
    const folder = folderIn(given, env);
    const layout = layoutIn(given.text('layout') ?? 'grid');
    const size = sizeIn(given.text('size'));
    const target = resolve(given.text('out') ?? `${basename(folder)}.mp4`);
    if (!mixFormats.includes(extname(target))) throw new UsageError(`--out must end in ${mixFormats.join(' or ')}`);
    if (existsSync(target)) throw new CommandError(`${target} is there already`, exitCodes.failed);
    const manifest = await readManifest(join(folder, manifestName));
    if (!manifest) throw new CommandError(`There is no recording in ${folder}`, exitCodes.failed);
    requireFiles(manifest, folder);
    const onScene = (number: number, of: number): void => {
      tell(`scene ${number} of ${of}\n`);
    };
    try {
      await mixed({ folder, manifest, layout, size, out: target, onScene });
    } catch (error) {
      const isMissing = error instanceof NoFfmpeg;
      const help = isMissing ? ': install it, as with apt-get install ffmpeg' : '';
      throw new CommandError(`${(error as Error).message}${help}`, exitCodes.failed);
    }
    out(given.isGiven('json') ? `${JSON.stringify({ file: target })}\n` : `${target}\n`);
    return exitCodes.done;
  },
};

/** What a line shows. */
type Listed = Pick<Manifest, 'id' | 'name' | 'startedAt' | 'durationMs'> & {
  readonly state: string;
  readonly room: { readonly name: string };
  readonly files: readonly { readonly bytes: number }[];
};

export const recordingCommands: readonly Command[] = [list, repair, mix];

/** @throws ConfigError */
function directoryOf(given: GivenFlags, env: Surroundings['env']): string {
  const named = given.text('dir') ?? readConfig(configArgs(given), env).recordingsDir;
  if (named === '') throw new ConfigError('Where are the recordings? Give --dir, RECORDINGS_DIR or --config');
  return checked(resolve(named));
}

/** @throws ConfigError */
function checked(directory: string): string {
  checkFolder('--dir', directory, 'read');
  return directory;
}

/** @throws UsageError, ConfigError */
function folderIn(given: GivenFlags, env: Surroundings['env']): string {
  const { operand } = given;
  if (operand === undefined) throw new UsageError('REC_… is needed: the id of a recording, or its directory');
  if (operand.includes('/') || statSync(join(operand, manifestName), { throwIfNoEntry: false }))
    return resolve(operand);
  if (!isRecordingId(operand)) throw new UsageError(`${operand} is no id of a recording, and no directory of one`);
  return folderOf(directoryOf(given, env), operand);
}

/** @throws UsageError */
function layoutIn(text: string): Layout {
  const layout = layouts.find((each) => each === text);
  if (!layout) throw new UsageError(`--layout must be ${layouts.join(' or ')}`);
  return layout;
}

/** @throws UsageError */
function sizeIn(text: string | undefined): { readonly width: number; readonly height: number } {
  if (text === undefined) return sizes;
  const [, width = 0, height = 0] = (/^(\d{2,4})x(\d{2,4})$/.exec(text) ?? []).map(Number);
  if (width % 2 !== 0 || height % 2 !== 0 || width < 64 || height < 64) {
    throw new UsageError('--size must be two even numbers from 64 on, as 1280x720');
  }
  return { width, height };
}

/** @throws CommandError */
function requireFiles({ state, files }: Manifest, folder: string): void {
  if (state !== 'ready' && state !== 'failed') throw new CommandError('The recording has not ended', exitCodes.failed);
  const missing = files.filter(({ file, durationMs }) => durationMs > 0 && !existsSync(join(folder, file)));
  if (missing.length === 0) return;
  const isStored = missing.every(({ stored }) => stored);
  const why = isStored ? 'they are in the object store; download them to there first' : 'it cannot be mixed';
  throw new CommandError(`${folder} lacks ${missing.map(({ file }) => file).join(', ')}: ${why}`, exitCodes.failed);
}

/** One line for each. */
export function recordingLines(recordings: readonly Listed[]): string[] {
  const rows = recordings.map(({ id, room, name, state, startedAt, durationMs, files }) => {
    const mb = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000_000;
    return [
      id,
      state,
      startedAt,
      `${Math.round(durationMs / 1_000)} s`,
      `${files.length} files`,
      `${mb.toFixed(1)} MB`,
      room.name,
      name,
    ];
  });
  return aligned(rows);
}

function lines(recordings: readonly Manifest[]): string {
  return recordingLines(recordings)
    .map((line) => `${line}\n`)
    .join('');
}
