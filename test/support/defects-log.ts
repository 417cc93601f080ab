import type { ParentLog } from '../../log.js';

/** A log that hands over errors, which no client may cause, and drops everything else. */
export function defectsLog(error: (message: string, fields?: object) => void): ParentLog {
  const log: ParentLog = { error, warn: ignore, info: ignore, debug: ignore, child: () => log };
  return log;
}

function ignore(): void {
  // Only defects matter.
}
