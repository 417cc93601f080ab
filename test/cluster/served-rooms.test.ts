import { expect } from 'chai';
import { roomHash } from '../../cluster/names.js';
import { publishOffer } from '../support/fixtures.js';
import type { Peer } from '../support/peer.js';
import type { RpcClient } from '../support/rpc-client.js';
import { until } from '../support/until.js';
import { NodeInRedis, names } from './rooms-in-redis.js';
import { useClusterStage } from './served-node.js';

describe('Rooms in Redis', function () {
  this.timeout(60_000);
  const stage = useClusterStage();

  const watching = { sender: 'ana_webcam' };

  /** Ana publishes, Ben watches. */
  async function call(server: { readonly url: string }, room: string) {
    const [ana, anaId] = await stage.join(server, 'ana', room);
    const [ben, benId] = await stage.join(server, 'ben', room);
    const publisher = await stage.negotiate(ana, 'ana', 'publishVideo');
    publisher.send();
    const subscriber = await stage.negotiate(ben, 'ana', 'receiveVideoFrom', watching);
    await subscriber.receives({ audio: 10, video: 10 });
    return { ana, anaId, ben, benId, subscriber };
  }

  /** The call goes on, somebody else comes to watch, and everybody leaves. */
  async function expectGoesOn(server: { readonly url: string }, room: string, people: RpcClient[], subscriber: Peer) {
    const [cleo] = await stage.join(server, 'cleo', room);
    const late = await stage.negotiate(cleo, 'ana', 'receiveVideoFrom', watching);
    await late.receives({ audio: 10, video: 10 });
    await subscriber.receives({ video: subscriber.received.video + 25 });
    const [begin = 0] = subscriber.videoSequence;
    expect(subscriber.videoSequence, 'no packet is missing').to.deep.equal(
      subscriber.videoSequence.map((_, index) => (begin + index) % 65_536),
    );
    for (const client of [...people, cleo]) await client.request('leaveRoom');
    await stage.expectNothingLeft();
  }

  it('go on in a server that is started again after it was killed in a call', async () => {
    const first = await stage.nodeProcess();
    const { anaId, benId, subscriber } = await call(first, 'r');
    await first.end('SIGKILL');
    const second = await stage.node();
    expect([...(second.rooms.find('r')?.participants ?? [])].map(({ name }) => name)).to.deep.equal(['ana', 'ben']);
    const people = [await stage.resume(second, anaId), await stage.resume(second, benId)];
    await expectGoesOn(second, 'r', people, subscriber);
  });

  it('are taken over by another node', async () => {
    const owner = await stage.nodeProcess();
    const other = await stage.node();
    const { anaId, benId, subscriber } = await call(owner, 'r');
    expect(other.rooms.names).to.deep.equal([]);
    await owner.end('SIGKILL');
    await until('the room is on the other node', () => other.rooms.find('r') !== undefined);
    const people = [await stage.resume(other, anaId), await stage.resume(other, benId)];
    await expectGoesOn(other, 'r', people, subscriber);
  });

  it('are left to another node by a server that is told to end, with all that its clients are still to be told', async () => {
    const owner = await stage.node();
    const other = await stage.node();
    const { ana, anaId, ben, benId, subscriber } = await call(owner, 'r');
    await ben.close();
    await ana.request('sendMessage', { message: 'ben is away', userMessage: 'ana', roomMessage: 'r' });
    await owner.suspend();
    expect(await ana.closed).to.equal(1012);
    await until('the room is on the other node', () => other.rooms.find('r') !== undefined);
    const people = [await stage.resume(other, anaId), await stage.resume(other, benId)];
    expect(await people[1]?.notified('sendMessage')).to.include({ message: 'ben is away', user: 'ana' });
    await expectGoesOn(other, 'r', people, subscriber);
  });

  it('wait while Redis is away, and go on when it is back', async () => {
    const node = await stage.node();
    const readiness = async (): Promise<number> => (await fetch(new URL('readyz', node.url))).status;
    const { ana, ben, subscriber } = await call(node, 'r');
    expect(await readiness()).to.equal(200);
    await stage.redis.kill();
    const stranger = await stage.connect(node);
    stranger.send({ jsonrpc: '2.0', id: 8, method: 'joinRoom', params: { user: 'x', room: 'x' } });
    ben.send({ jsonrpc: '2.0', id: 9, method: 'publishVideo', params: { sdpOffer: publishOffer } });
    await until('clients are sent elsewhere', async () => (await readiness()) === 503);
    await stage.redis.start();
    await until('the node is ready', async () => (await readiness()) === 200);
    expect((await ben.take(({ id }) => id === 9)).result).to.have.property('sdpAnswer');
    expect((await stranger.take(({ id }) => id === 8)).result).to.have.property('sessionId');
    await expectGoesOn(node, 'r', [ana, ben], subscriber);
  });

  it('that another node has taken are let go, and nothing that it knows of is released', async () => {
    const node = await stage.node();
    const { ana, subscriber } = await call(node, 'r');
    const redis = await NodeInRedis.start(stage.redis, 'other');
    const key = names.owner(roomHash('r'));
    const epoch = Number(await redis.hub.call('HGET', key, 'epoch')) + 1;
    await redis.hub.call('HSET', key, 'node', 'other', 'epoch', epoch);
    const kept = await redis.hub.call('HGETALL', names.state(roomHash('r')));
    ana.send({ jsonrpc: '2.0', id: 7, method: 'unpublishVideo' });
    await until('the node has stepped down', () => node.rooms.find('r') === undefined);
    expect(await redis.hub.call('HGETALL', names.state(roomHash('r')))).to.deep.equal(kept);
    await subscriber.receives({ video: subscriber.received.video + 25 });
    await node.stop();
    await subscriber.receives({ video: subscriber.received.video + 25 });
    // The other one goes on: here it is a new process of the server.
    await redis.hub.call('ZADD', names.nodes, 0, 'other');
    await redis.hub.call('SADD', names.roomsOf('other'), roomHash('r'));
    redis.die();
    const next = await stage.node();
    expect(next.rooms.find('r')?.size).to.equal(2);
    next.rooms.find('r')?.close('over');
    await stage.expectNothingLeft();
  });
});
