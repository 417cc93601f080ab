import { readConfig } from '../config.js';
import { checkHealth, checkHealthAt } from '../health-check.js';
import { exitCodes, splitFlags } from './command.js';
import type { Command, Flags } from './command.js';
import { checkedUrl, urlIn } from './remote.js';

const flags: Flags = {
  url: {
    value: 'URL',
    meaning:
      'The server, with its path prefix. Default: ATRIUM_URL, else the server of the same configuration on this machine.',
  },
  json: { meaning: 'Print one JSON object, for programs.' },
};

export const health: Command = {
  name: 'health',
  summary: 'asks a server whether it is well',
  flags,
  takesOptions: true,
  run: async (args, { env, out }) => {
    const { given, rest } = splitFlags(flags, args);
    const url = urlIn(given, 'url') ?? (env.ATRIUM_URL === undefined ? undefined : checkedUrl(env.ATRIUM_URL));
    const config = readConfig(rest, env);
    const { isHealthy, isReachable, line } = await (url === undefined
      ? checkHealth(config)
      : checkHealthAt([url], { isVerified: true }));
    out(given.isGiven('json') ? `${JSON.stringify({ isHealthy, isReachable, line })}\n` : `${line}\n`);
    if (isHealthy) return exitCodes.done;
    return isReachable ? exitCodes.failed : exitCodes.notReachable;
  },
};
