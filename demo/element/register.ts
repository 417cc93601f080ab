import { CallElement } from './call-element.js';

export const tagName = 'atrium-call';

declare global {
  interface HTMLElementTagNameMap {
    [tagName]: CallElement;
  }
}

/** Makes the browser know `<atrium-call>`. */
export function register(): void {
  if (!customElements.get(tagName)) customElements.define(tagName, CallElement);
}
