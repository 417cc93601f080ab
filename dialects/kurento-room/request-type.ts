import type { z } from 'zod';
import { commonErrors, requestMakers } from '../session-layer/request-type.js';
import type { RequestType as LayerRequestType } from '../session-layer/request-type.js';
import type { ConnectionCall, SessionCall } from './call.js';
import { invalidSession } from './errors.js';
import type { ErrorCode } from './errors.js';

/** A request of the room protocol. */
export type RequestType<
  C extends SessionCall | ConnectionCall = never,
  Name extends string = string,
  Params extends z.ZodObject = z.ZodObject,
  Result extends z.ZodType = z.ZodType,
> = LayerRequestType<C, Name, Params, Result, ErrorCode>;

export const { roomRequest, sessionRequest, connectionRequest } = requestMakers<SessionCall, ConnectionCall, ErrorCode>(
  {
    outside: [{ reason: 'participant-not-found', when: 'The session is in no room.' }],
    foreignSession: { reason: invalidSession, when: '`sessionId` names the session of another connection.' },
    all: commonErrors,
  },
);
