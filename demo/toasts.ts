import { byId, create } from './dom.js';

const shownMs = 5000;
const mostShown = 3;

/** A line that tells something in passing, read out by screen readers, gone by itself. */
export function toast(text: string, kind: 'fact' | 'problem' = 'fact'): void {
  const toasts = byId('toasts', HTMLElement);
  const line = create('p', `toast ${kind}`, text);
  toasts.append(line);
  while (toasts.childElementCount > mostShown) toasts.firstElementChild?.remove();
  setTimeout(
    () => {
      line.remove();
    },
    kind === 'problem' ? 2 * shownMs : shownMs,
  );
}
