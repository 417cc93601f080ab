import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { decibels } from '../../client/index.js';
import type { Person } from '../model/person.js';

/** About as often as the levels are read. */
const intervalMs = 300;
/** What is quieter has the thinnest ring, what is louder no wider one. */
const quietDb = -50;
const loudDb = -12;
/** Each new width is drawn anew. */
const widths = 4;

/** Keeps `--loudness` of the element, from 0 to 1 in quarters, at how loud the person is, while they speak. Renders no part anew. */
export function useLoudness(tile: RefObject<HTMLElement>, person: Person, speaks: boolean): void {
  useEffect(() => {
    const element = tile.current;
    if (!element || !speaks) return undefined;
    const look = (): void => {
      const share = (decibels(person.level()) - quietDb) / (loudDb - quietDb);
      const step = Math.round(Math.min(1, Math.max(0, share)) * widths);
      element.style.setProperty('--loudness', String(step / widths));
    };
    look();
    const timer = setInterval(look, intervalMs);
    return () => {
      clearInterval(timer);
    };
  }, [tile, person, speaks]);
}
