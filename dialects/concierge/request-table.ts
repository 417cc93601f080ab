import type { z } from 'zod';
import { shown } from '../../options/expected.js';
import { Refusal } from './errors.js';
import { identify } from './messages.js';
import type { Request } from './messages.js';
import { checked } from './payload.js';
import type { Payload } from './payload.js';
import { rawMember } from '../raw-member.js';

/** @throws Refusal `protocol` */
export type Reader = (payload: Payload) => Request;

/** The types of payload of one version of the protocol, with a reader for each type that clients send. */
export class RequestTable {
  readonly #requests: ReadonlyMap<string, Reader>;
  /** Types that are no requests. IDENTIFY is one: a client must not send it a second time. */
  readonly #unsupported: ReadonlyMap<string, z.ZodType>;

  /** @param serverOnly types that only a server sends, with the schema that a client's payload must match */
  constructor(
    requests: readonly (readonly [type: string, reader: Reader])[],
    serverOnly: ReadonlyMap<string, z.ZodType>,
  ) {
    this.#requests = new Map(requests);
    this.#unsupported = new Map([['IDENTIFY', identify], ...serverOnly]);
  }

  /** All types of this version, of clients and of servers. */
  get types(): string[] {
    return [...this.#unsupported.keys(), ...this.#requests.keys()];
  }

  /** @throws Refusal `protocol`, `unsupported` */
  read(payload: Payload): Request {
    const reader = this.#requests.get(payload.type);
    if (reader) return reader(payload);
    const schema = this.#unsupported.get(payload.type);
    if (!schema) throw new Refusal('protocol', `there is no type ${shown(payload.type)}`);
    checked(schema, payload);
    throw new Refusal('unsupported');
  }
}

/** The data of a message, byte for byte. @throws Refusal `protocol` */
export function dataOf({ text }: Payload): string {
  const data = rawMember(text, 'data');
  if (data === undefined) throw new Refusal('protocol', 'MESSAGE: "data" is missing');
  return data;
}
