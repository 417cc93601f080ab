import type { Answer, Handlers } from './operations.js';
import type { Component } from './schemas.js';

export type Health = Readonly<Pick<Component<'Health'>, 'mediaServers' | 'dialects' | 'node'>>;

/** 200 while rooms can have media, 503 while no media server answers, for load balancers. Administrators are told why. */
export function healthAnswer(state: Health, isAdmin: boolean): Answer<'getHealth'> {
  return state.mediaServers.some((server) => server.up)
    ? { status: 200, body: { status: 'ok', ...(isAdmin && state) } }
    : { status: 503, body: isAdmin ? { status: 'no media server', ...state } : { status: 'unavailable' } };
}

/** Why clients should not be sent to a server. */
export type NotReadyReason = Component<'NotReady'>['reasons'][number];

/** Whether clients should be sent to this server. */
export interface Readiness {
  /** None: they should. */
  readonly reasons: readonly NotReadyReason[];
  /** One of several nodes that cannot serve clients at this moment, and probably can soon. */
  readonly isWaiting: boolean;
}

export function readinessAnswer({ reasons, isWaiting }: Readiness): Answer<'getReadiness'> {
  return reasons.length > 0
    ? { status: 503, body: { ready: false, reasons: [...reasons] } }
    : { status: 200, body: { ready: true, ...(isWaiting && { waiting: true }) } };
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
