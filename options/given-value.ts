import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { ConfigError } from './config-error.js';
import { expected, expectedNumber, isNumeric, shown } from './expected.js';
import type { ListedOption } from './listed-option.js';
import { split } from './option.js';

/** A value for an option, and where it comes from. */
export interface GivenValue {
  readonly value: unknown;
  readonly source: string;
  /** The file that holds it, where only the name of a file was given. */
  readonly file?: string;
}

/** The value that is used: the one that was given, or the default. @throws ConfigError in one line when it does not fit */
export function usedValue(listed: ListedOption, given: GivenValue | undefined): unknown {
  const { option, name } = listed;
  const { value, source } = given ?? { value: option.initial, source: 'default' };
  const numeric = expectedNumber(option.schema, option.unit);
  // The schema would take an empty text for 0 and `true` for 1.
  const isNoNumber = numeric !== undefined && !isNumeric(value);
  const result = option.schema.safeParse(isNoNumber ? Number.NaN : value, { error: expected });
  if (!result.success) {
    const isName = source === listed.variable || source.startsWith('--') || source === listed.formerly?.variable;
    const where = isName || source === listed.inFile?.variable ? source : `${source}: ${name}`;
    throw new ConfigError(explained(where, value, result.error, listed, numeric));
  }
  return result.data;
}

/** @param path where a secret is kept. A line break at its end is no part of the secret */
export function contentOfFile(path: unknown, source: string): GivenValue {
  if (typeof path !== 'string' || path === '') throw new ConfigError(`${source} must be the name of a file`);
  let value: string;
  try {
    value = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const why = (error as Error).message;
    throw new ConfigError(`${source}: ${path} cannot be read (${why}); name a file that holds the secret`, {
      cause: error,
    });
  }
  if (value === '') throw new ConfigError(`${source}: ${path} is empty; name a file that holds the secret`);
  return { value, source, file: path };
}

export function givenTwice(one: string, other: string): ConfigError {
  return new ConfigError(`${one}, ${other}: both are given; name one of them`);
}

/**
 * The first thing that is wrong with a value. A secret is not shown, nor a URL, which may have a password in it.
 * @param numeric what is expected of an option that is a number
 */
function explained(
  where: string,
  value: unknown,
  { issues: [issue] }: z.ZodError,
  { option }: ListedOption,
  numeric: string | undefined,
): string {
  const [at, ...deeper] = issue?.path ?? [];
  // A number that is no whole one is of another type to the schema.
  const isFraction = numeric !== undefined && issue?.code === 'invalid_type' && isNumeric(value);
  // What a schema says beyond its bounds comes first.
  const own = issue?.code === 'custom' ? issue.message : undefined;
  const wanted = own ?? numeric ?? issue?.message ?? 'must be something else';
  const text = isFraction ? wanted.replace('a number', 'a whole number') : wanted;
  if (!text.startsWith('must ')) return `${where}: ${text}`;
  // Of a list, the item. Of an object, the place in it.
  const items: unknown = typeof value === 'string' && typeof at === 'number' ? split(value) : value;
  const wrong = typeof at === 'number' && Array.isArray(items) ? (items as unknown[])[at] : value;
  const inside = at !== undefined && (typeof at !== 'number' || deeper.length > 0) ? `: ${issue?.path.join('.')}` : '';
  const isHidden = option.secret ?? /^URLs?$/.test(option.unit);
  const not = isHidden || inside !== '' ? '' : `, not ${shown(wrong)}`;
  return `${where}${inside} ${text}${not}`;
}
