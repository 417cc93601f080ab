import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Call, MenuName } from '../model/call.js';
import { ownTree } from './own-tree.js';

/** Between a popover and the edge of the call, in CSS pixels. */
const edge = 8;

export interface PopoverProps {
  readonly call: Call;
  readonly name: MenuName;
  readonly label: string;
  readonly role?: 'dialog' | 'menu';
  readonly children: ComponentChildren;
  readonly inner?: RefObject<HTMLDivElement>;
}

/** The id of a popover, for `aria-controls` of its button. */
export function popoverId(name: MenuName): string {
  return `menu-${name}`;
}

/** Opens above its button, or on a phone as a sheet from below. Escape, or a press anywhere else, closes it. */
export function Popover({ call, name, label, role = 'dialog', inner, children }: PopoverProps) {
  const own = useRef<HTMLDivElement>(null);
  const element = inner ?? own;
  useLayoutEffect(() => {
    const shown = element.current;
    if (!shown) return undefined;
    const tree = ownTree(shown);
    const opener = tree.querySelector<HTMLElement>(`[aria-controls="${popoverId(name)}"]`);
    const placing = new ResizeObserver(() => {
      place(shown, opener);
    });
    for (const each of [shown, shown.offsetParent]) if (each) placing.observe(each);
    place(shown, opener);
    const controls = [...shown.querySelectorAll<HTMLElement>('button, input, select')];
    const seen = controls.filter(({ offsetParent }) => offsetParent !== null);
    (seen.find((control) => control.matches(':checked')) ?? seen[0] ?? shown).focus();
    const pressed = (event: Event): void => {
      const path = event.composedPath();
      if (!path.includes(shown) && !(opener && path.includes(opener))) call.menu.value = undefined;
    };
    document.addEventListener('pointerdown', pressed);
    return () => {
      placing.disconnect();
      document.removeEventListener('pointerdown', pressed);
      // Another part may have taken the focus.
      if (!tree.activeElement || shown.contains(tree.activeElement)) opener?.focus();
    };
  }, [call, name, element]);
  return (
    <div
      id={popoverId(name)}
      class="popover"
      role={role}
      aria-label={label}
      tabIndex={-1}
      ref={element}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        call.menu.value = undefined;
      }}
    >
      {children}
    </div>
  );
}

/** Above the middle of its button, within the call. */
function place(shown: HTMLElement, opener: HTMLElement | null): void {
  const frame = shown.offsetParent?.getBoundingClientRect();
  const button = opener?.getBoundingClientRect();
  if (!frame || !button) return;
  const middle = (button.left + button.right) / 2 - frame.left - shown.offsetWidth / 2;
  const left = Math.max(edge, Math.min(middle, frame.width - shown.offsetWidth - edge));
  shown.style.setProperty('--left', `${left}px`);
}
