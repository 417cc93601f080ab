import { z } from 'zod';
import { ConfigError } from '../../options/config-error.js';
import { nearMisses, readConfig } from '../config.js';
import type { Finding, Looks } from '../doctor/findings.js';
import type { Found } from '../doctor/found.js';
import type { Elsewhere } from '../doctor/reach-check.js';
import { checkSite, checkTime } from '../doctor/site-check.js';
import { UsageError, exitCodes, splitFlags } from './command.js';
import type { Command, ExitCode, Flags, GivenFlags, Surroundings } from './command.js';
import { Remote, remoteFlags, urlIn } from './remote.js';

const flags: Flags = {
  site: { value: 'URL', meaning: 'Where clients come to: what is in front of a server that runs is looked at too.' },
  from: {
    value: 'URL',
    meaning: 'Another Atrium, which sends datagrams to the media ports. Default: this machine sends them.',
  },
  token: { value: 'TOKEN', meaning: 'The admin token of that one. Default: ATRIUM_TOKEN.' },
  'no-call': { meaning: 'Try no call, which takes two seconds of a processor.' },
  json: { meaning: 'Print one JSON object, for programs.' },
};

export const doctor: Command = {
  name: 'doctor',
  summary: 'looks at everything that a configuration needs, and says what to do',
  flags,
  takesOptions: true,
  run: async (args, surroundings) => {
    const { env, out, now } = surroundings;
    const { given, rest } = splitFlags(flags, args);
    const site = urlIn(given, 'site');
    const elsewhere = elsewhereIn(given, surroundings);
    const [throughSite, ofElsewhere] = await Promise.all([
      site === undefined ? [] : checkSite(site, now()),
      elsewhere ? checkTime(elsewhere.url, now()) : [],
    ]);
    const isThere = !ofElsewhere.some(({ isUnreached }) => isUnreached);
    const looks = { elsewhere: isThere ? elsewhere : undefined, hasCall: !given.isGiven('no-call') };
    const named = (what: string, found: readonly Found[]) => found.map((each) => ({ what, ...each }));
    const ofConfig = await all(rest, env, now(), looks);
    const found = [...ofConfig, ...named('site', throughSite), ...named('from', ofElsewhere)];
    const shown = found.map(({ what, status, text }) => ({ what, status, text }));
    const lines = shown.map(({ status, what, text }) => `${status.padEnd(4)}  ${what}: ${text}\n`);
    out(given.isGiven('json') ? `${JSON.stringify({ findings: shown })}\n` : lines.join(''));
    return codeOf(found);
  },
};

function codeOf(found: readonly Finding[]): ExitCode {
  const failed = found.filter(({ status }) => status === 'FAIL');
  if (failed.length === 0) return exitCodes.done;
  return failed.every(({ isUnreached }) => isUnreached) ? exitCodes.notReachable : exitCodes.failed;
}

/** @throws UsageError */
function elsewhereIn(given: GivenFlags, surroundings: Surroundings): Elsewhere | undefined {
  const url = urlIn(given, 'from');
  // The admin token of this configuration is for no other server.
  const token = given.text('token') ?? surroundings.env.ATRIUM_TOKEN ?? '';
  if (url === undefined) return undefined;
  if (token === '') throw new UsageError('--from needs --token or ATRIUM_TOKEN, the admin token of that server');
  const remote = new Remote(remoteFlags, [`--url=${url}`, `--token=${token}`], surroundings);
  const answer = z.object({ answered: z.array(z.number()) });
  const probe: Elsewhere['probe'] = async (body) =>
    (await remote.ask({ method: 'POST', path: 'udp-probes', body }, answer)).answered;
  return { url, probe };
}

async function all(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  now: number,
  looks: Looks,
): Promise<readonly Finding[]> {
  const of = (status: Finding['status'], text: string): Finding => ({ what: 'configuration', status, text });
  const misses = nearMisses(env).map(({ given, meant }) =>
    of('warn', `${given} is no option and has no effect; did you mean ${meant}?`),
  );
  try {
    const config = readConfig(args, env);
    const { findings } = await import('../doctor/findings.js');
    return [...misses, ...(await findings(config, now, looks))];
  } catch (error) {
    if (error instanceof ConfigError) return [...misses, of('FAIL', error.message)];
    throw error;
  }
}
