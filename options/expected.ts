import { z } from 'zod';

/** What a schema says of a value that does not fit. */
type Issue = Parameters<z.core.$ZodErrorMap>[0];

type Fault = z.core.$ZodIssue;

/** Units that say what a number counts, in words. Of the others, such as a port, the name of the option says it. */
const measures: ReadonlyMap<string, string> = new Map([
  ['ms', 'ms'],
  ['s', 'seconds'],
  ['bytes', 'bytes'],
  ['kbit/s', 'kbit/s'],
  ['dB', 'dB'],
]);

/**
 * What is expected of a value, as "must be a number from 0 to 65535". For `safeParse`, so that no text of the library reaches a person;
 * what a schema says itself comes first.
 */
export function expected(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? `a ${issue.expected}`}`;
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}`;
    case 'too_small':
      return bound(issue.origin, issue.minimum, 'least');
    case 'too_big':
      return bound(issue.origin, issue.maximum, 'most');
    case 'unrecognized_keys':
      return `must not have ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
    case 'invalid_format':
      return `must be ${formats[issue.format] ?? 'text of another form'}`;
    case 'invalid_union':
      return expectedOfUnion(issue);
    default:
      return 'must be something else';
  }
}

/** Of an option that is a number. Undefined for one that is none. */
export function expectedNumber(schema: z.ZodType, unit = '', what = 'a number'): string | undefined {
  if (!(schema instanceof z.ZodNumber)) return undefined;
  const least = finite(schema.minValue);
  const most = finite(schema.maxValue);
  const measure = measures.get(unit);
  const of = measure === undefined ? '' : ` of ${measure}`;
  if (least !== undefined && !schema.safeParse(least).success) {
    return `must be ${what}${of} above ${least}${most === undefined ? '' : ` and up to ${most}`}`;
  }
  if (least !== undefined && most !== undefined) return `must be ${what}${of} from ${least} to ${most}`;
  if (least !== undefined) return `must be ${what}${of}, ${least} or more`;
  return most === undefined ? `must be ${what}${of}` : `must be ${what}${of}, ${most} or less`;
}

/** The faults of the one alternative whose type the value has. Undefined when there is none, or more than one. */
export function nearestOf(alternatives: readonly (readonly Fault[])[]): readonly Fault[] | undefined {
  const near = alternatives.filter(([first]) => first && !(first.code === 'invalid_type' && first.path.length === 0));
  return near.length === 1 ? near[0] : undefined;
}

/** Whether it is a number, or the text of one. An empty text is none, nor is `true`. */
export function isNumeric(value: unknown): boolean {
  if (typeof value === 'number') return true;
  return typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value);
}

/** A given value as a person reads it, on one line and not for ever. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`;
}

const longestShown = 80;

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object of names and values',
};

const formats: Readonly<Record<string, string>> = {
  base64: 'data in base64',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  url: 'a URL',
};

function bound(origin: string, limit: number | bigint, which: 'least' | 'most'): string {
  if (origin === 'string') return limit === 1 ? 'must not be empty' : `must have at ${which} ${limit} characters`;
  if (origin === 'array' || origin === 'set') return `must have at ${which} ${limit} items`;
  return `must be at ${which} ${limit}`;
}

function expectedOfUnion(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  if (Array.isArray(issue.options)) return `must be ${oneOf(issue.options.map(String))}`;
  const near = nearestOf(issue.errors)?.[0];
  if (near) return near.message;
  const wanted = issue.errors.flatMap(([first]) =>
    first?.message.startsWith(must) ? first.message.slice(must.length) : [],
  );
  return wanted.length === 0 ? 'must be something else' : `${must}${oneOf([...new Set(wanted)])}`;
}

const must = 'must be ';

function oneOf(values: readonly string[]): string {
  const last = values.at(-1) ?? '';
  return values.length < 2 ? last : `${values.slice(0, -1).join(', ')} or ${last}`;
}

/** The library has numbers for "no bound". */
function finite(limit: number | null): number | undefined {
  return limit === null || Math.abs(limit) >= Number.MAX_SAFE_INTEGER ? undefined : limit;
}
