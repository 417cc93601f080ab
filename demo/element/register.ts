import { CallElement } from './call-element.js';

export const tagName = 'atrium-call';

/** Makes the browser know `<atrium-call>`. */
export function register(): void {
  const registry = (globalThis as { readonly customElements?: CustomElementRegistry }).customElements;
  if (registry && !registry.get(tagName)) registry.define(tagName, CallElement);
}
