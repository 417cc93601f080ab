import { z } from 'zod';
import type { OvSessions } from '../model/ov-sessions.js';
import { readAs } from './body.js';
import type { Operation } from './operation.js';
import { malformed } from './refusal.js';
import { answer } from './request.js';
import { sessionIn } from './session-operations.js';

const signalBody = z.object({
  session: z.string().min(1),
  to: z.array(z.string()).optional(),
  type: z.string().optional(),
  data: z.string().optional(),
});

/** A signal of the back end. */
export function signalOperation(sessions: OvSessions): Operation {
  return {
    method: 'POST',
    path: '/signal',
    session: ({ body, hasBody }) => {
      if (!hasBody) throw malformed('A signal needs a body');
      return readAs(signalBody, body).session;
    },
    serve: (asked) => {
      const { session: id, to, type, data } = readAs(signalBody, asked.body);
      sessionIn(sessions, { ...asked, params: { session: id } }).signal({ to, type, data });
      return answer(200);
    },
  };
}
