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
        const heard = entries.all.filter((entry) => isFor(entries.slotsOf(entry, all), slot)).map(({ text }) => text);
        expect(heard, `seed ${seed}, slot ${slot}`).to.deep.equal(told.get(slot));
      }
    }
  });

  it('is one entry for a message that all are told', () => {
    const entries = new TurnEntries((frame) => frame.toString());
    const frame = Buffer.from('hello');
    for (const slot of [1, 2, 3]) entries.tell(slot, frame);
    expect(entries.all.map((entry) => [entries.slotsOf(entry, new Set([1, 2, 3])), entry.text])).to.deep.equal([
      ['*', 'hello'],
    ]);
  });

  it('names the fewer ones: those that are meant, or those that are not', () => {
    const all = new Set([1, 2, 3, 4, 5]);
    expect(slotsText(new Set([1, 2, 3, 4, 5]), all)).to.equal('*');
    expect(slotsText(new Set([2, 5]), all)).to.equal('2,5');
    expect(slotsText(new Set([1, 2, 4]), all)).to.equal('!3,5');
  });
});
