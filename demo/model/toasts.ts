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

  show(text: string, kind: Toast['kind'] = 'fact'): void {
    const id = this.#next++;
    this.shown.value = [...this.shown.value, { id, text, kind }].slice(-mostShown);
    setTimeout(
      () => {
        this.shown.value = this.shown.value.filter((each) => each.id !== id);
      },
      kind === 'problem' ? 2 * shownMs : shownMs,
    );
  }
}
