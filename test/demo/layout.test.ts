import { expect } from 'chai';
import * as fc from 'fast-check';
import { arrange } from '../../demo/model/layout.js';

const desktop = { width: 1240, height: 640 };
const phone = { width: 370, height: 700 };
const gap = 12;

describe('the grid of tiles', () => {
  it('puts two people side by side on a wide stage, one above the other on an upright one', () => {
    expect(arrange(2, desktop, gap).columns).to.equal(2);
    expect(arrange(2, phone, gap).columns).to.equal(1);
  });

  it('puts nine people into a square on a wide stage', () => {
    expect(arrange(9, desktop, gap).columns).to.equal(3);
  });

  it('always fits the stage, however many people and whatever its size', () => {
    const size = fc.record({ width: fc.integer({ min: 50, max: 4000 }), height: fc.integer({ min: 50, max: 4000 }) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), size, (count, stage) => {
        const { columns, tile } = arrange(count, stage, gap);
        const rows = Math.ceil(count / columns);
        const taken = { width: columns * (tile.width + gap) - gap, height: rows * (tile.height + gap) - gap };
        const isTooSmallToShow = tile.width * tile.height === 0;
        return isTooSmallToShow || (taken.width <= stage.width && taken.height <= stage.height);
      }),
    );
  });

  it('has nothing to arrange in an empty room', () => {
    expect(arrange(0, desktop, gap).tile).to.deep.equal({ width: 0, height: 0 });
  });
});
