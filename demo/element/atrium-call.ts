import type * as Face from '../../client/atrium-call.js';
import { serverOfScript } from '../model/server-address.js';
import { CallElement } from './call-element.js';
import { register } from './register.js';

/** The program that a server has at `/client/atrium-call.js`. */
export { CallElement as AtriumCall };

CallElement.home = serverOfScript(import.meta.url);
register();

({ AtriumCall: CallElement }) satisfies typeof Face;
