import { expect } from 'chai';
import { roomHash } from '../../cluster/names.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { until } from '../support/until.js';
import { NodeInRedis, names } from './rooms-in-redis.js';
import { useClusterStage } from './served-node.js';

describe('Two versions of the server side by side', function () {
  this.timeout(60_000);
  const stage = useClusterStage();

  const given = { adminToken, drainS: 0 };
  const older = async () => stage.node({ ...given, nodeName: 'older' }, { journals: { oldest: 1, newest: 1 } });
  const newer = async () => stage.node({ ...given, nodeName: 'newer' }, { journals: { oldest: 1, newest: 2 } });

  async function move(by: { readonly url: string }, room: string, node: string): Promise<number> {
    const answer = await fetch(new URL(`api/v1/cluster/rooms/${room}/move`, by.url), {
      method: 'POST',
      headers: { ...asAdmin.headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ node }),
    });
    return answer.status;
  }

  it('have rooms that both can read, until the last older one is gone', async () => {
    const [one, two] = [await older(), await newer()];
    await stage.known([one, two]);
    const redis = await NodeInRedis.start(stage.redis, 'other');
    const version = async (room: string): Promise<unknown> =>
      redis.hub.call('HGET', names.owner(roomHash(room)), 'version');
    const [ana] = await stage.join(two, 'ana', 'r');
    const [ben, benId] = await stage.join(one, 'ben', 'r');
    expect(await version('r')).to.equal('1');
    // Of a version that nobody here knows.
    const state = names.state(roomHash('r'));
    await redis.hub.call('HSET', state, 'later:1', 'kept');
    expect(await move(one, 'r', 'older')).to.equal(200);
    await until('the room is at the older one', () => one.rooms.find('r')?.size === 2);
    await ana.request('sendMessage', { message: 'hello', userMessage: 'ana', roomMessage: 'r' });
    expect(await ben.notified('sendMessage')).to.include({ message: 'hello' });
    await one.suspend();
    expect(two.rooms.find('r')?.size).to.equal(2);
    await stage.resume(two, benId);
    expect([await version('r'), await redis.hub.call('HGET', state, 'later:1')]).to.deep.equal(['1', 'kept']);
    let opened = 0;
    await until('rooms are begun in the newer form', async () => {
      opened += 1;
      await stage.join(two, 'ana', `next${opened}`);
      return (await version(`next${opened}`)) === '2';
    });
    redis.die();
  });

  it('have rooms that only one can read, if it was alone, and clients come into them through either', async () => {
    const two = await newer();
    const [ana] = await stage.join(two, 'ana', 'r');
    const one = await older();
    await stage.known([two, one]);
    expect(await move(one, 'r', 'older')).to.equal(409);
    const [ben] = await stage.join(one, 'ben', 'r');
    await ben.request('sendMessage', { message: 'hello', userMessage: 'ben', roomMessage: 'r' });
    expect(await ana.notified('sendMessage')).to.include({ message: 'hello' });
    expect([one.rooms.names, two.rooms.find('r')?.size]).to.deep.equal([[], 2]);
  });
});
