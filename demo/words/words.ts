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

/** The language of a page, or of one call in it. What reads it while it is drawn is drawn anew when it changes. */
export class Voice {
  readonly #present = signal<{ readonly language: Language; readonly words: Words }>({ language: 'en', words: en });
  readonly #chosen: (language: Language) => void;
  #wish: Language = 'en';

  /** @param chosen called when the user has chosen a language */
  constructor(chosen: (language: Language) => void = () => undefined) {
    this.#chosen = chosen;
  }

  /** The texts. */
  readonly words = (): Words => this.#present.value.words;

  get language(): Language {
    return this.#present.value.language;
  }

  /** Fetches the language. Never rejects: one that cannot be had changes nothing. */
  async speak(wish: Language): Promise<void> {
    this.#wish = wish;
    const words = await catalogues[wish]().catch(() => undefined);
    // Another one may be wanted meanwhile.
    if (words && wish === this.#wish) this.#present.value = { language: wish, words };
  }

  /** The user wants that one. */
  async choose(language: Language): Promise<void> {
    this.#chosen(language);
    await this.speak(language);
  }
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
