import { effect } from '@preact/signals';
import { language, languageFor, speak, type Language } from '../words/words.js';
import { recall, remember } from './remembered.js';

/** The page speaks the language that the user has chosen, else the first that their browser wishes and the page has. */
export async function startLanguage(): Promise<void> {
  effect(() => {
    const { documentElement } = document;
    documentElement.lang = language();
    // None of the languages is written from right to left.
    documentElement.dir = 'ltr';
  });
  await speak(languageFor([recall().language, ...navigator.languages]));
}

/** Also for the next visits. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  remember({ language: chosen });
  await speak(chosen);
}
