import { expect } from 'chai';
import { RestartPauses } from '../../src/restart-pauses.js';

describe('pauses between restarts', () => {
  const next = (pauses: RestartPauses, count: number) => Array.from({ length: count }, () => pauses.next());

  it('double up to a bound', () => {
    expect(next(new RestartPauses(), 8)).to.deep.equal([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  it('grow after a process that died soon, and begin again after one that lived for a while', () => {
    const pauses = new RestartPauses();
    next(pauses, 3);
    pauses.lived(2_000);
    expect(pauses.next()).to.equal(800);
    pauses.lived(60_000);
    expect(next(pauses, 2)).to.deep.equal([100, 200]);
  });
});
