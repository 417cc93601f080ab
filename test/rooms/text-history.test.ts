import { expect } from 'chai';
import { mostKeptTexts } from '../../rooms/index.js';
import type { Participant } from '../../rooms/index.js';
import { TextHistory, maxHistoryLength } from '../../rooms/text-history.js';
import { Stage, attributesOf, joinAtOnce } from './stage.js';

function textsOf({ room }: Participant): string[] {
  return room.texts.map(({ text }) => text);
}

describe('the texts that a room keeps', () => {
  it('are the last ones that were said to everybody, with their speaker and time', () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const before = Date.now();
    ana.say('first');
    ana.updateProfile({ name: 'Ana A.' });
    ana.say('second');
    const texts = ana.room.texts;
    expect(texts.map(({ by, displayName, text }) => [by, displayName, text])).to.deep.equal([
      ['ana', 'ana', 'first'],
      ['ana', 'Ana A.', 'second'],
    ]);
    expect(new Set(texts.map(({ id }) => id)).size).to.equal(2);
    for (const { at } of texts) expect(at).to.be.within(before, Date.now());
    const said = stage.events(ana).flatMap((event) => (event.type === 'textSaid' ? [event.said] : []));
    expect(
      texts.map(({ id, at }) => ({ id, at })),
      'newcomers are told the id and the time that those who were there were told',
    ).to.deep.equal(said);
  });

  it('are not those for one participant, nor refused ones; those of the server for all are among them', () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const hears = { ...attributesOf('Berta'), hearsPrivateTexts: true };
    const berta = joinAtOnce(stage.rooms, 'r1', { id: 'b8Tf', attributes: hears }, () => () => undefined);
    ana.say('psst', berta);
    expect(() => {
      ana.say('\ud800');
    }).to.throw('well-formed');
    const bearer = { grantsIn: () => ({ ...ana.grants, roomAdmin: true }) };
    const by = ana.room.moderatedBy({ administrator: 'key', bearer });
    by.announce('for one', [ana]);
    by.announce('for all');
    by.sendData('topic', 'AA==');
    expect(ana.room.texts.map(({ by: speaker, text }) => [speaker, text])).to.deep.equal([['', 'for all']]);
  });

  it('stay when their speaker leaves, and go with the room', () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    const berta = stage.join('berta');
    ana.say('bye');
    const id = ana.room.texts[0]?.id;
    ana.leave();
    expect(textsOf(berta)).to.deep.equal(['bye']);
    berta.leave();
    const again = stage.join('ana');
    expect(textsOf(again)).to.deep.equal([]);
    again.say('bye');
    expect(again.room.texts[0]?.id).to.be.a('string').and.not.equal(id);
  });

  it('are as many as the room is set to, from the moment that it is', () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    for (let index = 0; index < 60; index++) ana.say(`${index}`);
    expect(textsOf(ana)).to.have.length(50);
    expect(textsOf(ana)[0]).to.equal('10');
    const bearer = { grantsIn: () => ({ ...ana.grants, roomAdmin: true }) };
    const by = ana.room.moderatedBy({ administrator: 'key', bearer });
    by.update({ chatHistory: 2 });
    expect(textsOf(ana)).to.deep.equal(['58', '59']);
    by.update({ chatHistory: 0 });
    expect(textsOf(ana)).to.deep.equal([]);
    ana.say('unkept');
    by.update({ chatHistory: 3 });
    expect(textsOf(ana), 'what was not kept does not come back').to.deep.equal([]);
    expect(() => {
      by.update({ chatHistory: mostKeptTexts + 1 });
    }).to.throw('chatHistory');
  });

  it('are bounded together: long texts drive out more than one, and none that is longer than all', () => {
    const history = new TextHistory(() => '', 100);
    const add = (text: string): void => {
      history.add({ id: history.nextId(), at: 0, by: 'a', displayName: '', text }, 50);
    };
    for (const letter of ['a', 'b', 'c']) add(letter.repeat(25));
    add('d'.repeat(50));
    expect(history.texts.map(({ text }) => text[0])).to.deep.equal(['c', 'd']);
    add('e'.repeat(200));
    expect(history.texts.map(({ text }) => text[0])).to.deep.equal(['c', 'd']);
  });

  it('never have more characters in a room than the bound, whatever is said', () => {
    const stage = new Stage();
    const ana = stage.join('ana');
    for (let index = 0; index < 20; index++) ana.say('x'.repeat(16_384));
    const all = ana.room.texts.reduce((sum, { text }) => sum + text.length, 0);
    expect(all).to.be.at.most(maxHistoryLength);
    expect(all).to.be.greaterThan(maxHistoryLength / 2);
  });
});
