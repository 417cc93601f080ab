import { expect } from 'chai';
import { z } from 'zod';
import { roomHash } from '../../cluster/names.js';
import { ClusterNode } from '../../cluster/node.js';
import type { GivenConfig } from '../../src/config.js';
import { publishOffer } from '../support/fixtures.js';
import type { Peer } from '../support/peer.js';
import { RecordingLog } from '../support/recording-log.js';
import type { RpcClient } from '../support/rpc-client.js';
import { until } from '../support/until.js';
import { NodeInRedis, names, nodeSettings } from './rooms-in-redis.js';
import { useClusterStage } from './served-node.js';

const watching = { sender: 'ana_webcam' };
const adminToken = 'correct-horse-battery-staple';

describe('A room that is moved to another node', function () {
  this.timeout(60_000);
  const stage = useClusterStage();

  const node = async (nodeName: string, given: GivenConfig = {}) =>
    stage.node({ nodeName, adminToken, chatHistory: 10, ...given });

  async function move(by: { readonly url: string }, room: string, to?: string): Promise<Response> {
    return fetch(new URL(`api/v1/cluster/rooms/${room}/move`, by.url), {
      method: 'POST',
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ node: to }),
    });
  }

  /** Asks until the node knows the other ones. */
  async function moved(by: { readonly url: string }, room: string, to: string): Promise<void> {
    await until(`the room is moved to ${to}`, async () => (await move(by, room, to)).status === 200);
  }

  async function say(client: RpcClient, user: string, message: string): Promise<unknown> {
    return client.request('sendMessage', { message, userMessage: user, roomMessage: 'r' });
  }

  /** @returns the texts that the client was told, with all that follow until `last` */
  async function heard(client: RpcClient, last: string): Promise<unknown[]> {
    const texts: unknown[] = [];
    while (texts.at(-1) !== last) texts.push((await client.notified('sendMessage')).message);
    return texts;
  }

  /** Ana publishes at one node, Ben watches at the other one. */
  async function call(one: { readonly url: string }, two: { readonly url: string }) {
    const [ana, anaId] = await stage.join(one, 'ana', 'r');
    const [ben, benId] = await stage.join(two, 'ben', 'r');
    const publisher = await stage.negotiate(ana, 'ana', 'publishVideo');
    publisher.send();
    const subscriber = await stage.negotiate(ben, 'ana', 'receiveVideoFrom', watching);
    await subscriber.receives({ audio: 10, video: 10 });
    return { ana, anaId, ben, benId, subscriber };
  }

  /** No packet is missing up to now, or a while later. */
  async function expectGapless(subscriber: Peer): Promise<void> {
    await subscriber.receives({ video: subscriber.received.video + 25 });
    const [begin = 0] = subscriber.videoSequence;
    expect(subscriber.videoSequence, 'no packet is missing').to.deep.equal(
      subscriber.videoSequence.map((_, index) => (begin + index) % 65_536),
    );
  }

  it('goes on there, with its media, and nobody in it is told', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const { ana, ben, subscriber } = await call(one, two);
    await ana.settle();
    const told = [ana.notifications.length, ben.notifications.length];
    await moved(one, 'r', 'two');
    await until('the room is at two', () => two.rooms.find('r')?.size === 2);
    expect(one.rooms.find('r')).to.equal(undefined);
    for (const client of [ana, ben]) await client.settle();
    expect([ana.notifications.length, ben.notifications.length]).to.deep.equal(told);
    await say(ana, 'ana', 'hello');
    expect(await ben.notified('sendMessage')).to.include({ user: 'ana', message: 'hello' });
    await expectGapless(subscriber);
    await say(ben, 'ben', 'there');
    // And back, asked of a node that does not own it.
    expect((await move(one, 'r')).status).to.equal(200);
    await until('the room is at one', () => one.rooms.find('r')?.size === 2);
    const cleo = await stage.connect(two);
    const { messages } = await cleo.request('joinRoom', { user: 'cleo', room: 'r', features: ['chat'] });
    expect(messages).to.have.lengthOf(2);
    const late = await stage.negotiate(ben, 'ana', 'receiveVideoFrom', watching);
    await late.receives({ video: 10 });
    for (const client of [ana, ben, cleo]) await client.request('leaveRoom');
    await stage.expectNothingLeft();
  });

  it('takes every request once, in order, whenever it is moved', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const [ana] = await stage.join(one, 'ana', 'r');
    const [ben] = await stage.join(two, 'ben', 'r');
    await moved(one, 'r', 'two');
    const texts = Array.from({ length: 300 }, (_, index) => String(index));
    const answers: Promise<unknown>[] = [];
    for (const text of texts) {
      answers.push(say(ana, 'ana', text));
      if (Number(text) % 50 === 0) await moved(two, 'r', Number(text) % 100 === 0 ? 'one' : 'two');
    }
    await Promise.all(answers);
    for (const client of [ana, ben]) expect(await heard(client, '299')).to.deep.equal(texts);
  });

  it('gives a client that counts exactly what it missed, at whatever node', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const ana = await stage.connect(one);
    const features = ['resume'];
    const { sessionId } = await ana.request('joinRoom', { user: 'ana', room: 'r', features });
    const [ben] = await stage.join(two, 'ben', 'r');
    await say(ben, 'ben', 'first');
    await heard(ana, 'first');
    await moved(one, 'r', 'two');
    await say(ben, 'ben', 'second');
    ana.cut();
    await say(ben, 'ben', 'third');
    await moved(one, 'r', 'one');
    const back = await stage.connect(two);
    // The answer to joinRoom, participantJoined and the first text.
    await back.request('connect', { sessionId, received: 3 });
    expect(await heard(back, 'third')).to.deep.equal(['second', 'third']);
  });

  it('does not wait longer than 5 s for what is asked for in it, and asks the new owner for it', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const { ana, ben } = await call(one, two);
    await moved(one, 'r', 'two');
    stage.engine.child.kill('SIGSTOP');
    const published = ben.request('publishVideo', { sdpOffer: publishOffer });
    await ben.settle();
    const moving = move(one, 'r', 'one');
    await until('the room is at one', () => one.rooms.find('r')?.size === 2, 15_000);
    stage.engine.child.kill('SIGCONT');
    expect((await moving).status).to.equal(200);
    expect(await published).to.have.property('sdpAnswer');
    await ana.notified('participantPublished');
    for (const client of [ana, ben]) await client.request('leaveRoom');
    await stage.expectNothingLeft();
  });

  it('sends those away that wait to be let in, so that they ask the new owner', async () => {
    const waitingRoom = { firstIsModerator: true, roomWaitingRoom: true };
    const [one, two] = [await node('one', waitingRoom), await node('two', waitingRoom)];
    const features = ['moderation'];
    const [ana] = await stage.join(one, 'ana', 'r', { features });
    const ben = await stage.connect(two);
    expect(await ben.reason('joinRoom', { user: 'ben', room: 'r', features })).to.equal('401 waiting');
    const { id } = await ana.notified('participantWaiting');
    await moved(one, 'r', 'two');
    expect(await ben.closed).to.equal(1012);
    expect(await ana.notified('participantWaiting')).to.include({ id, waiting: false });
    const again = await stage.connect(one);
    expect(await again.reason('joinRoom', { user: 'ben', room: 'r', features })).to.equal('401 waiting');
    const knock = await ana.notified('participantWaiting');
    expect(knock).to.include({ name: 'ben', waiting: true });
    await ana.request('admitParticipant', { id: knock.id });
    await again.notified('admitted');
    await again.request('joinRoom', { user: 'ben', room: 'r', features });
  });

  it('is taken over when the new owner dies before it knows of it', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const { ana, ben, subscriber } = await call(one, two);
    const mute = await ClusterNode.start(
      { ...nodeSettings(stage.redis.url), nodeName: 'mute' },
      {
        facts: () => ({ rooms: 0, sockets: 0, lag: 0, media: new Set([stage.engine.url]), load: new Map() }),
        frozen: () => undefined,
        up: () => undefined,
        taken: () => undefined,
      },
      new RecordingLog(),
    );
    await moved(one, 'r', 'mute');
    expect([one, two].map(({ rooms }) => rooms.names)).to.deep.equal([[], []]);
    await mute.close();
    await say(ana, 'ana', 'hello');
    expect(await ben.notified('sendMessage')).to.include({ message: 'hello' });
    await expectGapless(subscriber);
  });

  it('is found by the new owner though nobody has told it', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const [ana] = await stage.join(one, 'ana', 'r');
    const [ben] = await stage.join(two, 'ben', 'r');
    const redis = await NodeInRedis.start(stage.redis, 'other');
    const key = names.owner(roomHash('r'));
    const [former, epoch] = z
      .tuple([z.string(), z.coerce.number()])
      .parse(await redis.hub.call('HMGET', key, 'node', 'epoch'));
    const ids = z.array(z.string()).parse(await redis.hub.call('ZRANGE', names.nodes, 0, -1));
    const next = ids.find((id) => id !== former) ?? '';
    await redis.hub.call('HSET', key, 'node', next, 'epoch', epoch + 1, 'seq', 0);
    await redis.hub.call('SADD', names.roomsOf(next), roomHash('r'));
    await redis.hub.call('SREM', names.roomsOf(former), roomHash('r'));
    await until('the room is at two', () => two.rooms.find('r')?.size === 2);
    await say(ana, 'ana', 'hello');
    expect(await ben.notified('sendMessage')).to.include({ message: 'hello' });
    redis.die();
  });

  it('stays when it cannot be moved there', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const [ana] = await stage.join(one, 'ana', 'r');
    expect((await move(one, 'nobody')).status).to.equal(404);
    const refused = await move(one, 'r', 'three');
    expect([refused.status, await refused.json()]).to.deep.include(409);
    await two.stop();
    await until('two is gone', async () => (await move(one, 'r', 'two')).status === 409);
    expect(one.rooms.find('r')?.size).to.equal(1);
    await say(ana, 'ana', 'hello');
  });
});
