import { ConfigError } from '../../options/config-error.js';
import { nearMisses, readConfig } from '../config.js';
import type { Finding } from '../doctor/findings.js';
import { checkSite } from '../doctor/site-check.js';
import { UsageError, exitCodes } from './command.js';
import type { Command } from './command.js';

export const doctor: Command = {
  name: 'doctor',
  summary: 'looks at everything that a configuration needs, and says what to do',
  run: async (args, { env, out, now }) => {
    const { site, rest } = siteIn(args.filter((arg) => arg !== '--json'));
    const throughSite =
      site === undefined ? [] : (await checkSite(site, now())).map((each) => ({ what: 'site', ...each }));
    const found = [...(await all(rest, env, now())), ...throughSite];
    const lines = found.map(({ status, what, text }) => `${status.padEnd(4)}  ${what}: ${text}\n`);
    out(args.includes('--json') ? `${JSON.stringify({ findings: found })}\n` : lines.join(''));
    return found.some(({ status }) => status === 'FAIL') ? exitCodes.failed : exitCodes.done;
  },
};

/** The one flag that is no option of the server. @throws UsageError */
function siteIn(args: readonly string[]): { readonly site: string | undefined; readonly rest: readonly string[] } {
  const at = args.findIndex((arg) => /^--site(=|$)/.test(arg));
  if (at < 0) return { site: undefined, rest: args };
  const [, inOne] = /^--site=(.*)$/.exec(args[at] ?? '') ?? [];
  const site = inOne ?? args[at + 1] ?? '';
  if (!/^https?:\/\//.test(site) || !URL.canParse(site))
    throw new UsageError('--site must be an http:// or https:// URL');
  return { site, rest: args.filter((_, index) => index !== at && (inOne !== undefined || index !== at + 1)) };
}

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
