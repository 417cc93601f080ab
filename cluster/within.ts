import type { Clock } from './clock.js';
import { ClusterError } from './cluster-error.js';

/** Waits for Redis, that many ms at most. @throws ClusterError AWAY when it takes longer; otherwise as what it waits for */
export async function within(clock: Pick<Clock, 'later'>, ms: number, wait: Promise<void>): Promise<void> {
  let stop = (): void => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    stop = clock.later(ms, () => {
      reject(new ClusterError('AWAY', 'Redis takes too long'));
    });
  });
  await Promise.race([wait, late]).finally(stop);
}
