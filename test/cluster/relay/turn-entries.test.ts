import { expect } from 'chai';
import { TurnEntries } from '../../../cluster/relay/turn-entries.js';
import { slotsText } from '../../../cluster/relay/told-slots.js';
import { isFor } from '../../../cluster/slots.js';
import { Schedule } from './schedule.js';

describe('What is told in a turn', () => {
  it('is heard by each session as it was told, in its order, and by nobody else', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const chance = new Schedule(seed);
      const entries = new TurnEntries((frame) => frame.toString());
      const all = new Set(Array.from({ length: 1 + Math.floor(chance.between(0, 6)) }, (_, index) => index * 3 + 1));
      const told = new Map([...all].map((slot): [number, string[]] => [slot, []]));
      const frames = ['a', 'b', 'c'].map((text) => Buffer.from(text));
      for (let count = 0; count < 30; count += 1) {
        const frame = chance.one(frames);
        // Often one message goes to many, one after the other, as when a room tells something.
        for (const slot of all) {
          if (chance.happens(0.3)) continue;
          told.get(slot)?.push(frame.toString());
          entries.tell(slot, frame);
        }
        if (!chance.happens(0.2)) continue;
        const slot = chance.one([...all]);
        told.get(slot)?.push('~');
        entries.control(slot, '~');
      }
      for (const slot of all) {
        const heard = entries.all.filter((entry) => isFor(slotsText(entry.slots, all), slot)).map(({ text }) => text);
        expect(heard, `seed ${seed}, slot ${slot}`).to.deep.equal(told.get(slot));
      }
    }
  });

  it('is one entry for a message that all are told', () => {
    const entries = new TurnEntries((frame) => frame.toString());
    const frame = Buffer.from('hello');
    for (const slot of [1, 2, 3]) entries.tell(slot, frame);
    expect(entries.all.map((entry) => [slotsText(entry.slots, new Set([1, 2, 3])), entry.text])).to.deep.equal([
      ['*', 'hello'],
    ]);
  });

  it('is an answer and a message for each of a hundred that join at once, told one client after the other', () => {
    const entries = new TurnEntries((frame) => frame.toString());
    const people = Array.from({ length: 100 }, (_, index) => index);
    const joined = people.map((who) => Buffer.from(`${who} joined`));
    for (const who of people) {
      entries.tell(who, Buffer.from(`answer ${who}`));
      for (const frame of joined.slice(who + 1)) entries.tell(who, frame);
    }
    expect(entries.all).to.have.length(199);
    for (const who of people) {
      const heard = entries.all.filter(({ slots }) => slots.has(who)).map(({ text }) => text);
      expect(heard).to.deep.equal([`answer ${who}`, ...people.slice(who + 1).map((other) => `${other} joined`)]);
    }
  });

  it('has what is done to sessions in the order in which it is done', () => {
    const entries = new TurnEntries((frame) => frame.toString());
    const frame = Buffer.from('hello');
    entries.tell(2, Buffer.from('first'));
    entries.tell(2, frame);
    entries.tell(1, frame);
    entries.control(1, 'left');
    entries.control(3, 'bind');
    expect(entries.all.map(({ text }) => text)).to.deep.equal(['first', 'hello', 'left', 'bind']);
  });

  it('names the fewer ones: those that are meant, or those that are not', () => {
    const all = new Set([1, 2, 3, 4, 5]);
    expect(slotsText(new Set([1, 2, 3, 4, 5]), all)).to.equal('*');
    expect(slotsText(new Set([2, 5]), all)).to.equal('2,5');
    expect(slotsText(new Set([1, 2, 4]), all)).to.equal('!3,5');
  });
});
