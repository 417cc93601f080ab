/** What `atrium-call.js` gives: the program of demo/element/, and the package's `@atrium/client/call`. */
import type { AtriumCallConstructor, AtriumCallElement } from './index.js';

/** The class of `<atrium-call>`. To import the file makes the element known to the browser. */
export declare const AtriumCall: AtriumCallConstructor;

declare global {
  interface HTMLElementTagNameMap {
    'atrium-call': AtriumCallElement;
  }
}
