import { setTimeout as pause } from 'node:timers/promises';

/** How long anything may take that is not about time, in ms: a machine that runs other tests beside is slow. */
export const patienceMs = 40_000;

/** The longest time between two checks, in ms, unless the first is longer. */
const longestPauseMs = 100;

/**
 * Resolves when the condition holds, and rejects after the time. `pauseMs` is the time between the first two checks. What takes longer
 * is checked less often, which leaves the machine to what is waited for.
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = patienceMs,
  pauseMs = 10,
): Promise<void> {
  const begun = Date.now();
  while (!(await condition())) {
    const elapsed = Date.now() - begun;
    if (elapsed > timeoutMs) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    // A test that no longer waits must not keep the process.
    await pause(Math.max(pauseMs, Math.min(longestPauseMs, elapsed / 10)), undefined, { ref: false });
  }
}
