import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import type { z } from 'zod';
import { compeitOptions } from '../dialects/compeit/options.js';
import { conciergeOptions } from '../dialects/concierge/options.js';
import { easyrtcOptions } from '../dialects/easyrtc/options.js';
import { mediaOptions } from './options/media.js';
import { orchestratorOptions } from '../dialects/orchestrator/options.js';
import { pagesOptions } from './options/pages.js';
import { roomsOptions } from './options/rooms.js';
import { serverOptions } from './options/server.js';
import { transportOptions } from './options/transport.js';
import type { Option } from '../options/option.js';

/** Every option of the server, once. Its variable and its flag follow from its name: `kmsUris`, KMS_URIS, --kms-uris. */
export const options = {
  ...serverOptions,
  ...pagesOptions,
  ...mediaOptions,
  ...roomsOptions,
  ...transportOptions,
  ...conciergeOptions,
  ...easyrtcOptions,
  ...orchestratorOptions,
  ...compeitOptions,
} as const satisfies Record<string, Option>;

export type Config = { readonly [K in keyof typeof options]: z.output<(typeof options)[K]['schema']> };
type Name = keyof typeof options;
const names = Object.keys(options) as Name[];

/** The configuration is wrong; the message says which option, where it was given, and what is expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** What the defaults make, with some options set: for tests and for programs that embed the server. */
export function configOf(given: Partial<Record<Name, unknown>> = {}): Config {
  return check(given, () => 'options');
}

/**
 * Reads the configuration: flag > environment > file > default. The file is YAML, named by --config or ATRIUM_CONFIG.
 * @throws ConfigError for unknown keys and flags, and for values that do not fit
 */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): Config {
  const { config: flaggedFile, ...flags } = readFlags(args);
  const path = flaggedFile ?? env.ATRIUM_CONFIG;
  const given: Partial<Record<Name, unknown>> = path === undefined ? {} : readFile(path);
  const source = new Map<Name, string>(names.map((name) => [name, path ?? 'default']));
  for (const name of names) {
    const variable = env[variableOf(name)];
    if (variable !== undefined && variable !== '') {
      given[name] = variable;
      source.set(name, variableOf(name));
    }
    if (flags[name] !== undefined) {
      given[name] = flags[name];
      source.set(name, flagOf(name));
    }
  }
  return check(given, (name) => source.get(name) ?? name);
}

/** The table of options, for --help. */
export function describeOptions(): string {
  const rows = names.map((name) => {
    const { schema, unit, meaning } = options[name];
    const initial = JSON.stringify(schema.parse(undefined));
    return `  ${flagOf(name)} (${variableOf(name)}, ${unit}, default ${initial})\n      ${meaning}`;
  });
  return [
    '  --config FILE (ATRIUM_CONFIG)\n      A YAML file with options under the names of the flags in camelCase.',
    ...rows,
  ].join('\n');
}

export function variableOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function readFlags(args: readonly string[]): Partial<Record<Name | 'config', string>> {
  const known = new Map<string, Name | 'config'>(names.map((name) => [flagOf(name), name]));
  known.set('--config', 'config');
  const given: Partial<Record<Name | 'config', string>> = {};
  for (let index = 0; index < args.length; index += 1) {
    const [flag = '', ...rest] = (args[index] ?? '').split('=');
    const name = known.get(flag);
    if (name === undefined) throw new ConfigError(`Unknown flag ${flag}; --help lists all`);
    const value = rest.length > 0 ? rest.join('=') : args[(index += 1)];
    if (value === undefined) throw new ConfigError(`${flag} needs a value`);
    given[name] = value;
  }
  return given;
}

function readFile(path: string): Partial<Record<Name, unknown>> {
  let content: unknown;
  try {
    content = parseYaml(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    throw new ConfigError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new ConfigError(`${path} must hold options by name`);
  }
  for (const key of Object.keys(content)) {
    if (!Object.hasOwn(options, key)) throw new ConfigError(`${path}: unknown option "${key}"`);
  }
  return content;
}

function check(given: Partial<Record<Name, unknown>>, sourceOf: (name: Name) => string): Config {
  const entries = names.map((name) => {
    const value = options[name].schema.safeParse(given[name]);
    if (value.success) return [name, value.data] as const;
    const reason = value.error.issues.map((issue) => issue.message).join('; ');
    throw new ConfigError(`${sourceOf(name)}: ${name} ${reason}`);
  });
  // Each value was made by the schema of its name.
  return Object.fromEntries(entries) as Config;
}
