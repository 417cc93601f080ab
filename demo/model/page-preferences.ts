import { effect } from '@preact/signals';
import { Preferences } from './preferences.js';

/** What holds for the page, before, in and after its calls. */
export const pagePreferences = new Preferences();

/** The page has the colours that the user has chosen in a call. */
export function startColors(): void {
  effect(() => {
    document.documentElement.style.colorScheme = pagePreferences.colorScheme;
  });
}
