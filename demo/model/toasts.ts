import { signal } from '@preact/signals';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'fact' | 'problem';
}

const shownMs = 5000;
const mostShown = 3;

/** The short messages of one call. Each disappears by itself. */
export class Toasts {
  readonly shown = signal<readonly Toast[]>([]);
  #next = 0;

  /** @returns a function that takes it away before its time */
  show(text: string, kind: Toast['kind'] = 'fact'): () => void {
    const id = this.#next++;
    const hide = (): void => {
      this.shown.value = this.shown.value.filter((each) => each.id !== id);
    };
    this.shown.value = [...this.shown.value, { id, text, kind }].slice(-mostShown);
    setTimeout(hide, kind === 'problem' ? 2 * shownMs : shownMs);
    return hide;
  }
}
