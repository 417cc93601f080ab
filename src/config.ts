import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as yaml from 'yaml';
import type { Document } from 'yaml';
import { ConfigError } from '../options/config-error.js';
import { readFlags } from '../options/flags.js';
import { contentOfFile, givenTwice, usedValue } from '../options/given-value.js';
import type { GivenValue } from '../options/given-value.js';
import type { ListedOption, OptionNames } from '../options/listed-option.js';
import { nearMissesOf, orNear } from '../options/near-name.js';
import type { NearMiss } from '../options/near-name.js';
import type { Input, Output } from '../options/option.js';
import { checkAccess } from './access-checks.js';
import { checkCluster } from './cluster-checks.js';
import type { dialectEntries } from './dialects.js';
import { optionList } from './option-list.js';
import type { ownOptions } from './option-list.js';
import { checkTurn } from './turn-checks.js';
import { checkWebhooks } from './webhook-checks.js';

type Groups = (typeof dialectEntries)[number]['options'];

/** The values that the server uses. */
export type Config = Output<typeof ownOptions> & { readonly [G in Groups as G['name']]: Output<G> };
/** The values as they may be given: in a YAML file, or by a program that embeds the server. */
export type GivenConfig = Input<typeof ownOptions> & { readonly [G in Groups as G['name']]?: Input<G> | undefined };

export { ConfigError };

type GivenValues = Map<ListedOption, GivenValue>;

/** Hears of each option that was given under its former name: the name that was given, and the present one. */
type OnFormerName = (given: string, present: string) => void;

/**
 * The defaults with some options set: for tests and for programs that embed the server.
 *
 * @throws ConfigError for unknown names and for values that do not fit
 */
export function configOf(given: GivenConfig = {}): Config {
  return check(valuesIn(given, 'options'), { isDev: false });
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
  return readWithFiles(args, env, onFormerName).config;
}

/**
 * As `readConfig`, with the files that the configuration was read from, or names: those whose change matters to a running server.
 * @throws ConfigError
 */
export function readWithFiles(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  onFormerName: OnFormerName = () => undefined,
): { readonly config: Config; readonly files: readonly string[]; readonly isDev: boolean } {
  const isDev = args.includes(devFlag);
  const flags = readFlags(
    args.filter((arg) => arg !== devFlag),
    [fileFlag, ...everyName.map(({ flag }) => flag)],
  );
  const path = flags.get(fileFlag) ?? env[fileVariable];
  const given =
    path === undefined
      ? new Map<ListedOption, GivenValue>()
      : valuesIn(readFile(path, flags.has(fileFlag) ? fileFlag : fileVariable), path, onFormerName);
  for (const listed of optionList) {
    const names = namesOf(listed);
    const variable = names.map((each) => each.variable).find((each) => (env[each] ?? '') !== '');
    const { inFile } = listed;
    const fileIn = inFile && (env[inFile.variable] ?? '') !== '' ? inFile.variable : undefined;
    if (variable !== undefined && fileIn !== undefined) throw givenTwice(variable, fileIn);
    if (variable !== undefined) given.set(listed, { value: env[variable], source: variable });
    if (fileIn !== undefined) given.set(listed, contentOfFile(env[fileIn], fileIn));
    if (variable !== undefined && variable !== listed.variable) onFormerName(variable, listed.variable);
    const flag = names.map((each) => each.flag).find((each) => flags.has(each));
    const fileFlagOf = inFile && flags.has(inFile.flag) ? inFile.flag : undefined;
    if (flag !== undefined && fileFlagOf !== undefined) throw givenTwice(flag, fileFlagOf);
    if (flag !== undefined) given.set(listed, { value: flags.get(flag), source: flag });
    if (fileFlagOf !== undefined) given.set(listed, contentOfFile(flags.get(fileFlagOf), fileFlagOf));
    if (flag !== undefined && flag !== listed.flag) onFormerName(flag, listed.flag);
  }
  if (isDev) addDevelopment(given);
  const config = check(given, { isDev });
  const secretFiles = [...given.values()].flatMap(({ file }) => file ?? []);
  const named = [path ?? '', config.tlsCert, config.tlsKey, config.jwksFile?.path ?? ''].filter((file) => file !== '');
  return { config, files: [...named, ...secretFiles], isDev };
}

const fileFlag = '--config';
/** A server for its developer alone, with a key that everybody knows. It takes no value. */
const devFlag = '--dev';
const development = { keys: 'devkey: secret', host: '127.0.0.1', logLevel: 'debug' } as const satisfies GivenConfig;
const fileVariable = 'ATRIUM_CONFIG';

/** What nobody has given. */
function addDevelopment(given: GivenValues): void {
  for (const [listed, value] of valuesIn(development, devFlag)) if (!given.has(listed)) given.set(listed, value);
}

/** Its names, the present ones first. */
function namesOf(listed: ListedOption): OptionNames[] {
  return listed.formerly ? [listed, listed.formerly] : [listed];
}

/** Those too where a file is named that holds the value. */
function allNamesOf(listed: ListedOption): OptionNames[] {
  return [...namesOf(listed), ...(listed.inFile ? [listed.inFile] : [])];
}

const everyName = optionList.flatMap(allNamesOf);
const keys = everyName.map(({ name }) => name);

/** @throws Error that says where it is wrong. The messages of the parser repeat words and lines of the file, which may hold secrets */
function readYaml(text: string): unknown {
  // Only here, since most programs get no file: 70 modules, which take a while to load.
  const { parseDocument } = createRequire(import.meta.url)('yaml') as typeof yaml;
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
    if (!listed) throw new ConfigError(`${source}: unknown option "${key}"${orNear(key, keys)}`);
    if (values.has(listed)) throw new ConfigError(`${source}: "${key}" is given twice`);
    const isFile = listed.inFile !== undefined && key.endsWith('File');
    if (value !== undefined) values.set(listed, isFile ? contentOfFile(value, key) : { value, source });
  };
  for (const [key, value] of Object.entries(given) as [string, unknown][]) {
    const members = optionList.filter(({ group }) => group === key);
    if (members.length > 0 && isObject(value)) {
      for (const [inner, each] of Object.entries(value)) {
        const listed = members.find(
          (member) => member.key === inner || (member.inFile && inner === `${member.key}File`),
        );
        set(listed, `${key}.${inner}`, each);
      }
    } else {
      const listed = optionList.find((each) => allNamesOf(each).some(({ name }) => name === key));
      set(listed, key, value);
      if (listed?.formerly?.name === key) onFormerName(key, listed.name);
    }
  }
  return values;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Variables that are none of ours, and look as if one of ours was meant. */
export function nearMisses(env: NodeJS.ProcessEnv): readonly NearMiss[] {
  return nearMissesOf(env, [fileVariable, ...everyName.map(({ variable }) => variable)]);
}

function check(given: GivenValues, { isDev }: { readonly isDev: boolean }): Config {
  const config: Record<string, unknown> = {};
  const groups: Record<string, Record<string, unknown>> = {};
  for (const listed of optionList) {
    const { group, key } = listed;
    const used = usedValue(listed, given.get(listed));
    const owner = group === undefined ? config : (groups[group] ??= {});
    owner[key] = used;
  }
  // Each value was made by the schema of its option.
  const checked = { ...config, ...groups } as Config;
  checkAccess(checked, isDev);
  checkTurn(checked);
  checkWebhooks(checked);
  checkCluster(checked);
  return checked;
}
