import { closeSync, openSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { version } from '../../options/help.js';
import { CommandError, exitCodes } from './command.js';
import type { Command, Flags } from './command.js';
import { Remote, operatorFlags } from './remote.js';

const flags: Flags = {
  room: { value: 'NAME', meaning: 'That room, and no other. Default: all rooms.', isMany: true },
  out: {
    value: 'FILE',
    short: 'o',
    meaning: 'Where it is written. Default: atrium-debug-TIME.json in this directory.',
  },
  ...operatorFlags,
};

const ofServer = z.looseObject({ rooms: z.array(z.string()) });
const ofRoom = z.looseObject({});

export const debugCollect: Command = {
  name: 'debug collect',
  summary: 'writes what helps to find out what is wrong with a server into a file, without secrets',
  flags,
  run: async (args, surroundings) => {
    const remote = new Remote(flags, args, surroundings);
    const { given } = remote;
    const at = new Date(surroundings.now()).toISOString();
    const file = resolve(given.text('out') ?? `atrium-debug-${at.replaceAll(':', '-')}.json`);
    const server = await remote.ask({ method: 'GET', path: 'debug', isForOperators: true }, ofServer);
    const named = given.texts('room');
    const rooms: unknown[] = [];
    const missing: { readonly room: string; readonly why: string }[] = [];
    // One after the other: this is for a server that has troubles enough.
    for (const room of named.length > 0 ? named : server.rooms) {
      try {
        const asked = { method: 'GET', path: 'debug/room', query: { room }, isForOperators: true } as const;
        rooms.push(await remote.ask(asked, ofRoom));
      } catch (error) {
        // It may have closed meanwhile.
        if (!(error instanceof CommandError) || error.exitCode === exitCodes.notReachable) throw error;
        missing.push({ room, why: error.message });
        surroundings.tell(`${error.message}\n`);
      }
    }
    const collected = { collected: { at, by: `atrium ${version()}` }, server, rooms, missing };
    write(file, `${JSON.stringify(collected, undefined, 1)}\n`);
    return remote.print({ file, rooms: rooms.length }, [file]);
  },
};

/** @throws CommandError; nothing that is there is replaced */
function write(file: string, text: string): void {
  try {
    const descriptor = openSync(file, 'wx', 0o600);
    try {
      writeFileSync(descriptor, text);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new CommandError(`${file} cannot be written: ${(error as Error).message}`, exitCodes.failed);
  }
}
