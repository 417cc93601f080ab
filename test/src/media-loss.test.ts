import { expect } from 'chai';
import { z } from 'zod';
import type { RunningServer } from '../../src/server.js';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { publishOffer, receiveOffer } from '../support/fixtures.js';
import { pipelinesOf } from '../support/media-objects.js';
import { OriginalClient } from '../support/original-client.js';
import { PeerProcess } from '../support/peer.js';
import { RpcClient } from '../support/rpc-client.js';
import { until } from '../support/until.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { startTestServer } from '../support/server.js';

const startingMs = 60_000;
const health = z.object({
  mediaServers: z.array(z.object({ url: z.string(), up: z.boolean(), load: z.number() })),
});

describe('several media servers, one of which dies during calls', function () {
  this.timeout(startingMs);
  let engines: [EmbeddedEngine, EmbeddedEngine];
  let server: RunningServer;
  let clients: RpcClient[] = [];

  beforeEach(async () => {
    engines = await Promise.all([EmbeddedEngine.start(), EmbeddedEngine.start()]);
    const kmsUris = engines.map(({ url }) => url);
    server = await startTestServer({ kmsUris, adminToken });
    await until('both are up', async () => (await mediaServers()).every(({ up }) => up));
  });

  afterEach(async () => {
    for (const client of clients) client.cut();
    clients = [];
    await server.stop();
    await Promise.all(engines.map((engine) => engine.stop()));
  });

  async function mediaServers() {
    return health.parse(await (await fetch(`${server.url}healthz`, asAdmin)).json()).mediaServers;
  }

  async function join(user: string, room: string): Promise<RpcClient> {
    const client = await RpcClient.connect(server.url);
    clients.push(client);
    await client.request('joinRoom', { user, room });
    return client;
  }

  /** A room of two participants. The first publishes, the second receives the publication. */
  async function call(room: string): Promise<[RpcClient, RpcClient]> {
    const [ana, berta] = [await join('ana', room), await join('berta', room)];
    await ana.request('publishVideo', { sdpOffer: publishOffer });
    await berta.notified('participantPublished');
    await berta.request('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: receiveOffer });
    await ana.notified('participantJoined');
    return [ana, berta];
  }

  it('a program that embeds the server is told, also when it is back', async () => {
    const [first] = engines;
    const told: string[] = [];
    server.events.on('mediaServerDown', ({ url }) => told.push(`${url} down`));
    server.events.on('mediaServerUp', ({ url }) => told.push(`${url} up`));
    await first.kill();
    await until('it is told', () => told.length === 1);
    engines[0] = await EmbeddedEngine.start(first.port);
    await until('it is told again', () => told.length === 2);
    expect(told).to.deep.equal([`${first.url} down`, `${first.url} up`]);
  });

  it('only its rooms are told; their participants publish again on the other one, and REST keeps answering', async () => {
    const [ana, berta] = await call('first');
    const [carla, dora] = await call('second');
    const [doomed, spared] = engines;
    expect(await mediaServers()).to.deep.equal(engines.map(({ url }) => ({ url, up: true, load: 2 })));

    await doomed.kill();
    for (const client of [ana, berta])
      expect(await client.notified('mediaError'))
        .to.have.property('error')
        .that.is.a('string');
    expect(await berta.notified('participantUnpublished')).to.deep.equal({ name: 'ana' });
    expect(await ana.refusal('unpublishVideo'), 'nothing is published any more').to.equal(105);
    expect(await mediaServers()).to.deep.equal([
      { url: doomed.url, up: false, load: 0 },
      { url: spared.url, up: true, load: 2 },
    ]);
    expect((await fetch(`${server.url}healthz`)).status).to.equal(200);
    expect(await (await fetch(`${server.url}getAllRooms`)).json()).to.deep.equal(['first', 'second']);

    await ana.request('publishVideo', { sdpOffer: publishOffer });
    expect(await berta.notified('participantPublished')).to.deep.include({ id: 'ana' });
    await berta.request('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: receiveOffer });
    expect(await pipelinesOf(spared.url)).to.have.lengthOf(2);
    expect((await mediaServers())[1]?.load).to.equal(4);

    for (const client of [carla, dora]) await client.settle();
    expect([...carla.notifications, ...dora.notifications]).to.deep.equal([]);
    for (const client of [ana, berta]) expect(client.notifications, 'each is told once').to.deep.equal([]);
  });

  it('gets rooms again after its restart', async () => {
    await call('first');
    const [doomed, spared] = engines;
    await doomed.kill();
    engines = [await EmbeddedEngine.start(doomed.port), spared];
    await until('it is up again', async () => (await mediaServers())[0]?.up === true);
    await call('second');
    await call('third');
    expect(await pipelinesOf(engines[0].url)).to.have.lengthOf(1);
    expect(await pipelinesOf(spared.url)).to.have.lengthOf(1);
  });

  it('a publication and a subscription that were under way fail, and work at the next attempt', async () => {
    const [ana, berta] = await call('first');
    const clara = await join('clara', 'first');
    const [doomed] = engines;
    const died = doomed.kill();
    const publishing = berta.call('publishVideo', { sdpOffer: publishOffer });
    const receiving = clara.call('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: receiveOffer });
    await died;
    await clara.notified('mediaError');
    // The requests may have been quicker than the end of the process. They must be answered in either case.
    for (const answer of await Promise.all([publishing, receiving]))
      if (answer.error) expect(answer.error.code).to.be.oneOf([303, 105]);
    for (const client of [ana, berta]) {
      const again = await client.call('publishVideo', { sdpOffer: publishOffer });
      // Berta's first request may have been answered by the other media server already.
      if (again.error) expect(client).to.equal(berta);
    }
    await clara.request('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: receiveOffer });
    await clara.request('receiveVideoFrom', { sender: 'berta_webcam', sdpOffer: receiveOffer });
    expect((await mediaServers())[1]?.load).to.equal(4);
  });

  it('a new room is refused with 204 when the remaining servers are full; existing rooms admit everybody', async () => {
    const [spared] = engines;
    const kmsUris = [spared.url];
    const small = await startTestServer({ kmsUris, mediaServerLimit: 1 });
    try {
      const connect = async () => {
        const client = await RpcClient.connect(small.url);
        clients.push(client);
        return client;
      };
      const [ana, berta] = [await connect(), await connect()];
      await ana.request('joinRoom', { user: 'ana', room: 'first' });
      await ana.request('publishVideo', { sdpOffer: publishOffer });
      expect(await berta.refusal('joinRoom', { user: 'berta', room: 'second' })).to.equal(204);
      expect(await (await fetch(`${small.url}getAllRooms`)).json()).to.deep.equal(['first']);
      await berta.request('joinRoom', { user: 'berta', room: 'first' });
      await berta.request('publishVideo', { sdpOffer: publishOffer });
    } finally {
      await small.stop();
    }
  });
});

describe('the embedded engine is killed during a call', function () {
  this.timeout(startingMs);
  let server: RunningServer;
  let peers: PeerProcess;

  before(async () => {
    server = await startTestServer({ kmsUris: [] });
    peers = await PeerProcess.start();
  });

  after(async () => {
    await peers.stop();
    await server.stop();
  });

  it('Kurento Room §12 a client of the original library gets a working room when it publishes again, without leaving', async () => {
    const [ana, berta] = [
      await OriginalClient.join(server.url, 'r', 'ana', peers),
      await OriginalClient.join(server.url, 'r', 'berta', peers),
    ];
    /** Each client publishes, and subscribes when it is told that the other publishes, all at once like the library. */
    const call = async (): Promise<void> => {
      const seen = async (viewer: OriginalClient, publisher: OriginalClient): Promise<void> => {
        const published = await viewer.client.notified('participantPublished');
        expect(published).to.deep.equal({ id: publisher.name, streams: [{ id: 'webcam' }] });
        await (await viewer.receive(publisher.name)).receives({ audio: 10, video: 10 });
      };
      await Promise.all([ana.publish(), berta.publish(), seen(ana, berta), seen(berta, ana)]);
    };
    await call();

    const killed = server.mediaProcessIds[0] ?? 0;
    process.kill(killed, 'SIGKILL');
    for (const { client } of [ana, berta]) await client.notified('mediaError');
    expect(await berta.client.notified('participantUnpublished')).to.deep.equal({ name: 'ana' });
    expect(await ana.client.notified('participantUnpublished')).to.deep.equal({ name: 'berta' });

    await call();
    expect(server.mediaProcessIds).to.not.include(killed);
    peers.closeAll();
    for (const { client } of [ana, berta]) {
      const answers = client.frames.filter(({ error }) => error !== undefined);
      expect(answers, 'whatever it sent was taken').to.deep.equal([]);
    }
    await Promise.all([ana.close(), berta.close()]);
  });
});
