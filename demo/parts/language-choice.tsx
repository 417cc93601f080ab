import { useVoice } from './voice.js';
import { isLanguage, languages } from '../words/words.js';

/** Each language is written in itself, for people who cannot read the present one. */
export function LanguageChoice() {
  const voice = useVoice();
  return (
    <select
      class="language"
      aria-label={voice.words().settings.language}
      value={voice.language}
      onChange={({ currentTarget: { value } }) => {
        if (isLanguage(value)) void voice.choose(value);
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
