import type { z } from 'zod';
import { read } from '../../../options/faults.js';
import { malformed } from './refusal.js';

/** @throws Refusal 400 for text that is no JSON object */
export function parsedBody(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw malformed('The body is no JSON');
  }
  const given = withoutNulls(body);
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw malformed('The body must be an object');
  return given as Readonly<Record<string, unknown>>;
}

/** @throws Refusal 400 that says what is wrong */
export function readAs<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const reading = read(schema, body, 'the body');
  if (!reading.success) throw malformed(reading.faults);
  return reading.data;
}

/** How many objects and lists may be in each other. No request of the protocol has more than four. */
const deepest = 20;

/** A member that is null counts as absent, in objects of objects too. @throws Refusal 400 for what is nested deeper than that */
function withoutNulls(value: unknown, depth = 0): unknown {
  if (depth > deepest) throw malformed('The body is nested too deeply');
  if (Array.isArray(value)) return value.map((each) => withoutNulls(each, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name, each]) => each !== null && name !== '__proto__');
  return Object.fromEntries(members.map(([name, each]) => [name, withoutNulls(each, depth + 1)]));
}
