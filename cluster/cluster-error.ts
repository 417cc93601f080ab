import type { Owner } from './room-store.js';

/**
 * - `FENCED`: another node owns the room, or owned it later. Nothing was written.
 * - `GAP`: Redis has lost writes of this owner.
 * - `GONE`: Redis knows no owner of the room.
 * - `ABSENT`: the node that is to get a room is not there.
 * - `AWAY`: Redis cannot be reached, or does not take writes now. What was asked may have been done or not.
 * - `UNREACHABLE`: the node that owns a room does not answer. What was asked may have been done or not.
 * - `LEAVING`: nobody owns the room, and this node takes no more, since it is about to end.
 * - `VERSION`: nobody owns the room, and this node cannot read its journal.
 */
export type ClusterErrorCode =
  | 'FENCED'
  | 'GAP'
  | 'GONE'
  | 'ABSENT'
  | 'AWAY'
  | 'LEAVING'
  | 'VERSION'
  | 'ELSEWHERE'
  | 'UNREACHABLE';

/** Why Redis did not do what a node asked for. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly code: ClusterErrorCode;

  constructor(code: ClusterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Another node owns the room. */
export class ElsewhereError extends ClusterError {
  readonly owner: Owner;

  constructor(name: string, owner: Owner) {
    super('ELSEWHERE', `room "${name}" belongs to the node ${owner.node}`);
    this.owner = owner;
  }
}

/**
 * What a failed command means. An error that is none of the cluster's comes back as it is: it is a fault of a program.
 * @param isLost whether the connection did not stand when it came
 */
export function clusterErrorOf(error: unknown, isLost: boolean): unknown {
  if (error instanceof ClusterError || !(error instanceof Error)) return error;
  const [word = ''] = error.message.split(' ', 1);
  const own = scriptCodes.find((code) => code === word);
  if (own) return new ClusterError(own, error.message.slice(own.length + 1), { cause: error });
  if (isLost || passing.has(word)) return new ClusterError('AWAY', error.message, { cause: error });
  return error;
}

/** The first word of an error of the scripts. */
const scriptCodes = ['FENCED', 'GAP', 'GONE', 'ABSENT'] as const;

/** The first word of an error of Redis that ends when Redis has memory, a disk, its data, or its role again. */
const passing: ReadonlySet<string> = new Set([
  'OOM',
  'MISCONF',
  'LOADING',
  'READONLY',
  'NOREPLICAS',
  'MASTERDOWN',
  'BUSY',
  'TRYAGAIN',
  'UNBLOCKED',
  'CLUSTERDOWN',
]);
