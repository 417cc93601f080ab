import type { Answer, Handlers } from './operations.js';
import type { Component } from './schemas.js';

export type Health = Readonly<Pick<Component<'Health'>, 'mediaServers' | 'dialects' | 'node'>>;

/** 200 while rooms can have media, 503 while no media server answers, for load balancers. Administrators are told why. */
export function healthAnswer(state: Health, isAdmin: boolean): Answer<'getHealth'> {
  return state.mediaServers.some((server) => server.up)
    ? { status: 200, body: { status: 'ok', ...(isAdmin && state) } }
    : { status: 503, body: isAdmin ? { status: 'no media server', ...state } : { status: 'unavailable' } };
}

/** Whether clients should be sent to this server. `draining`: the server is about to end. `waiting`: to others rather, if there are some, since this one cannot serve them now. */
export type Readiness = 'ok' | 'waiting' | 'draining' | 'unavailable';

export function readinessAnswer(readiness: Readiness): Answer<'getReadiness'> {
  return { status: readiness === 'unavailable' || readiness === 'draining' ? 503 : 200, body: { status: readiness } };
}

export function healthHandlers(
  health: () => Health,
  readiness: () => Readiness,
): Handlers<'getHealth' | 'getReadiness'> {
  return {
    getHealth: (_input, { isAdmin }) => healthAnswer(health(), isAdmin),
    getReadiness: () => readinessAnswer(readiness()),
  };
}
