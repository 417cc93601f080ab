import { expect } from 'chai';
import { Nonces } from '../../../rest/twirp/nonces.js';

describe('nonces of SendData', () => {
  const one = new Uint8Array([1]);
  let time = 0;
  const made = () => new Nonces(() => time);

  it('are remembered for a minute, each in its room', () => {
    const nonces = made();
    nonces.add('RM_r', one);
    time += 59_999;
    expect(nonces.has('RM_r', one)).to.be.true;
    expect([nonces.has('RM_s', one), nonces.has('RM_r', new Uint8Array([2]))]).to.deep.equal([false, false]);
    time += 1;
    expect(nonces.has('RM_r', one)).to.be.false;
  });

  it('that are empty are new each time', () => {
    const nonces = made();
    nonces.add('RM_r', new Uint8Array());
    expect(nonces.has('RM_r', new Uint8Array())).to.be.false;
  });

  it('are kept in a bounded number, the newest ones', () => {
    const nonces = made();
    for (let index = 0; index < 10_001; index += 1) nonces.add(`RM_${index}`, one);
    expect([nonces.has('RM_0', one), nonces.has('RM_1', one)]).to.deep.equal([false, true]);
  });
});
