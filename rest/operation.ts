import { z } from 'zod';
import type { NeededGrant } from './callers.js';
import type { ProblemCode } from './problem.js';

/**
 * What a client needs. A grant: it needs a token that has it for the room, or the admin token. `admin`: it needs the admin token, and a HEAD request
 * never runs it. `admin-sees-more`: the answer depends on the token. `recordings`: it needs a token, and what is of rooms for which that one
 * has no roomRecord is not there; its handler sees to that. `recordings-or-link`: as `recordings`, or the signature of a link.
 */
export type Access = 'everybody' | 'admin-sees-more' | 'admin' | 'recordings' | 'recordings-or-link' | NeededGrant;

export interface Operation {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** As OpenAPI writes it. Names in braces are parameters of the path. Other members of `params` are parameters of the query. */
  readonly path: string;
  readonly tag: 'rooms' | 'participants' | 'moderation' | 'recordings' | 'server' | 'original';
  readonly summary: string;
  readonly description?: string;
  readonly params: z.ZodObject;
  /** Of JSON, in the body of the request. Undefined: there is none. */
  readonly body?: z.ZodType;
  /** Whether a request without a body is taken as one of `{}`. */
  readonly bodyIsOptional?: true;
  readonly access: Access;
  /** Which of several nodes does it. Default: the one that owns the room that it names, and if it names none the one that is asked. */
  readonly node?: 'any' | 'of-recording';
  /** The answers of success, by status. */
  readonly responses: Readonly<Record<number, z.ZodType>>;
  /** The reasons for which it may refuse, besides those of every operation. */
  readonly problems: readonly ProblemCode[];
}

/** An answer without a body. */
export const nothing = z.undefined();

export const none = z.object({});
export const roomName = z.string().min(1).meta({ description: 'The name of the room: any text, percent-encoded' });
export const inRoom = z.object({ room: roomName });
/** The problems of every operation on a room. */
export const onRoom = ['room-not-found', 'room-unreachable'] as const;
