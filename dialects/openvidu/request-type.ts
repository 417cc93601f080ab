import { commonErrors, requestMakers } from '../session-layer/request-type.js';
import type { RequestType as LayerRequestType } from '../session-layer/request-type.js';
import { invalidSession } from '../session-layer/errors.js';
import type { ConnectionCall, SessionCall } from './call.js';
import type { ErrorCode } from './errors.js';

export type { LayerRequestType as RequestType };

export const { roomRequest, sessionRequest, connectionRequest } = requestMakers<SessionCall, ConnectionCall, ErrorCode>(
  {
    outside: [
      { reason: 803, when: 'The page has not joined: joinRoom must be the first operation.' },
      { reason: 103, when: 'The page has left, or was removed.' },
    ],
    foreignSession: { reason: invalidSession, when: '`sessionId` names the session of another connection.' },
    all: commonErrors,
  },
);
