import { ConfigError } from '../../options/config-error.js';
import { nearMisses, readConfig } from '../config.js';
import type { Finding } from '../doctor/findings.js';
import { exitCodes } from './command.js';
import type { Command } from './command.js';

export const doctor: Command = {
  name: 'doctor',
  summary: 'looks at everything that a configuration needs, and says what to do',
  run: async (args, { env, out, now }) => {
    const found = await all(
      args.filter((arg) => arg !== '--json'),
      env,
      now(),
    );
    const lines = found.map(({ status, what, text }) => `${status.padEnd(4)}  ${what}: ${text}\n`);
    out(args.includes('--json') ? `${JSON.stringify({ findings: found })}\n` : lines.join(''));
    return found.some(({ status }) => status === 'FAIL') ? exitCodes.failed : exitCodes.done;
  },
};

async function all(args: readonly string[], env: NodeJS.ProcessEnv, now: number): Promise<readonly Finding[]> {
  const of = (status: Finding['status'], text: string): Finding => ({ what: 'configuration', status, text });
  const misses = nearMisses(env).map(({ given, meant }) =>
    of('warn', `${given} is no option and has no effect; did you mean ${meant}?`),
  );
  try {
    const config = readConfig(args, env);
    const { findings } = await import('../doctor/findings.js');
    return [...misses, ...(await findings(config, now))];
  } catch (error) {
    if (error instanceof ConfigError) return [...misses, of('FAIL', error.message)];
    throw error;
  }
}
