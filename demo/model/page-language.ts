import { effect } from '@preact/signals';
import { Voice, languageFor } from '../words/words.js';
import { recall, remember } from './remembered.js';

/** That of the page, which keeps what the user chooses for the next visits. */
export const pageVoice = new Voice((language) => {
  remember({ language });
});

/** The page speaks the language that the user has chosen, else the first that their browser wishes and the page has. */
export async function startLanguage(): Promise<void> {
  effect(() => {
    const { documentElement } = document;
    documentElement.lang = pageVoice.language;
    // None of the languages is written from right to left.
    documentElement.dir = 'ltr';
  });
  await pageVoice.speak(languageFor([recall().language, ...navigator.languages]));
}
