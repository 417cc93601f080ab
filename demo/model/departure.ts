import type { EndDetails, EndReason } from '../../client/index.js';
import type { Language } from '../words/words.js';
import type { PresentCall } from './remembered.js';

/** A call that is over for the user. */
export interface Departure {
  readonly reason: EndReason;
  readonly details: EndDetails;
  /** With what they joined, so that they can again. */
  readonly wish: PresentCall;
  /** For people. */
  readonly room: string;
  readonly lastedMs: number;
}

/** In hours and minutes, in words. Empty for less than a minute. */
export function durationText(ms: number, language: Language): string {
  const all = Math.floor(ms / 60_000);
  const parts = [
    [Math.floor(all / 60), 'hour'],
    [all % 60, 'minute'],
  ] as const;
  const texts = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) =>
      new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count),
    );
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(texts);
}
