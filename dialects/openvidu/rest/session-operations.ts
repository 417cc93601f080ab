import type { OvSessions } from '../model/ov-sessions.js';
import type { OvSession } from '../model/ov-session.js';
import { sessionBody } from '../model/session-properties.js';
import { readAs } from './body.js';
import { inPath } from './operation.js';
import type { Asked, Operation } from './operation.js';
import type { Places } from './places.js';
import { malformed, notFound } from './refusal.js';
import { answer } from './request.js';
import { listView, sessionView } from './views.js';

/** Sessions as a whole. */
export function sessionOperations(sessions: OvSessions, places: Pick<Places, 'ofOthers'>): readonly Operation[] {
  return [
    {
      method: 'POST',
      path: '/sessions',
      session: ({ body }) => readAs(sessionBody, body).customSessionId || undefined,
      serve: async ({ body, site }) => {
        const wanted = readAs(sessionBody, body);
        const at = site();
        return answer(200, sessionView(await sessions.create(wanted), false, at));
      },
    },
    {
      method: 'GET',
      path: '/sessions',
      serve: async (asked) => {
        const own = sessions.list().map((session) => sessionView(session, wantsPending(asked, false), asked.site()));
        const path = (id: string): string => `/sessions/${encodeURIComponent(id)}`;
        const others = await places.ofOthers((id) => ({ ...asked.request, method: 'GET', path: path(id), body: '' }));
        return answer(200, listView([...own, ...others]));
      },
    },
    {
      method: 'GET',
      path: '/sessions/:session',
      session: inPath,
      serve: (asked) => answer(200, sessionView(sessionIn(sessions, asked), wantsPending(asked, false), asked.site())),
    },
    {
      method: 'DELETE',
      path: '/sessions/:session',
      session: inPath,
      serve: (asked) => {
        sessionIn(sessions, asked).close();
        return answer(204);
      },
    },
  ];
}

/** @param standard where the request does not say so */
export function wantsPending({ query }: Asked, standard: boolean): boolean {
  return query.pendingConnections === undefined ? standard : query.pendingConnections === 'true';
}

/** The session in the path. @param isIncidental the request is about something in it. @throws Refusal 404; 400 where it is incidental */
export function sessionIn(sessions: OvSessions, { params }: Asked, isIncidental = false): OvSession {
  const { session: id = '' } = params;
  const session = sessions.find(id);
  if (session) return session;
  const message = `Session ${id} cannot be found`;
  throw isIncidental ? malformed(message) : notFound(message);
}
