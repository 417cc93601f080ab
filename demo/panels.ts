import { byId } from './dom.js';

export type PanelName = 'chat' | 'people';

const names: readonly PanelName[] = ['chat', 'people'];

/** The space beside the stage: one panel at a time, or none. */
export class Panels {
  readonly #opened: (name: PanelName) => void;
  #open: PanelName | undefined;

  constructor(opened: (name: PanelName) => void) {
    this.#opened = opened;
    for (const name of names) {
      button(name).addEventListener('click', () => {
        this.show(this.#open === name ? undefined : name);
      });
      panel(name)
        .querySelector('[data-close]')
        ?.addEventListener('click', () => {
          this.#closeFromWithin(name);
        });
      panel(name).addEventListener('keydown', (event) => {
        if (event.key === 'Escape') this.#closeFromWithin(name);
      });
    }
  }

  get open(): PanelName | undefined {
    return this.#open;
  }

  show(open: PanelName | undefined): void {
    this.#open = open;
    for (const name of names) {
      panel(name).hidden = name !== open;
      button(name).setAttribute('aria-expanded', String(name === open));
    }
    byId('call-page', HTMLElement).dataset.panel = open ?? '';
    if (open) this.#opened(open);
  }

  #closeFromWithin(name: PanelName): void {
    this.show(undefined);
    button(name).focus();
  }
}

function panel(name: PanelName): HTMLElement {
  return byId(`${name}-panel`, HTMLElement);
}

function button(name: PanelName): HTMLButtonElement {
  return byId(`${name}-button`, HTMLButtonElement);
}
