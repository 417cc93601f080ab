import type { Log } from '../log.js';

/** Calls a listener; what it throws ends in the log. */
export function notify(log: Log, call: () => void): void {
  try {
    call();
  } catch (error) {
    log.error('a listener of the media engine threw', { error });
  }
}
