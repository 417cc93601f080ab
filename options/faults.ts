import { z } from 'zod';
import { expected, expectedNumber, nearestOf } from './expected.js';

/** What a schema made of a value, or what is wrong with it. */
export type Reading<T> =
  | { readonly success: true; readonly data: T }
  /** `faults`: for the one who sent the value, as `"room" must be text; "limit" must be a whole number from 1 to 100`. */
  | { readonly success: false; readonly faults: string };

/** Faults that are told. A value may have thousands. */
const mostTold = 3;
/** Characters of a name that is told: names may come from the sender. */
const longestName = 80;

/**
 * Reads what comes from outside. What is said of it are sentences of ours: no text of the schema library reaches a person.
 *
 * @param whole what the value is called where it is wrong as a whole, as "the payload"
 */
export function read<S extends z.ZodType>(schema: S, given: unknown, whole: string): Reading<z.output<S>> {
  const { success, data } = schema.safeParse(given);
  if (success) return { success, data };
  // Read again for the sentences: to read with them takes ten times as long, and most values are right.
  const { error } = schema.safeParse(given, { error: expected });
  if (!error) throw new Error('A value was right when it was read again');
  const told = error.issues.slice(0, mostTold).map((fault) => sentence(schema, given, innermost(fault), whole));
  const more = error.issues.length - told.length;
  return { success, faults: [...new Set(told), ...(more > 0 ? [`and ${more} more`] : [])].join('; ') };
}

interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function sentence(schema: z.ZodType, given: unknown, { path, message }: Fault, whole: string): string {
  const name = path.length === 0 ? whole : `"${path.map(String).join('.').slice(0, longestName).replaceAll('"', "'")}"`;
  const text = numberAt(schema, path) ?? message;
  return path.length > 0 && at(given, path) === undefined ? `${name} is missing: it ${text}` : `${name} ${text}`;
}

/** Of several alternatives, what is wrong inside the one that was meant. */
function innermost({ path, message, ...fault }: z.core.$ZodIssue): Fault {
  const inner = fault.code === 'invalid_union' ? nearestOf(fault.errors)?.[0] : undefined;
  // A text of the schema itself counts more than one from inside.
  if (!inner || (inner.path.length === 0 && inner.message !== message)) return { path, message };
  return innermost({ ...inner, path: [...path, ...inner.path] });
}

function at(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    given,
  );
}

/** All that is expected of a number, whichever check it failed. Undefined where no number is expected. */
function numberAt(schema: z.ZodType, path: readonly PropertyKey[]): string | undefined {
  const found = path.reduce<unknown>((outer, key) => memberOf(unwrapped(outer), key), schema);
  const inner = unwrapped(found);
  if (!(inner instanceof z.ZodNumber)) return undefined;
  return expectedNumber(inner, '', inner.format?.includes('int') ? 'a whole number' : 'a number');
}

function memberOf(schema: unknown, key: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return Reflect.get(schema.shape, key);
  return schema instanceof z.ZodArray ? schema.element : undefined;
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unwrapped(schema.unwrap());
  return schema instanceof z.ZodPipe ? unwrapped(schema.in) : schema;
}
