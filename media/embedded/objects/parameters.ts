import { z } from 'zod';
import { KurentoError } from './kurento-error.js';

/**
 * Schemas of the parameters of operations. Their messages complete the sentence that a Kurento Media Server answers:
 * `'name' parameter should be a string` (docs/protocols/kurento-media.md#36-invoke).
 */
const should = (what: string): { error: () => string } => ({ error: () => `should be a ${what}` });

/** A number is converted to text. */
export const text = z.union([z.string(), z.number().transform(String)], should('string'));
export const integer = z.number(should('integer')).int(should('integer'));
export const double = z.number(should('double'));
export const flag = z.boolean(should('boolean'));

/** The id of an object. kurento-client sometimes sends its own copy of the object instead of the id. */
export const objectId = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)], should('string'));

export function oneOf<const T extends readonly [string, ...string[]]>(name: string, values: T): z.ZodType<T[number]> {
  return z.enum(values, { error: () => `Invalid value for '${name}'` });
}

export const mediaType = oneOf('MediaType', ['AUDIO', 'VIDEO', 'DATA']);
export type MediaType = z.infer<typeof mediaType>;

export const iceCandidate = z.object({ candidate: text, sdpMid: text, sdpMLineIndex: integer }, should('object'));

export type Shape = Readonly<Record<string, z.ZodType>>;
export type Params<S extends Shape> = { readonly [K in keyof S]: z.infer<S[K]> };

/**
 * @param label The name of the parameter that contains these.
 * @throws KurentoError 40001 that names the first parameter that is missing or wrong.
 */
export function readParams<S extends Shape>(shape: S, given: unknown, label: string): Params<S> {
  const params = paramsRecord.safeParse(given ?? {});
  if (!params.success) throw new KurentoError(40001, `'${label}' parameter should be an object`);
  const read: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const result = schema.safeParse(params.data[name]);
    if (result.success) {
      read[name] = result.data;
      continue;
    }
    if (given === undefined) throw new KurentoError(40001, `'${label}' is required`);
    throw new KurentoError(40001, sentence(name, result.error));
  }
  return read as Params<S>;
}

const paramsRecord = z.record(z.string(), z.unknown());

function sentence(name: string, error: z.ZodError): string {
  const issue = error.issues[0];
  const message = issue?.message ?? 'is not understood';
  if (message.startsWith('Invalid value')) return message;
  const property = issue?.path.at(-1);
  return property === undefined ? `'${name}' parameter ${message}` : `'${String(property)}' property ${message}`;
}
