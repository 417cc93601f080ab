import { signal } from '@preact/signals';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'fact' | 'problem';
}

const shownMs = 5000;
const mostShown = 3;
let next = 0;

export const toasts = signal<readonly Toast[]>([]);

/** A short message that disappears by itself. */
export function toast(text: string, kind: Toast['kind'] = 'fact'): void {
  const id = next++;
  toasts.value = [...toasts.value, { id, text, kind }].slice(-mostShown);
  setTimeout(
    () => {
      toasts.value = toasts.value.filter((each) => each.id !== id);
    },
    kind === 'problem' ? 2 * shownMs : shownMs,
  );
}
