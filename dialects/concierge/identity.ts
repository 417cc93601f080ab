import { isShowable } from '../../rooms/index.js';

/** What the wire calls a Client: a client of this protocol, or a participant of another one that is in a room. */
export interface Identity {
  readonly name: string;
  readonly uuid: string;
  /** The Client object on the wire (docs/protocols/concierge.md#5-objects). */
  readonly json: string;
}

/** Letters and digits of any script, `_` and `-` (docs/protocols/concierge.md#2-identification). */
const clientName = /^[\p{L}\p{N}_-]{1,64}$/u;

export function isClientName(name: string): boolean {
  return clientName.test(name) && isShowable(name);
}

/** The owner of groups that belong to no client. */
export const nilUuid = '00000000-0000-0000-0000-000000000000';
