import type { NotReadyReason, Readiness } from '../rest/health.js';
import type { Draining } from './draining.js';
import type { EventLoopDelays } from './event-loop-delays.js';
import type { NodeRooms } from './node-rooms.js';

export interface ReadinessSources {
  readonly isStarted: boolean;
  readonly draining: Pick<Draining, 'isUnderWay'>;
  readonly delays: Pick<EventLoopDelays, 'areLong'>;
  /** Undefined: nobody has said which media servers carry the media. */
  readonly mediaServers: readonly { readonly up: boolean }[] | undefined;
  /** Of one of several nodes. */
  readonly node: Pick<NodeRooms, 'readiness'> | undefined;
}

/** What keeps clients away from this server, of all that may. */
export function readinessOf({ isStarted, draining, delays, mediaServers, node }: ReadinessSources): Readiness {
  const { reasons = [], isWaiting = false } = node?.readiness ?? {};
  const found: Readonly<Record<NotReadyReason, boolean>> = {
    starting: !isStarted,
    draining: draining.isUnderWay || reasons.includes('draining'),
    'no-media': mediaServers?.every(({ up }) => !up) ?? false,
    'event-loop': delays.areLong,
    redis: reasons.includes('redis'),
  };
  const names = Object.keys(found) as NotReadyReason[];
  return { reasons: names.filter((name) => found[name]), isWaiting };
}
