import type { Handlers } from './operations.js';
import type { OtherNodes } from './other-nodes.js';
import { Problem } from './problem.js';

/** The operations about the cluster. @param others undefined: this server is alone */
export function clusterHandlers(others: OtherNodes | undefined): Handlers<'getCluster'> {
  return {
    getCluster: () => {
      if (!others) throw new Problem('not-found', 'This server is alone (REDIS_URL)');
      return { status: 200, body: others.nodes() };
    },
  };
}
