import type { z } from 'zod';
import type { Link } from './link.js';
import type { Context } from './context.js';
import type { ErrorCode } from './errors.js';
import { Refusal } from './errors.js';
import type { User } from './user.js';

/** What a request leads to. */
export interface Outcome {
  readonly body?: object;
  /** Done after the answer went out. */
  readonly afterwards?: () => void;
}

/** Answers a request with success. */
export type Succeed = (body?: object) => void;

export interface Endpoint {
  /** As the published document calls it, and as it is called on the wire (Orchestrator §3). */
  readonly names: readonly string[];
  /** What a defect of ours is answered with: the nearest there is (§11). */
  readonly onDefect: ErrorCode;
  /**
   * @param given What came before the acknowledgement.
   * @param succeed Called by a request that takes its time, which returns a promise.
   * @throws Refusal, RoomError
   */
  run(context: Context, link: Link, given: readonly unknown[], succeed: Succeed): Outcome | Promise<void>;
  /** Whether its first argument is an object whose `commandId` is sent back (§2). */
  readonly isCommand: boolean;
}

/** A request with one object. */
export function command<S extends z.ZodType>(
  names: readonly string[],
  schema: S,
  onDefect: ErrorCode,
  run: (context: Context, link: Link, fields: z.output<S>, succeed: Succeed) => Outcome | Promise<void>,
): Endpoint {
  return {
    names,
    onDefect,
    isCommand: true,
    run: (context, link, [given], succeed) => run(context, link, schema.parse(fieldsOf(given)), succeed),
  };
}

/** A request with plain arguments in order, of somebody who is logged in. */
export function positional(
  names: readonly string[],
  onDefect: ErrorCode,
  run: (context: Context, user: User, given: readonly unknown[]) => Outcome,
): Endpoint {
  return {
    names,
    onDefect,
    isCommand: false,
    run: (context, link, given) => run(context, userOf(link), given),
  };
}

/** @throws Refusal 204 for who is not logged in */
export function userOf({ user }: Link): User {
  if (!user) throw new Refusal(204);
  return user;
}

/** Missing, null, a list or no object at all counts as an empty one (§11). */
export function fieldsOf(given: unknown): object {
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? given : {};
}

/** An empty text is as good as none; empty bytes are something (§12). */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === false || value === 0;
}
