import { chooseLanguage } from '../model/page-language.js';
import { isLanguage, language, languages, words } from '../words/words.js';

/** Each language is written in itself, for people who cannot read the present one. */
export function LanguageChoice() {
  return (
    <select
      class="language"
      aria-label={words().settings.language}
      value={language()}
      onChange={({ currentTarget: { value } }) => {
        if (isLanguage(value)) void chooseLanguage(value);
      }}
    >
      {Object.entries(languages).map(([tag, name]) => (
        <option key={tag} value={tag} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}
