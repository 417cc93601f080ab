import { expect } from 'chai';
import { piecesOf } from '../../demo/model/links.js';

/** The text with its links in brackets, and where they lead if it is elsewhere. */
function shown(text: string): string {
  return piecesOf(text)
    .map(({ text: piece, href }) => (href === undefined ? piece : href === piece ? `[${piece}]` : `[${piece}|${href}]`))
    .join('');
}

const cases: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'are addresses of http and https, and of www without either': [
    ['see https://a.example/b?c=d#e now', 'see [https://a.example/b?c=d#e] now'],
    ['HTTP://A.example', '[HTTP://A.example|http://a.example/]'],
    ['www.a.example/b', '[www.a.example/b|https://www.a.example/b]'],
    ['http://localhost:8080/r/garden', '[http://localhost:8080/r/garden]'],
    ['one https://a.example/1 two https://a.example/2', 'one [https://a.example/1] two [https://a.example/2]'],
    ['line\nhttps://a.example/\nline', 'line\n[https://a.example/]\nline'],
  ],
  'end before the end of a sentence, and have brackets of their own alone': [
    ['go to https://a.example/b.', 'go to [https://a.example/b].'],
    ['https://a.example/b?!', '[https://a.example/b]?!'],
    ['(https://a.example/b)', '([https://a.example/b])'],
    ['https://a.example/wiki/Tile_(game)', '[https://a.example/wiki/Tile_(game)]'],
    ['(see https://a.example/wiki/Tile_(game).)', '(see [https://a.example/wiki/Tile_(game)].)'],
    ['[https://a.example/b], "https://a.example/c"', '[[https://a.example/b]], "[https://a.example/c]"'],
    ['<https://a.example/b>', '<[https://a.example/b]>'],
    ['看https://a.example/b。好', '看[https://a.example/b]。好'],
    ['«https://a.example/b»', '«[https://a.example/b]»'],
  ],
  'never run anything, and never show another address than they lead to': [
    ['javascript:alert(1)', 'javascript:alert(1)'],
    ['JaVaScRiPt://a.example/%0aalert(1)', 'JaVaScRiPt://a.example/%0aalert(1)'],
    ['data:text/html,<b>', 'data:text/html,<b>'],
    ['file:///etc/passwd ftp://a.example', 'file:///etc/passwd ftp://a.example'],
    ['https://bank.example@evil.example/', 'https://bank.example@evil.example/'],
    ['https://a.example/\u202ecod.exe', '[https://a.example/]\u202ecod.exe'],
    ['https://a.example\\b', '[https://a.example|https://a.example/]\\b'],
  ],
  'are not what only looks like one': [
    ['https:// http://', 'https:// http://'],
    ['https://.', 'https://.'],
    ['http://[', 'http://['],
    ['www. www.a', 'www. www.a'],
    ['ana@www.a.example', 'ana@www.a.example'],
    ['xhttps://a.example', 'xhttps://a.example'],
    ['', ''],
  ],
};

describe('links in the chat', () => {
  for (const [rule, examples] of Object.entries(cases)) {
    it(rule, () => {
      expect(examples.map(([text]) => shown(text))).to.deep.equal(examples.map(([, expected]) => expected));
    });
  }

  it('are found in hostile texts without losing a character', () => {
    for (const text of [
      'https://a.example/' + '('.repeat(8_000),
      'http://' + ')'.repeat(8_000),
      'www.'.repeat(4_000),
    ]) {
      expect(
        piecesOf(text)
          .map(({ text: piece }) => piece)
          .join(''),
      ).to.equal(text);
    }
  });
});
