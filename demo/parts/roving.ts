import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect } from 'preact/hooks';

const steps: Readonly<Record<string, (place: number, count: number) => number>> = {
  ArrowRight: (place, count) => (place + 1) % count,
  ArrowDown: (place, count) => (place + 1) % count,
  ArrowLeft: (place, count) => (place + count - 1) % count,
  ArrowUp: (place, count) => (place + count - 1) % count,
  Home: () => 0,
  End: (_place, count) => count - 1,
};

/** One tab stop for all buttons of a toolbar or menu; arrow keys, Home and End lead from one to the next. */
export function useRoving(bar: RefObject<HTMLElement>): void {
  // After each drawing: there may be other buttons now.
  useLayoutEffect(() => {
    if (bar.current) oneStop(bar.current);
  });
  useEffect(() => {
    const element = bar.current;
    if (!element) return undefined;
    const pressed = (event: KeyboardEvent): void => {
      const buttons = buttonsIn(element);
      const place = buttons.findIndex((button) => event.composedPath().includes(button));
      const next = buttons[steps[event.key]?.(place, buttons.length) ?? -1];
      if (place === -1 || !next) return;
      event.preventDefault();
      oneStop(element, next);
      next.focus();
    };
    const focused = (event: FocusEvent): void => {
      const button = buttonsIn(element).find((each) => each === event.target);
      if (button) oneStop(element, button);
    };
    // Some buttons are there on a wide call only.
    const observer = new ResizeObserver(() => {
      oneStop(element);
    });
    observer.observe(element);
    element.addEventListener('keydown', pressed);
    element.addEventListener('focusin', focused);
    return () => {
      observer.disconnect();
      element.removeEventListener('keydown', pressed);
      element.removeEventListener('focusin', focused);
    };
  }, [bar]);
}

function oneStop(element: HTMLElement, wanted?: HTMLElement): void {
  const buttons = buttonsIn(element);
  const stop = wanted ?? buttons.find(({ tabIndex }) => tabIndex === 0) ?? buttons[0];
  for (const button of element.querySelectorAll('button')) button.tabIndex = button === stop ? 0 : -1;
}

function buttonsIn(element: HTMLElement): HTMLElement[] {
  return [...element.querySelectorAll('button')].filter((button) => button.offsetParent !== null && !button.disabled);
}
