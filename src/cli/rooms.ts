import { z } from 'zod';
import { UsageError } from './command.js';
import type { Command, Flags } from './command.js';
import { Remote, remoteFlags } from './remote.js';

const room: Flags = { room: { value: 'NAME', meaning: 'The room.' } };
export const reasonFlag: Flags = { reason: { value: 'TEXT', meaning: 'Why, for those who are told.' } };

/** An answer without a body. */
export const nothing = z.undefined();

const summaries = z.array(
  z.object({ name: z.string(), title: z.string().nullable(), participants: z.number(), publications: z.number() }),
);
const picture = z.looseObject({
  name: z.string(),
  createdAt: z.string(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.looseObject({})])),
  participants: z.array(z.looseObject({ identity: z.string(), displayName: z.string(), dialect: z.string() })),
});

const list: Command = {
  name: 'rooms list',
  summary: 'lists the rooms of a server',
  flags: remoteFlags,
  run: async (args, surroundings) => {
    const remote = new Remote(remoteFlags, args, surroundings);
    const rooms = await remote.ask({ method: 'GET', path: 'rooms' }, summaries);
    return remote.print(
      { rooms },
      aligned(
        rooms.map(({ name, participants, publications }) => [name, `${participants} in it`, `${publications} publish`]),
      ),
    );
  },
};

const showFlags: Flags = { ...room, ...remoteFlags };
const show: Command = {
  name: 'rooms show',
  summary: 'shows a room, its settings and those in it',
  flags: showFlags,
  run: async (args, surroundings) => {
    const remote = new Remote(showFlags, args, surroundings);
    return printed(
      remote,
      await remote.ask({ method: 'GET', path: 'room', query: { room: remote.needed('room') } }, picture),
    );
  },
};

/** By flag: the setting, and how its value is read. */
const settings: Readonly<
  Record<string, readonly [name: string, read: 'text' | 'number' | 'yes' | 'all', meaning: string]>
> = {
  title: ['title', 'text', 'For people, where it differs from the name.'],
  metadata: ['metadata', 'text', 'Text that the server does not read.'],
  'max-participants': ['maxParticipants', 'number', 'How many may come in. 0: any number.'],
  'empty-timeout-s': ['emptyTimeoutS', 'number', 'How long it waits for its first participant.'],
  'departure-timeout-s': ['departureTimeoutS', 'number', 'How long it stays after its last participant.'],
  locked: ['locked', 'yes', 'Only moderators come in.'],
  'waiting-room': ['waitingRoom', 'yes', 'A moderator lets people in one by one.'],
  'chat-history': ['chatHistory', 'number', 'How many of the last texts newcomers are told. 0: none.'],
  'auto-record': ['autoRecord', 'all', 'It is recorded from its first stream on.'],
  'muted-on-entry': ['mutedOnEntry', 'yes', 'The microphones of those who come later are cut.'],
};
const createFlags: Flags = {
  ...room,
  ...Object.fromEntries(
    Object.entries(settings).map(([flag, [, read, meaning]]) => [
      flag,
      { meaning, ...(read !== 'yes' && read !== 'all' && { value: read === 'text' ? 'TEXT' : 'N' }) },
    ]),
  ),
  ...remoteFlags,
};
const create: Command = {
  name: 'rooms create',
  summary: 'makes a room in advance; one that is there is shown as it is',
  flags: createFlags,
  run: async (args, surroundings) => {
    const remote = new Remote(createFlags, args, surroundings);
    const { given } = remote;
    const wanted = Object.entries(settings).filter(([flag]) => given.isGiven(flag));
    const values = wanted.map(([flag, [name, read]]): [string, unknown] => {
      const text = given.text(flag) ?? '';
      return [name, valueOf(read, flag, text)];
    });
    const body = { name: remote.needed('room'), ...(Object.fromEntries(values) as object) };
    return printed(remote, await remote.ask({ method: 'POST', path: 'rooms', body }, picture));
  },
};

const closeFlags: Flags = { ...room, ...reasonFlag, ...remoteFlags };
const close: Command = {
  name: 'rooms close',
  summary: 'ends a room for all',
  flags: closeFlags,
  run: async (args, surroundings) => {
    const remote = new Remote(closeFlags, args, surroundings);
    const query = { room: remote.needed('room'), reason: remote.given.text('reason') };
    await remote.ask({ method: 'DELETE', path: 'room', query }, nothing);
    return remote.print({}, []);
  },
};

export const roomCommands: readonly Command[] = [list, show, create, close];

/** Lines of columns. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function printed(remote: Remote, shown: z.output<typeof picture>) {
  const facts = Object.entries(shown.settings).map(([name, value]) => [
    name,
    typeof value === 'object' && value ? JSON.stringify(value) : String(value ?? ''),
  ]);
  const people = shown.participants.map(({ identity, displayName, dialect }) => [
    'participant',
    identity,
    displayName,
    dialect,
  ]);
  return remote.print(shown, aligned([['name', shown.name], ['opened', shown.createdAt], ...facts, ...people]));
}

/** @throws UsageError */
function valueOf(read: 'text' | 'number' | 'yes' | 'all', flag: string, text: string): unknown {
  switch (read) {
    case 'text':
      return text;
    case 'number':
      return numberIn(flag, text);
    case 'yes':
      return true;
    case 'all':
      return {};
  }
}

/** @throws UsageError */
function numberIn(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${flag} must be a whole number`);
  return Number(text);
}
