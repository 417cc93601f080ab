import { expect } from 'chai';
import type { Peer } from '../support/peer.js';
import { RedisServer } from '../support/redis-server.js';
import type { RpcClient } from '../support/rpc-client.js';
import { ClusterStage } from './served-node.js';

describe('Rooms in Redis', function () {
  this.timeout(60_000);
  let stage: ClusterStage;

  before(async function () {
    if (!RedisServer.isInstalled) this.skip();
    stage = await ClusterStage.open();
  });

  afterEach(() => stage.clear());
  after(async () => {
    if (RedisServer.isInstalled) await stage.close();
  });

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
});
