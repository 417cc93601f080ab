import type { Handlers } from './operations.js';
import type { OtherNodes } from './other-nodes.js';
import { Problem } from './problem.js';

/** Moves a room to another node, and says which one owns it then. @throws Problem */
export type Move = (room: string, node: string | undefined) => Promise<string>;

/** The operations about the cluster. Undefined: this server is alone. */
export function clusterHandlers(
  others: OtherNodes | undefined,
  move: Move | undefined,
): Handlers<'getCluster' | 'moveRoom'> {
  const alone = (): Problem => new Problem('not-found', 'This server is alone (REDIS_URL)');
  return {
    getCluster: () => {
      if (!others) throw alone();
      return { status: 200, body: others.nodes() };
    },
    moveRoom: async ({ room }, _asking, { node }) => {
      if (!move) throw alone();
      return { status: 200, body: { node: await move(room, node) } };
    },
  };
}
