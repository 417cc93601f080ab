import { z } from 'zod';

/** One option of the server. `Given` is how it may be given, `Used` the value that the server uses. */
export interface Option<Given = unknown, Used = unknown> {
  /** Reads text (of a variable or a flag) as well as the types of the YAML file. */
  readonly schema: z.ZodType<Used, Given>;
  /** The default, as it would be given. */
  readonly initial: Given;
  readonly unit: string;
  /** For operators: `--help` and docs/configuration.md print it. */
  readonly meaning: string;
  /** The name that it had in earlier versions, with the prefix of its group; still accepted. */
  readonly formerly?: string;
  /** Whether its value is never shown. It may also be given as a file that holds it: ADMIN_TOKEN_FILE for ADMIN_TOKEN. */
  readonly secret?: true;
  /** Whether a running server takes a new value (SIGHUP). */
  readonly reloads?: true;
}

/** Options by name. */
export type Table = Readonly<Record<string, Option>>;

/** Options that belong together. Their values are in an object of this name: `config.easyrtc.maxRooms`. */
export interface Group<Name extends string = string, Options extends Table = Table> {
  readonly name: Name;
  /** What their variables and flags begin with: EASYRTC_MAX_ROOMS for `easyrtc`. May be empty. */
  readonly prefix: string;
  readonly options: Options;
}

type TableOf<T extends Table | Group> = T extends Group<string, infer Options> ? Options : T;

/** The values that are used, by the names of the options. */
export type Output<T extends Table | Group> = {
  readonly [K in keyof TableOf<T>]: TableOf<T>[K] extends Option<unknown, infer Used> ? Used : never;
};

/** The values as they may be given; an absent one takes the default. */
export type Input<T extends Table | Group> = {
  readonly [K in keyof TableOf<T>]?: (TableOf<T>[K] extends Option<infer Given> ? Given : never) | undefined;
};

export function option<S extends z.ZodType>(
  schema: S,
  initial: NoInfer<z.input<S>>,
  unit: string,
  meaning: string,
  more: Pick<Option, 'formerly' | 'secret' | 'reloads'> = {},
): Option<z.input<S>, z.output<S>> {
  // The generic type of a schema hides what its own type says it reads and makes.
  const typed = schema as unknown as z.ZodType<z.output<S>, z.input<S>>;
  return { schema: typed, initial, unit, meaning, ...more };
}

/** An option that is true or false. */
export function flag(initial: boolean, meaning: string): Option<boolean | 'true' | 'false', boolean> {
  return option(truth, initial, 'true or false', meaning);
}

/**
 * Variable, flag and YAML key of `maxRooms` in the group `easyrtc` are EASYRTC_MAX_ROOMS, --easyrtc-max-rooms and easyrtcMaxRooms.
 *
 * @param prefix differs from `name` only for a group whose options have no prefix
 */
export function group<Name extends string, Options extends Table>(
  name: Name,
  options: Options,
  prefix: string = name,
): Group<Name, Options> {
  return { name, prefix, options };
}

const truth = z.preprocess(
  (value: boolean | 'true' | 'false') => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean('must be true or false'),
);

export const number = z.coerce.number<number | string>();
export const count = number.int();
export const milliseconds = count.min(1).max(86_400_000);
export const kbps = count.min(0).max(1_000_000);
export const ipAddress = z.union([z.ipv4(), z.ipv6()], 'must be an IP address');
/** A path of a URL. */
export const path = z.string().regex(/^(\/[\w.~-]+)+$/, 'must start with a slash and not end with one');

/** A list is a list in the file, and separated by commas in a variable or flag. */
export const list = <S extends z.ZodType>(item: S) =>
  z.preprocess(
    (value: string | readonly z.input<S>[]) => (typeof value === 'string' ? split(value) : value),
    z.array(item),
  );

/** A value in the file, its JSON text in a variable or flag. */
export const json = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value: string | z.input<S>) => (typeof value === 'string' ? parsed(value) : value), schema);

/**
 * Text that `read` turns into a value.
 *
 * @param expected the message for text that `read` cannot use; it returns undefined then
 */
export const readBy = <T>(read: (text: string) => T | undefined, expected: string) =>
  z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue(expected);
    return z.NEVER;
  });

/** As `readBy`, but an empty text gives undefined. */
export const readIfAny = <T>(read: (text: string) => T | undefined, expected: string) => {
  const given = readBy(read, expected);
  return z.union([z.literal('').transform(() => undefined), given], expected);
};

/** A regular expression. @param asWhole whether it must match a text as a whole */
export const pattern = (flags: string, { asWhole = false } = {}) =>
  readBy(
    (text) => (isPattern(text) ? new RegExp(asWhole ? `^(?:${text})$` : text, flags) : undefined),
    'must be a regular expression',
  );

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u').source !== '';
  } catch {
    return false;
  }
}

/** The text itself when it is no JSON: the schema refuses it then. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

export function split(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
