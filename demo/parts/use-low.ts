import { useLayoutEffect } from 'preact/hooks';
import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { RefObject } from 'preact';

/** A call that is lower than this, and wider than high, is on a phone that lies on its side. In CSS pixels. */
const lowPx = 480;
/** How long nobody has to do anything until head and buttons fade, in ms. */
const restMs = 4000;

const signsOfLife = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;

export interface Low {
  /** There is little height: head and buttons lie over and beside the picture. */
  readonly low: ReadonlySignal<boolean>;
  /** Nobody has done anything for a while. Only where there is little height. */
  readonly resting: ReadonlySignal<boolean>;
}

/** Watches the size of the element, and whether somebody does something in it. */
export function useLow(frame: RefObject<HTMLElement>): Low {
  const low = useSignal(false);
  const resting = useSignal(false);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wake = (): void => {
      resting.value = false;
      clearTimeout(timer);
      if (low.value) timer = setTimeout(() => (resting.value = true), restMs);
    };
    /** A finger that brings the buttons back shall not press what it cannot see. */
    let wakesOnly = false;
    const touched = (event: PointerEvent): void => {
      wakesOnly = resting.value && event.pointerType === 'touch';
    };
    const clicked = (event: MouseEvent): void => {
      if (wakesOnly) event.stopPropagation();
      wakesOnly = false;
    };
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      const was = low.value;
      low.value = height < lowPx && width > height;
      if (low.value !== was) wake();
    });
    observer.observe(element);
    element.addEventListener('pointerdown', touched, true);
    element.addEventListener('click', clicked, true);
    for (const sign of signsOfLife) element.addEventListener(sign, wake);
    return () => {
      observer.disconnect();
      clearTimeout(timer);
      element.removeEventListener('pointerdown', touched, true);
      element.removeEventListener('click', clicked, true);
      for (const sign of signsOfLife) element.removeEventListener(sign, wake);
    };
  }, [frame, low, resting]);
  return { low, resting };
}
