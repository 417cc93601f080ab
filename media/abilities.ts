import type { MediaAbilities } from './port.js';

/** What all of several can do. Undefined: nothing is known of one of them, or there is none. */
export function leastAbilities(all: readonly (MediaAbilities | undefined)[]): MediaAbilities | undefined {
  const known = all.flatMap((each) => each ?? []);
  if (known.length < all.length || known.length === 0) return undefined;
  return {
    simulcast: known.every(({ simulcast }) => simulcast),
    layers: Math.min(...known.map(({ layers }) => layers)),
    pause: known.every(({ pause }) => pause),
    iceRestart: known.every(({ iceRestart }) => iceRestart),
    activeSpeaker: known.every(({ activeSpeaker }) => activeSpeaker === 'server') ? 'server' : 'none',
    audioLastN: known.every(({ audioLastN }) => audioLastN),
  };
}
