import type { Handlers } from './operations.js';
import type { Component } from './schemas.js';

export type Health = Readonly<Pick<Component<'Health'>, 'mediaServers' | 'dialects'>>;

/** 200 while rooms can have media, 503 while no media server answers, for load balancers. */
export function healthHandlers(health: () => Health): Handlers<'getHealth'> {
  return {
    getHealth: () => {
      const state = health();
      return state.mediaServers.some((server) => server.up)
        ? { status: 200, body: { status: 'ok', ...state } }
        : { status: 503, body: { status: 'no media server', ...state } };
    },
  };
}
