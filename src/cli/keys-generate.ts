import { randomBytes } from 'node:crypto';
import { GivenFlags, UsageError, exitCodes } from './command.js';
import type { Command, Flags } from './command.js';

const flags: Flags = { name: { value: 'NAME', meaning: 'What the key is called. Default: a new name.' } };

export const keysGenerate: Command = {
  name: 'keys generate',
  summary: 'makes a key that signs tokens, for KEYS',
  flags,
  run: (args, { out }) => {
    const name = new GivenFlags(flags, args).text('name') ?? `API${randomBytes(6).toString('hex')}`;
    if (!/^[^:,\s]+$/.test(name)) throw new UsageError('--name must have no blank, comma or colon');
    out(`${name}: ${randomBytes(32).toString('base64url')}\n`);
    return exitCodes.done;
  },
};
