import { expect } from 'chai';
import { WrongTokens } from '../../access/wrong-tokens.js';

describe('wrong tokens', () => {
  let time = 0;
  let guessing: string[] = [];
  beforeEach(() => {
    time = 1_000_000;
    guessing = [];
  });
  const make = (maxAddresses?: number): WrongTokens =>
    new WrongTokens(
      () => time,
      (address) => guessing.push(address),
      maxAddresses,
    );
  const add = (tokens: WrongTokens, times: number, address = 'a'): void => {
    for (let index = 0; index < times; index += 1) tokens.add(address);
  };

  it('cost nothing at first, then a wait that doubles up to a minute', () => {
    const tokens = make();
    add(tokens, 10);
    expect(tokens.waitOf('a')).to.equal(0);
    const waits = Array.from({ length: 9 }, () => {
      tokens.add('a');
      return tokens.waitOf('a');
    });
    expect(waits).to.deep.equal([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    time += 59_500;
    expect(tokens.waitOf('a')).to.equal(1);
    time += 500;
    expect(tokens.waitOf('a')).to.equal(0);
    expect(guessing, 'told once').to.deep.equal(['a']);
  });

  it('of one address hinder no other', () => {
    const tokens = make();
    add(tokens, 50);
    expect(tokens.waitOf('b')).to.equal(0);
  });

  it('are forgotten after the right one, and after ten minutes', () => {
    const tokens = make();
    add(tokens, 12);
    tokens.forgive('a');
    add(tokens, 10);
    expect(tokens.waitOf('a')).to.equal(0);
    time += 600_000;
    add(tokens, 10);
    expect(tokens.waitOf('a')).to.equal(0);
  });

  it('are remembered of so many addresses; the quietest is forgotten first', () => {
    const tokens = make(2);
    add(tokens, 20, 'quiet');
    add(tokens, 20, 'loud');
    add(tokens, 1, 'quiet');
    tokens.add('new');
    expect([tokens.waitOf('loud'), tokens.waitOf('quiet')]).to.deep.equal([0, 60]);
  });
});
