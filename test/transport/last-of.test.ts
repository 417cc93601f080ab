import { expect } from 'chai';
import { lastOf } from '../../transport/last-of.js';

describe('lastOf', () => {
  it('makes a value once for the same argument, until it gets another one', () => {
    const made: object[] = [];
    const valueOf = lastOf((argument: { readonly n: number }) => {
      made.push(argument);
      return argument.n;
    });
    const [one, two] = [{ n: 1 }, { n: 2 }];
    expect([one, one, two, two, one].map(valueOf)).to.deep.equal([1, 1, 2, 2, 1]);
    expect(made).to.deep.equal([one, two, one]);
  });

  it('compares by identity, and keeps nothing of a call that failed', () => {
    let calls = 0;
    const valueOf = lastOf(({ n }: { readonly n: number }) => {
      calls += 1;
      if (n === 0) throw new RangeError('no');
      return n;
    });
    expect([{ n: 1 }, { n: 1 }].map(valueOf)).to.deep.equal([1, 1]);
    const zero = { n: 0 };
    for (let times = 0; times < 2; times += 1) expect(() => valueOf(zero)).to.throw(RangeError);
    expect(calls).to.equal(4);
  });
});
