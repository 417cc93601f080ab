import { expect } from 'chai';
import { LayerFigures } from '../../../../media/embedded/rtp/layer-figures.js';

describe('layer figures', () => {
  const all = (): boolean => true;

  it('tell how long which layer was sent, without the time in which none was', () => {
    const figures = new LayerFigures();
    for (const [layer, now] of [
      [-1, 0],
      [0, 1_000],
      [0, 2_000],
      [2, 2_500],
      [-1, 4_000],
      [-1, 9_000],
      [2, 10_000],
      [2, 10_250],
    ] as const)
      figures.look({ layer, wanted: 2, isThere: all }, now);
    expect([...figures.seconds]).to.deep.equal([
      [0, 1.5],
      [2, 1.75],
    ]);
  });

  it('tell why another layer is sent; the first one, and one after a pause, is in place of none', () => {
    const figures = new LayerFigures();
    const look = (layer: number, wanted: number, isThere: (layer: number) => boolean = all): void => {
      figures.look({ layer, wanted, isThere }, 0);
    };
    look(0, 2);
    look(2, 2);
    look(1, 1);
    look(0, 1, (layer) => layer === 0);
    look(-1, 1);
    look(1, 1);
    const none = { wish: 0, network: 0, publisher: 0 };
    expect([...figures.switches]).to.deep.equal([
      [2, { ...none, network: 1 }],
      [1, { ...none, wish: 1 }],
      [0, { ...none, publisher: 1 }],
    ]);
  });
});
