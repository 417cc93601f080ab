import { expect } from 'chai';
import { ReorderBuffer } from '../../../../media/embedded/recorder/reorder-buffer.js';

describe('the order of recorded packets', () => {
  let seen: (number | 'lost')[];
  let buffer: ReorderBuffer;

  beforeEach(() => {
    seen = [];
    buffer = new ReorderBuffer(
      ({ sequence }) => seen.push(sequence),
      () => seen.push('lost'),
    );
  });

  function add(sequence: number, now: number): void {
    buffer.add({ sequence, timestamp: 0, marker: false, payload: Buffer.alloc(1) }, now);
  }

  it('waits for a packet that is sent again', () => {
    for (const [sequence, now] of [
      [1, 0],
      [3, 10],
      [4, 20],
      [2, 400],
    ] as const)
      add(sequence, now);
    expect(seen).to.deep.equal([1, 2, 3, 4]);
  });

  it('goes on without one that does not come, and says so', () => {
    add(1, 0);
    add(3, 10);
    buffer.tick(509);
    expect(seen).to.deep.equal([1]);
    buffer.tick(510);
    add(2, 520);
    add(4, 530);
    expect(seen).to.deep.equal([1, 'lost', 3, 4]);
  });

  it('keeps a bounded number of packets', () => {
    add(1, 0);
    for (let sequence = 3; sequence < 1100; sequence++) add(sequence, 1);
    expect(seen.slice(0, 3)).to.deep.equal([1, 'lost', 3]);
  });
});
