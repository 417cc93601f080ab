import type { z } from 'zod';
import { read } from '../../options/faults.js';
import { Refusal } from './errors.js';

/** The member that says the type of a payload: `operation` with clients of June 2020. */
export type TypeMember = 'type' | 'operation';

/** A payload with a type, and the text it was read from. */
export interface Payload {
  readonly type: string;
  readonly members: object;
  readonly text: string;
}

/** @throws Refusal `protocol` */
export function readPayload(text: string, typeMember: TypeMember = 'type'): Payload {
  let members: unknown;
  try {
    members = JSON.parse(text);
  } catch {
    throw new Refusal('protocol', 'the payload is not JSON');
  }
  if (typeof members !== 'object' || members === null || Array.isArray(members)) {
    throw new Refusal('protocol', 'the payload must be an object');
  }
  const type: unknown = Object.hasOwn(members, typeMember)
    ? (members as Partial<Record<TypeMember, unknown>>)[typeMember]
    : undefined;
  if (typeof type !== 'string')
    throw new Refusal('protocol', `"${typeMember}" ${type === undefined ? 'is missing: it must' : 'must'} be text`);
  return { type, members, text };
}

/** @throws Refusal `protocol`; its subject says what is wrong */
export function checked<S extends z.ZodType>(schema: S, { type, members }: Payload): z.output<S> {
  const result = read(schema, members, 'the payload');
  if (result.success) return result.data;
  throw new Refusal('protocol', `${type}: ${result.faults}`);
}
