import { expect } from 'chai';
import { Toasts } from '../../demo/model/toasts.js';
import { HandClock } from './hand-clock.js';

describe('the short messages of a call', () => {
  let clock: HandClock;
  let toasts: Toasts;
  beforeEach(() => {
    clock = new HandClock();
    toasts = new Toasts(clock);
  });
  const shown = (): string | undefined => toasts.shown.value?.text;

  it('are shown one at a time, each long enough to be read, the last one for its whole time', () => {
    for (const text of ['one', 'two']) toasts.show(text);
    expect(shown()).to.equal('one');
    clock.turn(2_499);
    expect(shown()).to.equal('one');
    clock.turn(1);
    expect(shown()).to.equal('two');
    clock.turn(4_999);
    expect(shown()).to.equal('two');
    clock.turn(1);
    expect([shown(), clock.waits]).to.deep.equal([undefined, 0]);
  });

  it('make way at once when they have been read, and are hurried by nothing else', () => {
    toasts.show('a problem', 'problem');
    clock.turn(9_000);
    expect(shown()).to.equal('a problem');
    toasts.show('news');
    clock.turn(0);
    expect(shown()).to.equal('news');
  });

  it('do not say the same twice, whether it is shown or waits', () => {
    for (const text of ['one', 'two', 'one', 'two', 'two']) toasts.show(text);
    expect(toasts.queue.value.map(({ text }) => text)).to.deep.equal(['one', 'two']);
    clock.turn(60_000);
    toasts.show('one');
    expect(shown(), 'later it is news again').to.equal('one');
  });

  it('are bounded, and the last ones stay', () => {
    for (let count = 0; count < 100; count += 1) toasts.show(String(count));
    expect(toasts.queue.value.map(({ text }) => text)).to.deep.equal(['0', '97', '98', '99']);
  });

  it('can be taken back, shown or not', () => {
    const [hideOne, hideTwo] = ['one', 'two', 'three'].map((text) => toasts.show(text));
    hideTwo?.();
    hideOne?.();
    expect(shown()).to.equal('three');
    hideOne?.();
    clock.turn(4_999);
    expect(shown()).to.equal('three');
    clock.turn(1);
    expect(shown()).to.equal(undefined);
  });
});
