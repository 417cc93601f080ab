import { expect } from 'chai';
import { pluralIn } from '../../demo/words/plural.js';
import { isLanguage, languageFor, languages, Voice, type Language } from '../../demo/words/words.js';

type Leaf = string | ((...parts: never[]) => string);

function leavesOf(catalogue: object, path = ''): [string, Leaf][] {
  return Object.entries(catalogue).flatMap(([key, value]: [string, Leaf | object]): [string, Leaf][] =>
    typeof value === 'object' ? leavesOf(value, `${path}${key}.`) : [[`${path}${key}`, value]],
  );
}

/** Words that are the same in English. */
const shared = {
  es: ['join.nameExample', 'chat.title'],
  fr: ['invitation.title', 'chat.messages'],
  de: ['chat.title'],
  zh: [],
};

/** The text with 2 in the place of each part, which may be a number or a name. */
function exampleOf(text: Leaf): string {
  return typeof text === 'string' ? text : (text as (...parts: unknown[]) => string)(2, 2, 2);
}

async function textsIn(language: Language): Promise<ReadonlyMap<string, Leaf>> {
  const voice = new Voice();
  await voice.speak(language);
  return new Map(leavesOf(voice.words()));
}

describe('the words of the page', () => {
  it('are whole in each language: no text is empty, missing, or takes other parts than the English one', async () => {
    const english = await textsIn('en');
    for (const language of Object.keys(languages).filter(isLanguage)) {
      const texts = await textsIn(language);
      expect([...texts.keys()], language).to.have.members([...english.keys()]);
      for (const [key, text] of texts) {
        const place = `${language}: ${key}`;
        expect(exampleOf(text).trim(), place).to.not.equal('');
        if (typeof text !== 'string') expect(text.length, place).to.be.at.most(english.get(key)?.length ?? 0);
      }
    }
  });

  it('are translated: none reads as in English, but for words that both languages have', async () => {
    const english = await textsIn('en');
    for (const language of ['es', 'fr', 'de', 'zh'] as const) {
      const texts = [...(await textsIn(language))].map(([key, text]) => [key, exampleOf(text)] as const);
      const same = texts.filter(([key, text]) => /\p{L}/u.test(text) && text === exampleOf(english.get(key) ?? ''));
      expect(
        same.map(([key]) => key),
        language,
      ).to.have.members(shared[language]);
    }
  });

  it('are in the first language that the browser wishes and the page has', () => {
    expect(languageFor(['', 'nl-NL', 'de-AT', 'fr'])).to.equal('de');
    expect(languageFor(['zh-Hant-TW'])).to.equal('zh');
    expect(languageFor(['toString', 'eo'])).to.equal('en');
    expect(languageFor([])).to.equal('en');
  });

  it('are in the language that was wished last, however long each takes to come', async () => {
    const voice = new Voice();
    await Promise.all((['de', 'fr', 'en'] as const).map((language) => voice.speak(language)));
    expect(voice.words().join.title).to.equal('Join a room');
  });

  it('have the plural of each language', () => {
    const people = pluralIn('en');
    const forms = { one: '# person', other: '# people' };
    expect([0, 1, 2, 1200].map((count) => people(count, forms))).to.deep.equal([
      '0 people',
      '1 person',
      '2 people',
      '1,200 people',
    ]);
    const personnes = pluralIn('fr');
    expect(personnes(0, { one: '# personne', other: '# personnes' })).to.equal('0 personne');
    expect(pluralIn('zh')(1, { other: '# 人' })).to.equal('1 人');
  });
});
