import type { AccessAnswer } from './authorize.js';
import type { Known } from './bans.js';
import { bearerOf } from './bearer.js';
import type { Bearer } from './bearer.js';
import type { Grants } from './grants.js';
import type * as api from './index.js';
import type { ParticipantRecord } from './records.js';
import { effective } from './rights.js';

/** A newcomer on its way in, and what it may do in the room. */
export interface Arrival {
  readonly newcomer: api.Newcomer;
  readonly bearer: Bearer;
  readonly grants: Grants;
}

export function arrivalAt(room: string, newcomer: api.Newcomer, bearer: Bearer): Arrival {
  const shown = bearer.name === undefined ? newcomer : called(newcomer, bearer.name);
  return { newcomer: shown, bearer, grants: effective(bearer.grantsIn(room)) };
}

/** With what `authorize` has said. */
export function answered(arrival: Arrival, answer: AccessAnswer): Arrival {
  const { grants = arrival.grants, name, ...others } = answer;
  const newcomer = name === undefined ? arrival.newcomer : called(arrival.newcomer, name);
  const { bearer } = arrival;
  // A method of a class is not spread.
  const grantsIn = (room: string): Grants => bearer.grantsIn(room);
  return { newcomer, bearer: { ...bearer, grantsIn, ...others }, grants: effective(grants) };
}

/** Of somebody that was let in by another process. */
export function arrivalOf(room: string, former: ParticipantRecord): Arrival {
  const { id, attributes, identity, grants } = former;
  return { newcomer: { id, attributes, identity }, bearer: bearerOf(former.bearer, room), grants };
}

export function knownAs({ newcomer, bearer }: Arrival): Known {
  const { identity, address } = bearer;
  return { identity, name: newcomer.attributes.displayName || newcomer.id, address };
}

/** A name that is an address in the newcomer's protocol stays one; only what others are shown changes. */
function called(newcomer: api.Newcomer, name: string): api.Newcomer {
  const { id, attributes, idIsName = id === attributes.displayName } = newcomer;
  return { ...newcomer, idIsName, attributes: { ...attributes, displayName: name } };
}
