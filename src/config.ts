import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { ConfigError } from '../options/config-error.js';
import type { Input, Output } from '../options/option.js';
import type { dialectEntries } from './dialects.js';
import { defaultOf, optionList } from './option-list.js';
import type { ListedOption, OptionNames, ownOptions } from './option-list.js';

type Groups = (typeof dialectEntries)[number]['options'];

/** The values that the server uses. */
export type Config = Output<typeof ownOptions> & { readonly [G in Groups as G['name']]: Output<G> };
/** The values as they may be given: in a YAML file, or by a program that embeds the server. */
export type GivenConfig = Input<typeof ownOptions> & { readonly [G in Groups as G['name']]?: Input<G> | undefined };

export { ConfigError };

/** A value for an option, and where it comes from. */
interface GivenValue {
  readonly value: unknown;
  readonly source: string;
}
type GivenValues = Map<ListedOption, GivenValue>;

/** Hears of each option that was given under its former name: the name that was given, and the present one. */
type OnFormerName = (given: string, present: string) => void;

/**
 * The defaults with some options set: for tests and for programs that embed the server.
 *
 * @throws ConfigError for unknown names and for values that do not fit
 */
export function configOf(given: GivenConfig = {}): Config {
  return check(valuesIn(given, 'options'));
}

/**
 * Reads the configuration: flag > environment > file > default. The file is YAML, named by --config or ATRIUM_CONFIG.
 *
 * @throws ConfigError for unknown keys and flags, and for values that do not fit
 */
export function readConfig(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  onFormerName: OnFormerName = () => undefined,
): Config {
  const flags = readFlags(args);
  const path = flags.get(fileFlag) ?? env[fileVariable];
  const given =
    path === undefined
      ? new Map<ListedOption, GivenValue>()
      : valuesIn(readFile(path, flags.has(fileFlag) ? fileFlag : fileVariable), path, onFormerName);
  for (const listed of optionList) {
    const names = namesOf(listed);
    const variable = names.map((each) => each.variable).find((each) => (env[each] ?? '') !== '');
    if (variable !== undefined) given.set(listed, { value: env[variable], source: variable });
    if (variable !== undefined && variable !== listed.variable) onFormerName(variable, listed.variable);
    const flag = names.map((each) => each.flag).find((each) => flags.has(each));
    if (flag !== undefined) given.set(listed, { value: flags.get(flag), source: flag });
    if (flag !== undefined && flag !== listed.flag) onFormerName(flag, listed.flag);
  }
  return check(given);
}

/** The table of options, for --help. */
export function describeOptions(): string {
  const rows = optionList.map(({ option, flag, variable }) => {
    const { unit, meaning } = option;
    return `  ${flag} (${variable}, ${unit}, default ${defaultOf(option) || 'none'})\n      ${meaning}`;
  });
  return [
    `  ${fileFlag} FILE (${fileVariable})\n      A YAML file with options under the names of the flags in camelCase.`,
    ...rows,
  ].join('\n');
}

const fileFlag = '--config';
const fileVariable = 'ATRIUM_CONFIG';

/** Its names, the present ones first. */
function namesOf(listed: ListedOption): OptionNames[] {
  return listed.formerly ? [listed, listed.formerly] : [listed];
}

/** What was given for each flag. */
function readFlags(args: readonly string[]): ReadonlyMap<string, string> {
  const known = new Set([fileFlag, ...optionList.flatMap(namesOf).map(({ flag }) => flag)]);
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
    if (token.kind !== 'option' || !known.has(flag)) throw new ConfigError(`Unknown flag ${flag}; --help lists all`);
    if (token.value === undefined) throw new ConfigError(`${flag} needs a value`);
    given.set(flag, token.value);
  }
  return given;
}

/** @throws Error that says where it is wrong. The messages of the parser repeat words and lines of the file, which may hold secrets */
function readYaml(text: string): unknown {
  const document = parseDocument(text, { logLevel: 'error' });
  const [error] = document.errors;
  const [start] = error?.linePos ?? [];
  if (error) throw new Error(start ? `no YAML at line ${start.line}, column ${start.col}` : 'no YAML');
  const content = contentOf(document);
  if (!content) throw new Error('no YAML: an alias stands for nothing');
  return content.value;
}

function contentOf(document: Document): { readonly value: unknown } | undefined {
  try {
    return { value: document.toJS() as unknown };
  } catch {
    return undefined;
  }
}

/** @param source where the path was given */
function readFile(path: string, source: string): object {
  let content: unknown;
  try {
    content = readYaml(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    const why = (error as Error).message;
    throw new ConfigError(`${source}: ${path} cannot be read (${why}); name a YAML file of options`, { cause: error });
  }
  if (!isObject(content)) throw new ConfigError(`${source}: ${path} must hold options by name`);
  return content;
}

/** @param given options by name: `easyrtcMaxRooms: 1`, or `easyrtc: { maxRooms: 1 }` */
function valuesIn(given: object, source: string, onFormerName: OnFormerName = () => undefined): GivenValues {
  const values: GivenValues = new Map();
  const set = (listed: ListedOption | undefined, key: string, value: unknown): void => {
    if (!listed) throw new ConfigError(`${source}: unknown option "${key}"`);
    if (values.has(listed)) throw new ConfigError(`${source}: "${key}" is given twice`);
    if (value !== undefined) values.set(listed, { value, source });
  };
  for (const [key, value] of Object.entries(given) as [string, unknown][]) {
    const members = optionList.filter(({ group }) => group === key);
    if (members.length > 0 && isObject(value)) {
      for (const [inner, each] of Object.entries(value)) {
        const listed = members.find((member) => member.key === inner);
        set(listed, `${key}.${inner}`, each);
      }
    } else {
      const listed = optionList.find((each) => namesOf(each).some(({ name }) => name === key));
      set(listed, key, value);
      if (listed && key !== listed.name) onFormerName(key, listed.name);
    }
  }
  return values;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function check(given: GivenValues): Config {
  const config: Record<string, unknown> = {};
  const groups: Record<string, Record<string, unknown>> = {};
  for (const listed of optionList) {
    const { option, group, key, name } = listed;
    const { value, source } = given.get(listed) ?? { value: option.initial, source: 'default' };
    const result = option.schema.safeParse(value);
    if (!result.success) {
      const reason = result.error.issues.map(({ message }) => message).join('; ');
      throw new ConfigError(`${source}: ${name} ${reason}`);
    }
    const owner = group === undefined ? config : (groups[group] ??= {});
    owner[key] = result.data;
  }
  // Each value was made by the schema of its option.
  return { ...config, ...groups } as Config;
}
