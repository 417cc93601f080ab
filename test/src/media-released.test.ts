import { expect } from 'chai';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { publishOffer, receiveOffer } from '../support/fixtures.js';
import { givenMediaServers } from '../support/media-server.js';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';

describe('somebody else releases what a room has on its media server', function () {
  this.timeout(60_000);
  // One of them, so that the room is there.
  const server = useServer({ kmsUris: givenMediaServers.slice(0, 1), kurentoRoom: { sessionGraceMs: 100 } });
  let stranger: KurentoSocket;
  let others: readonly string[];
  let clients: RpcClient[];

  beforeEach(async () => {
    stranger = await KurentoSocket.open(server().mediaServerUrls[0] ?? '');
    others = await stranger.pipelines();
    clients = await Promise.all(['ana', 'berta', 'clara'].map((user) => join(user)));
  });

  afterEach(async () => {
    for (const client of clients) await client.close();
    await until('nothing is left', async () => (await pipelines()).length === 0);
    await stranger.close();
  });

  async function join(user: string): Promise<RpcClient> {
    const client = await RpcClient.connect(server().url);
    await client.request('joinRoom', { user, room: 'r' });
    return client;
  }

  async function settled(): Promise<void> {
    for (const client of clients) await client.settle();
  }

  /** Ana publishes, Berta receives that, and everything of it was told. */
  async function call(): Promise<[RpcClient, RpcClient, RpcClient]> {
    const [ana, berta, clara] = clients;
    if (!ana || !berta || !clara) throw new Error('there are three');
    await ana.request('publishVideo', { sdpOffer: publishOffer });
    await receive(berta);
    await settled();
    return [ana, berta, clara];
  }

  async function receive(client: RpcClient): Promise<void> {
    await client.request('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: receiveOffer });
  }

  async function release(object: string | undefined): Promise<void> {
    if (object === undefined) throw new Error('there is no such object');
    await stranger.value('release', { object });
  }

  /** Without those that the media server held before. */
  async function pipelines(): Promise<string[]> {
    return (await stranger.pipelines()).filter((id) => !others.includes(id));
  }

  /** In the order of their making. */
  async function endpoints(): Promise<string[]> {
    return stranger.childrenOf(await pipelines());
  }

  /** What each was told of media besides what was awaited. */
  function told(): unknown[] {
    const ofMedia = ['mediaError', 'participantUnpublished'];
    return clients.map(
      ({ notifications }) => notifications.filter(({ method = '' }) => ofMedia.includes(method)).length,
    );
  }

  it('a subscription: its subscriber alone is told of whom, and receives again', async () => {
    const [, berta] = await call();
    await release((await endpoints())[1]);
    expect(await berta.notified('mediaError')).to.include({ sender: 'ana' });
    await receive(berta);
    expect(await endpoints()).to.have.lengthOf(2);
    await settled();
    expect(told()).to.deep.equal([0, 0, 0]);
  });

  it('a publication: its publisher is told why, the others that it has ended, and it works again', async () => {
    const [ana, berta, clara] = await call();
    await release((await endpoints())[0]);
    expect(await ana.notified('mediaError')).to.have.all.keys('error');
    for (const client of [berta, clara])
      expect(await client.notified('participantUnpublished')).to.deep.equal({ name: 'ana' });
    await settled();
    expect(told()).to.deep.equal([0, 0, 0]);
    await until('the subscription has gone with it', async () => (await endpoints()).length === 0);
    await ana.request('publishVideo', { sdpOffer: publishOffer });
    await clara.notified('participantPublished');
    await receive(clara);
    expect(await endpoints()).to.have.lengthOf(2);
  });

  it('the pipeline: everybody is told once, and the next publication opens another one', async () => {
    const [ana] = await call();
    await release((await pipelines())[0]);
    for (const client of clients) await client.notified('mediaError');
    for (const client of clients.slice(1)) await client.notified('participantUnpublished');
    await settled();
    expect(told()).to.deep.equal([0, 0, 0]);
    await call();
    await ana.request('unpublishVideo');
  });
});
