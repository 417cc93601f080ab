import { readConfig } from '../config.js';
import { checkHealth } from '../health-check.js';
import { exitCodes } from './command.js';
import type { Command } from './command.js';

export const health: Command = {
  name: 'health',
  summary: 'asks the server of the same configuration whether it is well',
  run: async (args, { env, out }) => {
    const { isHealthy, isReachable, line } = await checkHealth(readConfig(args, env));
    out(`${line}\n`);
    if (isHealthy) return exitCodes.done;
    return isReachable ? exitCodes.failed : exitCodes.notReachable;
  },
};
