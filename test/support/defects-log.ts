import type { ParentLog } from '../../log.js';

/** A log that passes errors on, which no client may cause, and drops all other lines. */
export function defectsLog(error: (message: string, fields?: object) => void): ParentLog {
  const log: ParentLog = { error, warn: ignore, info: ignore, debug: ignore, child: () => log };
  return log;
}

function ignore(): void {
  // Only defects matter.
}
