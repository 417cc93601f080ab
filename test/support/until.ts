import { setTimeout as pause } from 'node:timers/promises';

/** Resolves when the condition holds; rejects when it does not within the time. `pauseMs`: between two looks; more where a look costs. */
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
