import { expect } from 'chai';
import { adminToken } from '../support/administrator.js';
import { useClusterStage } from './served-node.js';

describe('A node with more than its share', function () {
  this.timeout(60_000);
  const stage = useClusterStage();

  it('has new rooms opened by another one, and its clients are in them as in its own', async () => {
    const [one, two] = [await stage.node({ adminToken }), await stage.node({ adminToken })];
    await stage.known([one, two]);
    const names = Array.from({ length: 30 }, (_, index) => `r${index}`);
    for (const name of names) await stage.join(one, 'ana', name);
    const there = two.rooms.names;
    expect(there, 'some of the rooms').to.have.length.within(1, 29);
    expect([...one.rooms.names, ...there].sort()).to.deep.equal([...names].sort());
    const [ben] = await stage.join(two, 'ben', there[0] ?? '');
    await ben.request('sendMessage', { message: 'hello', userMessage: 'ben', roomMessage: there[0] });
    expect(await ben.notified('sendMessage')).to.include({ message: 'hello' });
  });
});
