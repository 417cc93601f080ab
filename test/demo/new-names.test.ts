import { expect } from 'chai';
import { newRoomName, nextName } from '../../demo/model/new-names.js';
import { invitation } from '../../demo/model/address.js';

describe('new names', () => {
  it('of rooms are words and a code that nobody guesses, and are written as they are in an address', () => {
    const names = Array.from({ length: 2_000 }, newRoomName);
    expect(new Set(names).size).to.equal(names.length);
    for (const name of names) expect(name).to.match(/^[a-z]+-[a-z]+-[2-9a-hjkmnp-z]{6}$/);
    expect(invitation('https://x/', names[0] ?? '')).to.equal(`https://x/r/${names[0]}`);
    // Each place of the code has each of the 31 characters.
    for (let place = -6; place < 0; place++) {
      expect(new Set(names.map((name) => name.at(place))).size, String(place)).to.equal(31);
    }
  });

  it('of people are the next ones, as long as a name may be', () => {
    const cases = [
      ['Ana', 'Ana 2'],
      ['Ana 2', 'Ana 3'],
      ['Ana 99', 'Ana 100'],
      ['R2D2', 'R2D2 2'],
      ['2', '2 2'],
      ['abcdefghij', 'abcdefgh 2'],
    ] as const;
    for (const [name, next] of cases) expect(nextName(name, 10)).to.equal(next);
  });
});
