import { effect } from '@preact/signals';
import { Preferences } from './preferences.js';

/** What holds for the page, before, in and after its calls. */
export const pagePreferences = new Preferences();

/** The page, and the browser's own bars around it, have the colours that the user has chosen in a call. */
export function startColors(): void {
  const metas = [...document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')];
  const bars = metas.map((meta) => ({ meta, media: meta.media }));
  effect(() => {
    const { colorScheme } = pagePreferences;
    document.documentElement.style.colorScheme = colorScheme;
    for (const { meta, media } of bars) {
      if (colorScheme === '') meta.media = media;
      else meta.media = media.includes(colorScheme) ? 'all' : 'not all';
    }
  });
}
