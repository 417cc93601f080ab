import type { RoomErrorCode } from '../../rooms/index.js';
import type { Condition, ErrorCode } from './errors.js';
import { messageErrors, roomErrors } from './errors.js';
import { requests } from './requests.js';
import type { MethodName } from './types.js';

/** A condition, its number on the wire, and the requests that may get it. */
export interface ErrorRow {
  readonly code: ErrorCode;
  readonly when: string;
  /** Empty for a message that is no request, and for conditions that clients do not see. */
  readonly requests: readonly MethodName[];
}

const domainCodes = Object.keys(roomErrors) as RoomErrorCode[];

/** Every condition of every request, sorted by number. */
export function errorTable(): readonly ErrorRow[] {
  const unseen = domainCodes.flatMap((reason) => {
    const when = roomErrors[reason].unseen;
    return when === undefined ? [] : [{ reason, when }];
  });
  const rows = new Map<string, { readonly reason: Condition['reason']; when: string; requests: MethodName[] }>();
  const add = ({ reason, when }: Condition, names: readonly MethodName[]): void => {
    const key = `${reason} ${when}`;
    rows.set(key, { reason, when, requests: [...(rows.get(key)?.requests ?? []), ...names] });
  };
  for (const condition of [...messageErrors, ...unseen]) add(condition, []);
  for (const { name, errors } of requests) for (const condition of errors) add(condition, [name]);
  return [...rows.values()]
    .sort((a, b) => codeOf(a.reason) - codeOf(b.reason) || rankOf(a.reason) - rankOf(b.reason))
    .map(({ reason, when, requests: names }) => ({ code: codeOf(reason), when, requests: names }));
}

function codeOf(reason: Condition['reason']): ErrorCode {
  return typeof reason === 'number' ? reason : roomErrors[reason].code;
}

/** What the protocol refuses itself comes before what the domain refuses. */
function rankOf(reason: Condition['reason']): number {
  return typeof reason === 'number' ? -1 : domainCodes.indexOf(reason);
}
