import type * as Face from '../../client/atrium-call.js';
import { ownServer } from '../../client/server-address.js';
import { CallElement } from './call-element.js';
import { register } from './register.js';

/** The program that a server has at `/client/atrium-call.js`. */
export { CallElement as AtriumCall };

try {
  CallElement.home = ownServer(import.meta.url);
} catch {
  // Part of a bundle: the attribute `server` has to say it.
}
register();

({ AtriumCall: CallElement }) satisfies typeof Face;
