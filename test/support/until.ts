import { setTimeout as pause } from 'node:timers/promises';

/** Resolves when the condition holds, and rejects after the time. `pauseMs` is the time between two checks. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
  pauseMs = 10,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await pause(pauseMs);
  }
}
