import { signal } from '@preact/signals';
import { render } from 'preact';
import type { Call } from '../model/call.js';
import { CallPage } from '../parts/call-page.js';
import styles from '../styles/call.css?inline';

/** One sheet for all calls of a page. A page whose policy forbids `<style>` allows it. */
let sheet: CSSStyleSheet | undefined;

/** A call in a page: `<atrium-call>`. */
export class CallElement extends HTMLElement {
  readonly #root = this.attachShadow({ mode: 'open' });
  readonly #call = signal<Call | undefined>(undefined);

  connectedCallback(): void {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(styles);
    }
    this.#root.adoptedStyleSheets = [sheet];
    const call = this.#call;
    render(<Shown call={call} />, this.#root);
  }

  disconnectedCallback(): void {
    queueMicrotask(() => {
      // It was only moved.
      if (this.isConnected) return;
      void this.#call.value?.room.leave();
      render(null, this.#root);
    });
  }

  /** Shows this call from now on. */
  present(call: Call): void {
    this.#call.value = call;
  }
}

function Shown({ call }: { readonly call: { readonly value: Call | undefined } }) {
  return <div class="call">{call.value && <CallPage call={call.value} />}</div>;
}
