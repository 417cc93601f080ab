import { setTimeout as pause } from 'node:timers/promises';
import type { Dialect } from '../dialects/dialect.js';

/** Between two groups of connections that end, in ms. */
const everyMs = 250;

/**
 * Ends the connections of clients that can go on over another process, a few at a time, so that they do not all come there at once. Nobody
 * may be let in any more.
 * @param ms how long that takes
 */
export async function sendAway(dialects: readonly Pick<Dialect, 'handOver' | 'state'>[], ms: number): Promise<void> {
  for (let groups = Math.max(1, Math.ceil(ms / everyMs)); groups > 0; groups -= 1) {
    let left = 0;
    for (const { handOver, state } of dialects) {
      if (!handOver) continue;
      left += state.connections;
      handOver.sendAway(Math.ceil(state.connections / groups));
    }
    if (left === 0) return;
    if (groups > 1) await pause(everyMs);
  }
}
