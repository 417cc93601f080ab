import type { Log } from '../../../log.js';
import { thrown } from '../log.js';

/** Wraps a callback for the native library. An exception that leaves such a callback would end the process at once. */
export function guarded<A extends readonly unknown[]>(log: Log, callback: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      callback(...args);
    } catch (error) {
      log.error('a media event was lost to a defect', thrown(error));
    }
  };
}
