import { parseArgs } from 'node:util';
import { ConfigError } from './config-error.js';
import { orNear } from './near-name.js';

/** What was given for each of these flags, each with its dashes. @throws ConfigError for others, and for one without a value */
export function readFlags(args: readonly string[], flags: readonly string[]): ReadonlyMap<string, string> {
  const known = new Set(flags);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries([...known].map((flag) => [flag.slice('--'.length), { type: 'string' as const }])),
    // Strict, it would refuse values that begin with a dash, such as negative numbers. What it lets pass is checked here.
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string>();
  for (const token of tokens) {
    const flag = token.kind === 'option' ? token.rawName : (args[token.index] ?? '');
    if (token.kind !== 'option' || !known.has(flag)) {
      throw new ConfigError(`Unknown flag ${flag}${orNear(flag, [...known])}; --help lists all`);
    }
    if (token.value === undefined) throw new ConfigError(`${flag} needs a value`);
    given.set(flag, token.value);
  }
  return given;
}
