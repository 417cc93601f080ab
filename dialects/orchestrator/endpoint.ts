import type { z } from 'zod';
import type { Link } from './link.js';
import type { Context } from './context.js';
import type { ErrorCode } from './errors.js';
import { Refusal } from './errors.js';
import type { User } from './user.js';

/** The result of a request. */
export interface Outcome {
  readonly body?: object;
  /** Called after the answer was sent. */
  readonly afterwards?: () => void;
}

/** Sends the answer of a request that succeeded. */
export type Succeed = (body?: object) => void;

export interface Endpoint {
  /** Its names: in the published document, and on the wire (docs/protocols/orchestrator.md#3-endpoint-table). */
  readonly names: readonly string[];
  /**
   * The code that answers a defect of the server: the nearest one that the protocol has
   * (docs/protocols/orchestrator.md#11-malformed-input).
   */
  readonly onDefect: ErrorCode;
  /**
   * @param given the arguments before the acknowledgement
   * @param succeed for a request that is not done at once; it returns a promise
   * @throws Refusal, RoomError
   */
  run(context: Context, link: Link, given: readonly unknown[], succeed: Succeed): Outcome | Promise<void>;
  /**
   * Whether the first argument is an object whose `commandId` is sent back
   * (docs/protocols/orchestrator.md#2-requests-and-answers).
   */
  readonly isCommand: boolean;
}

/** A request whose argument is one object. */
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

/** A request with positional arguments, for which the client must be logged in. */
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

/** @throws Refusal 204 when nobody is logged in on the link */
export function userOf({ user }: Link): User {
  if (!user) throw new Refusal(204);
  return user;
}

/**
 * A value that is missing or no object counts as an empty object (docs/protocols/orchestrator.md#11-malformed-input).
 */
export function fieldsOf(given: unknown): object {
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? given : {};
}

/**
 * An empty text counts as missing, empty bytes do not
 * (docs/protocols/orchestrator.md#12-document-against-implementation).
 */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === false || value === 0;
}
