import { mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { manifestSchema } from '../../recording/manifest.js';
import { manifestText } from '../../recording/manifest-text.js';
import { isMediaFile, isRecordingId, manifestName } from '../../recording/names.js';
import { writeWholeFile } from '../../recording/whole-file.js';
import { recordingStates } from '../../rooms/index.js';
import { CommandError, UsageError, exitCodes } from './command.js';
import type { Command, Flags } from './command.js';
import { recordingLines } from './recording.js';
import { Remote, remoteFlags } from './remote.js';
import { nothing } from './rooms.js';
import { saveFile } from './save-file.js';

/** Recordings of a server, over REST. recording.ts has the commands for those in a directory of this machine. */

const recording = z.looseObject({
  id: z.string(),
  room: z.looseObject({ name: z.string() }),
  name: z.string(),
  state: z.string(),
  startedAt: z.string(),
  durationMs: z.number(),
  files: z.array(z.looseObject({ bytes: z.number() })),
});
const page = z.object({ recordings: z.array(recording), next: z.string().nullable() });
const mostOfPage = 100;

const operand = { value: 'REC_…', meaning: 'The id of the recording.' };

const listFlags: Flags = {
  room: { value: 'NAME', meaning: 'Those of that room. Default: of all.' },
  state: { value: 'STATE', meaning: `Those in that state: ${recordingStates.join(', ')}. Default: in any.` },
  limit: { value: 'N', meaning: 'How many at most. Default: 100.' },
  ...remoteFlags,
};
const list: Command = {
  name: 'recordings list',
  summary: 'lists the recordings that a server keeps, the newest first',
  flags: listFlags,
  run: async (args, surroundings) => {
    const remote = new Remote(listFlags, args, surroundings);
    const { given } = remote;
    const most = limitIn(given.text('limit') ?? String(mostOfPage));
    const query = { room: given.text('room'), state: given.text('state') };
    const recordings: z.output<typeof recording>[] = [];
    let before: string | undefined;
    do {
      const limit = String(Math.min(mostOfPage, most - recordings.length));
      const asked = { method: 'GET', path: 'recordings', query: { ...query, before, limit } } as const;
      const found = await remote.ask(asked, page);
      recordings.push(...found.recordings);
      before = found.next ?? undefined;
    } while (before !== undefined && recordings.length < most);
    return remote.print({ recordings }, recordingLines(recordings));
  },
};

const startFlags: Flags = {
  room: { value: 'NAME', meaning: 'The room.' },
  participant: { value: 'NAME', meaning: 'Their identity or id: nobody else is recorded. Default: everybody.' },
  stream: { value: 'ID', meaning: 'As webcam or screen: no other stream is recorded. Default: all.' },
  source: { value: 'SOURCE', meaning: 'Streams of camera, screen or other alone. Default: all.', isMany: true },
  kind: { value: 'KIND', meaning: 'audio or video alone. Default: both.', isMany: true },
  name: { value: 'TEXT', meaning: 'For people.' },
  ...remoteFlags,
};
const begin: Command = {
  name: 'recordings start',
  summary: 'begins to record a room, a participant or a stream; everybody in the room is told',
  flags: startFlags,
  run: async (args, surroundings) => {
    const remote = new Remote(startFlags, args, surroundings);
    const { given } = remote;
    const [sources, kinds] = [given.texts('source'), given.texts('kind')];
    const body = {
      target: { participant: given.text('participant'), stream: given.text('stream') },
      ...(sources.length > 0 && { sources }),
      ...(kinds.length > 0 && { kinds }),
      name: given.text('name'),
    };
    const query = { room: remote.needed('room') };
    return printed(remote, await remote.ask({ method: 'POST', path: 'room/recordings', query, body }, recording));
  },
};

const stopFlags: Flags = { ...remoteFlags };
const stop: Command = {
  name: 'recordings stop',
  summary: 'ends a recording, and waits until its files are whole',
  flags: stopFlags,
  operand,
  run: async (args, surroundings) => {
    const remote = new Remote(stopFlags, args, surroundings, { hasOperand: true });
    const asked = { method: 'POST', path: `recordings/${idIn(remote)}/stop` } as const;
    return printed(remote, await remote.ask(asked, recording));
  },
};

const downloadFlags: Flags = {
  out: {
    value: 'DIRECTORY',
    short: 'o',
    meaning: 'Where the directory REC_… is made, or gone on with. Default: this directory.',
  },
  ...remoteFlags,
};
const download: Command = {
  name: 'recordings download',
  summary: 'fetches the files and the manifest of a recording, as `recording mix` needs them',
  flags: downloadFlags,
  operand,
  run: async (args, surroundings) => {
    const remote = new Remote(downloadFlags, args, surroundings, { hasOperand: true });
    const id = idIn(remote);
    const manifest = await remote.ask({ method: 'GET', path: `recordings/${id}/manifest` }, manifestSchema);
    const { state, files } = manifest;
    if (state !== 'ready' && state !== 'failed') {
      throw new CommandError(`The recording has not ended: it is ${state}`, exitCodes.failed);
    }
    const folder = join(resolve(remote.given.text('out') ?? '.'), id);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const { file, bytes, sha256, available } of files) {
      if (!available) surroundings.tell(`${file} is not where the server can read it\n`);
      // The name comes from the server.
      if (!available || !isMediaFile(file)) continue;
      const path = join(folder, file);
      if (statSync(path, { throwIfNoEntry: false })?.size === bytes) continue;
      surroundings.tell(`${file} (${(bytes / 1_000_000).toFixed(1)} MB)\n`);
      await saveFile(path, remote.bytesOf(`recordings/${id}/files/${file}`), sha256);
    }
    await writeWholeFile(join(folder, manifestName), manifestText(manifest));
    return remote.print({ folder }, [folder]);
  },
};

const deleteFlags: Flags = { ...remoteFlags };
const remove: Command = {
  name: 'recordings delete',
  summary: 'deletes a recording that has ended, in the object store too',
  flags: deleteFlags,
  operand,
  run: async (args, surroundings) => {
    const remote = new Remote(deleteFlags, args, surroundings, { hasOperand: true });
    await remote.ask({ method: 'DELETE', path: `recordings/${idIn(remote)}` }, nothing);
    return remote.print({}, []);
  },
};

export const recordingsCommands: readonly Command[] = [list, begin, stop, download, remove];

function printed(remote: Remote, shown: z.output<typeof recording>) {
  return remote.print(shown, recordingLines([shown]));
}

/** @throws UsageError */
function idIn({ given: { operand: id } }: Remote): string {
  if (id === undefined) throw new UsageError('REC_… is needed: the id of a recording, as `recordings list` shows it');
  if (!isRecordingId(id)) throw new UsageError(`${id} is no id of a recording`);
  return id;
}

/** @throws UsageError */
function limitIn(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError('--limit must be a whole number from 1 on');
  return Number(text);
}
