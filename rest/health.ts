import type { Answer, Handlers } from './operations.js';
import type { Component } from './schemas.js';

export type Health = Readonly<Pick<Component<'Health'>, 'mediaServers' | 'dialects' | 'node'>>;

/** 200 while rooms can have media, 503 while no media server answers, for load balancers. Administrators are told why. */
export function healthAnswer(state: Health, isAdmin: boolean): Answer<'getHealth'> {
  return state.mediaServers.some((server) => server.up)
    ? { status: 200, body: { status: 'ok', ...(isAdmin && state) } }
    : { status: 503, body: isAdmin ? { status: 'no media server', ...state } : { status: 'unavailable' } };
}

export function readinessAnswer(isReady: boolean): Answer<'getReadiness'> {
  return isReady ? { status: 200, body: { status: 'ok' } } : { status: 503, body: { status: 'unavailable' } };
}

export function healthHandlers(health: () => Health, isReady: () => boolean): Handlers<'getHealth' | 'getReadiness'> {
  return {
    getHealth: (_input, { isAdmin }) => healthAnswer(health(), isAdmin),
    getReadiness: () => readinessAnswer(isReady()),
  };
}
