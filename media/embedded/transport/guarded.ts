import type { Log } from '../../../log.js';
import { thrown } from '../log.js';

/** Whatever a callback of the library throws ends the process at once, past every handler: so nothing may get out. */
export function guarded<A extends readonly unknown[]>(log: Log, callback: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      callback(...args);
    } catch (error) {
      log.error('a media event was lost to a defect', thrown(error));
    }
  };
}
