import { inSlices } from './slices.js';
import type { Clock } from './clock.js';

/**
 * Runs something once the present turn of the event loop is over. What was given in one turn runs one behind the other, so that what it
 * sends to Redis is one write. What takes too long for one turn goes on in the next ones.
 */
export function endOfTurn(clock: Pick<Clock, 'now' | 'later'>): (run: () => void) => void {
  let waiting: (() => void)[] = [];
  return (run) => {
    waiting.push(run);
    if (waiting.length > 1) return;
    setImmediate(() => {
      const due = waiting;
      waiting = [];
      inSlices(clock, due, (each) => {
        each();
      });
    });
  };
}
