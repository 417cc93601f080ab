import { z } from 'zod';
import { UsageError } from './command.js';
import type { Command, Flags } from './command.js';
import { Remote, operatorFlags } from './remote.js';
import { nothing, reasonFlag } from './rooms.js';
import { secondsIn } from './token-create.js';

const flags: Flags = {
  within: {
    value: 'TIME',
    meaning: 'How long people may stay at most, as 90s or 10m. Default: DRAIN_S of the server.',
  },
  ...reasonFlag,
  'no-return': { meaning: 'Clients are not told to come back.' },
  back: { meaning: 'The server does not end, after all.' },
  ...operatorFlags,
};
const begun = z.object({ inMs: z.number(), comeBack: z.boolean() });

export const drain: Command = {
  name: 'drain',
  summary: 'lets people finish, then ends the server',
  flags,
  run: async (args, surroundings) => {
    const remote = new Remote(flags, args, surroundings);
    const { given } = remote;
    const within = given.text('within');
    const isWished = within !== undefined || given.isGiven('reason') || given.isGiven('no-return');
    if (given.isGiven('back')) {
      if (isWished) throw new UsageError('--back goes with no other wish');
      await remote.ask({ method: 'DELETE', path: 'drain', isForOperators: true }, nothing);
      return remote.print({}, ['The server does not end']);
    }
    const body = {
      ...(within !== undefined && { seconds: secondsIn('within', within) }),
      ...(given.isGiven('reason') && { reason: given.text('reason') }),
      ...(given.isGiven('no-return') && { comeBack: false }),
    };
    const told = await remote.ask({ method: 'POST', path: 'drain', body, isForOperators: true }, begun);
    return remote.print(told, [
      `The server ends within ${Math.ceil(told.inMs / 1_000)} s, or once nobody is in a room`,
    ]);
  },
};
