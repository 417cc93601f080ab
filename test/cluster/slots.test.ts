import { expect } from 'chai';
import { comparePositions, positionText, readPosition } from '../../cluster/position.js';
import { isFor } from '../../cluster/slots.js';

describe('Slots', () => {
  it('name all sessions, all but some, or some', () => {
    const sessionsOf = (slots: string) => [1, 3, 5, 13].filter((slot) => isFor(slots, slot));
    expect(sessionsOf('*')).to.deep.equal([1, 3, 5, 13]);
    expect(sessionsOf('!3,4')).to.deep.equal([1, 5, 13]);
    expect(sessionsOf('1,5')).to.deep.equal([1, 5]);
    expect(sessionsOf('')).to.deep.equal([]);
  });
});

describe('Positions', () => {
  it('are read from what they are written as, and from nothing else', () => {
    const position = { epoch: 1_700_000_000_000, seq: 12 };
    expect(readPosition(positionText(position))).to.deep.equal(position);
    for (const text of ['', '1', '1-', '1-2-3', '-1-2', 'a-1', '1-2 ']) expect(readPosition(text)).to.equal(undefined);
  });

  it('are in order by owner, then by entry', () => {
    const sorted = ['9-10', '9-2', '10-0'].flatMap((text) => readPosition(text) ?? []).sort(comparePositions);
    expect(sorted.map(positionText)).to.deep.equal(['9-2', '9-10', '10-0']);
  });
});
