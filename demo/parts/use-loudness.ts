import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { decibels } from '../../client/index.js';
import type { Person } from '../model/person.js';

const intervalMs = 120;
/** What is quieter has no glow, what is louder has no more of it. */
const quietDb = -50;
const loudDb = -12;

/** Keeps `--loudness` of the element, from 0 to 1, at how loud the person is, while they speak. Draws nothing anew. */
export function useLoudness(tile: RefObject<HTMLElement>, person: Person, speaks: boolean): void {
  useEffect(() => {
    const element = tile.current;
    if (!element || !speaks) return undefined;
    const look = (): void => {
      const share = (decibels(person.level()) - quietDb) / (loudDb - quietDb);
      element.style.setProperty('--loudness', Math.min(1, Math.max(0, share)).toFixed(2));
    };
    look();
    const timer = setInterval(look, intervalMs);
    return () => {
      clearInterval(timer);
    };
  }, [tile, person, speaks]);
}
