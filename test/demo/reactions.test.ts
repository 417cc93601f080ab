import { expect } from 'chai';
import { Reactions, emojis, reactionIn, reactionKinds, reactionTopic } from '../../demo/model/reactions.js';
import { HandClock } from './hand-clock.js';

describe('the reactions of a call', () => {
  let clock: HandClock;
  let reactions: Reactions;
  beforeEach(() => {
    clock = new HandClock();
    reactions = new Reactions(clock);
  });
  const shown = (): string[] => reactions.shown.value.map(({ from, kind }) => `${from}: ${kind}`);

  it('are shown for some seconds, several of one sender together, and read out once for each burst', () => {
    reactions.show('ana', 'heart');
    const { news } = reactions;
    expect(news.value).to.include({ from: 'ana', kind: 'heart' });
    const first = news.value;
    clock.turn(1_000);
    reactions.show('ana', 'clap');
    expect(shown()).to.deep.equal(['ana: heart', 'ana: clap']);
    expect(news.value).to.equal(first);
    clock.turn(3_000);
    expect(shown()).to.deep.equal(['ana: clap']);
    clock.turn(1_000);
    expect(shown()).to.deep.equal([]);
    reactions.show('ana', 'heart');
    expect(news.value).to.not.equal(first);
    clock.turn(4_000);
    expect(clock.waits).to.equal(0);
  });

  it('of the user are not read out to them, and go away when they cannot be sent', () => {
    const hide = reactions.show('ana', 'heart', true);
    expect(reactions.news.value).to.equal(undefined);
    hide?.();
    expect([shown(), clock.waits]).to.deep.equal([[], 0]);
  });

  it('of a flood are few, of one sender and of many', () => {
    for (let count = 0; count < 100; count += 1) reactions.show('ana', 'heart');
    expect(shown()).to.have.length(5);
    expect(reactions.show('ana', 'heart'), 'it is not sent either').to.equal(undefined);
    expect(reactions.show('berta', 'heart')).to.be.a('function');
    for (let count = 0; count < 100; count += 1) reactions.show(String(count), 'heart');
    expect(shown()).to.have.length(30);
    clock.turn(4_000);
    expect([shown(), clock.waits]).to.deep.equal([[], 0]);
  });

  it('are the five of the page, and nothing else that comes as data', () => {
    const message = (topic: string, text: string) => ({ from: 'ana', topic, bytes: new TextEncoder().encode(text) });
    expect(reactionKinds.map((kind) => reactionIn(message(reactionTopic, emojis[kind])))).to.deep.equal(reactionKinds);
    for (const text of ['', '👎', 'heart', '❤️❤️', '<b>', ' 👍', 'x'.repeat(16_000)])
      expect(reactionIn(message(reactionTopic, text)), text.slice(0, 9)).to.equal(undefined);
    expect(reactionIn(message('something.else', emojis.heart))).to.equal(undefined);
    expect(reactionIn({ from: 'ana', topic: reactionTopic, bytes: Uint8Array.of(0xff, 0xfe) })).to.equal(undefined);
  });
});
