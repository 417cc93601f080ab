import { useEffect, useRef } from 'preact/hooks';

/** Within this time a second click makes a double click, in ms. */
const doubleMs = 220;

export interface Clicks {
  onClick(event: MouseEvent): void;
  onDblClick(): void;
}

/** Tells one click from two: what the first click moves away would not get the second one. A key does not wait. */
export function useClicks(once: () => void, twice: () => void): Clicks {
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  return {
    onClick: ({ detail }) => {
      clearTimeout(timer.current);
      if (detail === 0) once();
      if (detail === 1) timer.current = setTimeout(once, doubleMs);
    },
    onDblClick: () => {
      clearTimeout(timer.current);
      twice();
    },
  };
}
