import type { OvSessions } from './model/ov-sessions.js';
import type { OpenviduSettings } from './options.js';

/** The longest time of a timer, in ms. */
const longestMs = 2 ** 31 - 1;

/** Forgets sessions that nobody has ever joined, from time to time. @returns a function that ends it */
export function startCollector(
  sessions: Pick<OvSessions, 'collect'>,
  {
    sessionsGarbageInterval: everyS,
    sessionsGarbageThreshold: ageS,
  }: Pick<OpenviduSettings, 'sessionsGarbageInterval' | 'sessionsGarbageThreshold'>,
): () => void {
  if (everyS === 0) return () => undefined;
  const timer = setInterval(
    () => {
      sessions.collect(ageS * 1_000);
    },
    Math.min(longestMs, everyS * 1_000),
  );
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
