import { z } from 'zod';
import { contentOfFile } from '../../options/given-value.js';
import type { Component } from '../../rest/schemas.js';
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

/** How a setting is given: what its flag takes (undefined: nothing), and its value from that. */
interface Given {
  readonly flag: string;
  readonly takes?: 'TEXT' | 'N' | 'FILE';
  readonly meaning: string;
  /** @throws UsageError, ConfigError */
  readonly read: (text: string, flag: string) => unknown;
}

const asText = { takes: 'TEXT', read: (text: string) => text } as const;
const asNumber = { takes: 'N', read: (text: string, flag: string) => numberIn(flag, text) } as const;

/** All settings of a new room. */
const settings: Readonly<Record<Exclude<keyof Component<'NewRoom'>, 'name'>, Given>> = {
  title: { flag: 'title', ...asText, meaning: 'For people, where it differs from the name.' },
  metadata: { flag: 'metadata', ...asText, meaning: 'Text that the server does not read.' },
  maxParticipants: { flag: 'max-participants', ...asNumber, meaning: 'How many may come in. 0: any number.' },
  emptyTimeoutS: { flag: 'empty-timeout-s', ...asNumber, meaning: 'How long it waits for its first participant.' },
  departureTimeoutS: {
    flag: 'departure-timeout-s',
    ...asNumber,
    meaning: 'How long it stays after its last participant.',
  },
  locked: { flag: 'locked', meaning: 'Only moderators come in.', read: () => true },
  waitingRoom: { flag: 'waiting-room', meaning: 'A moderator lets people in one by one.', read: () => true },
  password: {
    flag: 'password-file',
    takes: 'FILE',
    meaning: 'A file with the password that all but moderators are asked for.',
    // The flags of a program can be read by every user of its machine, so a password is in none.
    read: (file, flag) => contentOfFile(file, `--${flag}`).value,
  },
  listed: { flag: 'unlisted', meaning: 'Public lists do not show it.', read: () => false },
  chatHistory: {
    flag: 'chat-history',
    ...asNumber,
    meaning: 'How many of the last texts newcomers are told. 0: none.',
  },
  lastN: {
    flag: 'last-n',
    ...asNumber,
    meaning: 'Of how many of the latest speakers people get the video. 0: of everybody.',
  },
  audioLastN: {
    flag: 'audio-last-n',
    ...asNumber,
    meaning: 'Of how many people, the loudest at each time, everybody gets the audio. 0: of everybody.',
  },
  keepClosedS: {
    flag: 'keep-closed-s',
    ...asNumber,
    meaning: 'How long its name cannot be opened again after the room was ended.',
  },
  autoRecord: { flag: 'auto-record', meaning: 'It is recorded from its first stream on.', read: () => ({}) },
  mutedOnEntry: {
    flag: 'muted-on-entry',
    meaning: 'The microphones of those who come later are cut.',
    read: () => true,
  },
};
const createFlags: Flags = {
  ...room,
  ...Object.fromEntries(
    Object.values(settings).map(({ flag, meaning, takes }) => [flag, { meaning, ...(takes && { value: takes }) }]),
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
    const wanted = Object.entries(settings).filter(([, { flag }]) => given.isGiven(flag));
    const values = wanted.map(([name, { flag, read }]) => [name, read(given.text(flag) ?? '', flag)] as const);
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
function numberIn(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${flag} must be a whole number`);
  return Number(text);
}
