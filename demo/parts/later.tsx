import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const fetches: (() => Promise<unknown>)[] = [];

/** Fetches them all, so that they are there when the network is not. Never rejects. */
export function fetchParts(): void {
  for (const fetchPart of fetches) fetchPart().catch(() => undefined);
}

/** A part that is fetched when it is shown first, so that the page is small. Until then there is nothing; without a network, too. */
export function later<Props extends object>(fetchPart: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let part: ComponentType<Props> | undefined;
  const fetchOnce = async (): Promise<void> => {
    part ??= await fetchPart();
  };
  fetches.push(fetchOnce);
  return function Later(props: Props) {
    const [, draw] = useState(0);
    useEffect(() => {
      if (part) return undefined;
      let isShown = true;
      const fetchAndDraw = async (): Promise<void> => {
        await fetchOnce();
        if (isShown) draw(1);
      };
      fetchAndDraw().catch(() => undefined);
      return () => {
        isShown = false;
      };
    }, []);
    const Part = part;
    return Part ? <Part {...props} /> : null;
  };
}
