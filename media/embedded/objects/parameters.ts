import { z } from 'zod';
import { KurentoError } from './kurento-error.js';

/**
 * Schemas of the parameters of operations. Their messages complete the sentence that a Kurento Media Server answers:
 * `'name' parameter should be a string` (docs/protocols/kurento-media.md#36-invoke).
 */
const should = (what: string): { error: () => string } => ({ error: () => `should be a ${what}` });

/** Numbers and booleans are converted to each other and to text, as a Kurento Media Server does. Text is converted to nothing else. */
export const text = z.union([z.string(), z.union([z.number(), z.boolean()]).transform(String)], should('string'));
const numeric = (what: string) => z.union([z.number(), z.boolean().transform(Number)], should(what));
const inRange = (value: number): boolean => Math.abs(value) < 2 ** 31;
export const integer = numeric('integer').refine(inRange, should('integer')).transform(Math.trunc);
/** From 0 on. */
export const count = numeric('count')
  .refine((value) => value >= 0 && inRange(value), should('count'))
  .transform(Math.trunc);
export const double = numeric('double');
export const flag = z.union([z.boolean(), z.number().transform(Boolean)], should('boolean'));

/** The id of an object. kurento-client sometimes sends its own copy of the object instead of the id. */
export const objectId = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)], should('string'));

export function oneOf<const T extends readonly [string, ...string[]]>(name: string, values: T): z.ZodType<T[number]> {
  return z.enum(values, { error: () => `Invalid value for '${name}'` });
}

export const mediaType = oneOf('MediaType', ['AUDIO', 'VIDEO', 'DATA']);
export type MediaType = z.infer<typeof mediaType>;

export const iceCandidate = z.object({ candidate: text, sdpMid: text, sdpMLineIndex: integer }, should('object'));

export type IceCandidate = z.infer<typeof iceCandidate>;

export type Shape = Readonly<Record<string, z.ZodType>>;
export type Params<S extends Shape> = { readonly [K in keyof S]: z.infer<S[K]> };

/**
 * @param label The name of the parameter that contains these.
 * @throws KurentoError 40001 that names the first parameter that is missing or wrong.
 */
export function readParams<S extends Shape>(shape: S, given: unknown, label: string): Params<S> {
  const params: unknown = given ?? {};
  if (!isRecord(params)) throw new KurentoError(40001, `'${label}' parameter should be an object`);
  const read: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const result = schema.safeParse(params[name]);
    if (result.success) {
      read[name] = result.data;
      continue;
    }
    if (given === undefined) throw new KurentoError(40001, `'${label}' is required`);
    throw new KurentoError(40001, sentence(name, result.error));
  }
  return read as Params<S>;
}

/** Undefined for the words of the schema library: clients do not get to see those. */
export function ownWords(message: string): string | undefined {
  return message.startsWith('should be a ') ? message : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sentence(name: string, error: z.ZodError): string {
  const issue = error.issues[0];
  const given = issue?.message ?? '';
  if (given.startsWith('Invalid value for ')) return given;
  const message = ownWords(given) ?? 'should be an object';
  const property = issue?.path.at(-1);
  return property === undefined ? `'${name}' parameter ${message}` : `'${String(property)}' property ${message}`;
}
