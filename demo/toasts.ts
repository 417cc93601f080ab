import { byId, create } from './dom.js';

const SHOWN_MS = 5000;
const MOST = 3;

/** A line that tells something in passing, read out by screen readers, gone by itself. */
export function toast(text: string, kind: 'fact' | 'problem' = 'fact'): void {
  const toasts = byId('toasts', HTMLElement);
  const line = create('p', `toast ${kind}`, text);
  toasts.append(line);
  while (toasts.childElementCount > MOST) toasts.firstElementChild?.remove();
  setTimeout(
    () => {
      line.remove();
    },
    kind === 'problem' ? 2 * SHOWN_MS : SHOWN_MS,
  );
}
