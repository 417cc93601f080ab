import { signal } from '@preact/signals';
import { en, type Words } from './en/index.js';

export type { Words };

/** The languages of the page, by what each calls itself. */
export const languages = { en: 'English', es: 'Español', fr: 'Français', de: 'Deutsch', zh: '中文' } as const;

export type Language = keyof typeof languages;

/** English is a part of the page. Each other language is a file of its own. */
const catalogues: Readonly<Record<Language, () => Promise<Words>>> = {
  en: () => Promise.resolve(en),
  es: async () => (await import('./es/index.js')).es,
  fr: async () => (await import('./fr/index.js')).fr,
  de: async () => (await import('./de/index.js')).de,
  zh: async () => (await import('./zh/index.js')).zh,
};

const present = signal<{ readonly language: Language; readonly words: Words }>({ language: 'en', words: en });
let wish: Language = 'en';

/** The texts in the language of the user. A part that reads them is drawn anew when the language changes. */
export function words(): Words {
  return present.value.words;
}

/** As `words`: a part that reads it is drawn anew. */
export function language(): Language {
  return present.value.language;
}

/** Fetches the language. Never rejects: one that cannot be had changes nothing. */
export async function speak(chosen: Language): Promise<void> {
  wish = chosen;
  const texts = await catalogues[chosen]().catch(() => undefined);
  // The user may have chosen another one meanwhile.
  if (texts && wish === chosen) present.value = { language: chosen, words: texts };
}

/** The first of the wishes that the page has; English when it has none. A wish is a language tag, such as `de-AT`. */
export function languageFor(wishes: readonly string[]): Language {
  for (const tag of wishes) {
    const [base = ''] = tag.toLowerCase().split('-');
    if (isLanguage(base)) return base;
  }
  return 'en';
}

export function isLanguage(text: string): text is Language {
  return Object.hasOwn(languages, text);
}
