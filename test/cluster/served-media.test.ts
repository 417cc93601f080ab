import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { isRunning } from '../../process-mark.js';
import { KeptEngines } from '../../src/kept-engines.js';
import { endProcess } from '../../src/media-process.js';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { pipelinesOf } from '../support/media-objects.js';
import { bindAddress, expectGapless } from '../support/negotiate.js';
import { until } from '../support/until.js';
import { TcpProxy } from './processes/tcp-proxy.js';
import { useClusterStage } from './served-node.js';

const health = z.object({ mediaServers: z.array(z.object({ loadElsewhere: z.number(), up: z.boolean() })) });

// Elsewhere the server refuses MEDIA_KEEP_ALIVE.
const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;

describe('Nodes with two media servers', function () {
  this.timeout(60_000);
  const stage = useClusterStage();
  let second: EmbeddedEngine;

  before(async function () {
    second = await EmbeddedEngine.start(0, ['--bind-address', bindAddress]);
  });

  after(async () => {
    await second.stop();
  });

  afterEach(() => until('nothing is left at the second one', async () => (await endpointsAt(second)) === 0));

  const inRegions = (): string[] => [`${stage.engine.url}#eu`, `${second.url}#us`];

  const nodeIn = async (nodeRegion: string, nodeName: string) =>
    stage.node({ nodeName, nodeRegion, adminToken, kmsUris: inRegions() });

  async function endpointsAt({ url }: { readonly url: string }): Promise<number> {
    const socket = await KurentoSocket.open(url);
    try {
      return (await socket.childrenOf(await socket.pipelines())).length;
    } finally {
      await socket.close();
    }
  }

  /** At the first one (eu) and the second one (us). */
  const endpoints = async (): Promise<number[]> => Promise.all([stage.engine, second].map(endpointsAt));

  /** What other nodes have there, as a node knows it. */
  async function elsewhere({ url }: { readonly url: string }): Promise<number[]> {
    const answer = await fetch(new URL('healthz', url), asAdmin);
    return health.parse(await answer.json()).mediaServers.map(({ loadElsewhere }) => loadElsewhere);
  }

  it('bring each participant to a media server of the region of its node, and join them by a relay', async () => {
    const [one, two] = [await nodeIn('eu', 'one'), await nodeIn('us', 'two')];
    const [ana] = await stage.join(one, 'ana', 'r');
    const [ben] = await stage.join(two, 'ben', 'r');
    for (const [client, name] of [[ana, 'ana'] as const, [ben, 'ben'] as const]) {
      (await stage.negotiate(client, name, 'publishVideo')).send();
    }
    expect(await endpoints(), 'publications').to.deep.equal([1, 1]);
    const atBen = await stage.negotiate(ben, 'ana', 'receiveVideoFrom', { sender: 'ana_webcam' });
    const atAna = await stage.negotiate(ana, 'ben', 'receiveVideoFrom', { sender: 'ben_webcam' });
    await Promise.all([atAna, atBen].map((peer) => peer.receives({ audio: 10, video: 10 })));
    expect(await endpoints(), 'each has a subscription, and an end of each relay').to.deep.equal([4, 4]);
  });

  it('do so when the owner of the room is dead, and for a client that has come back through another region', async () => {
    const killed = await stage.nodeProcess(0, {
      ...{ NODE_NAME: 'killed', NODE_REGION: 'eu', KMS_URIS: inRegions().join() },
      ADMIN_TOKEN: adminToken,
    });
    const [two, three] = [await nodeIn('us', 'two'), await nodeIn('eu', 'three')];
    await stage.known([two, three, killed]);
    const [, danaId] = await stage.join(killed, 'dana', 'r');
    const [ben] = await stage.join(two, 'ben', 'r');
    const [carl] = await stage.join(three, 'carl', 'r');
    await killed.end('SIGKILL');
    const dana = await stage.resume(two, danaId);
    for (const [client, name] of [[ben, 'ben'] as const, [carl, 'carl'] as const, [dana, 'dana'] as const]) {
      await stage.negotiate(client, name, 'publishVideo');
    }
    expect(await endpoints()).to.deep.equal([1, 2]);
  });

  it('count what the others have at a media server, and not what dead ones had', async () => {
    const kmsUris = [stage.engine.url, second.url];
    const given = { KMS_URIS: kmsUris.join(), NODE_NAME: 'killed', ADMIN_TOKEN: adminToken };
    const killed = await stage.nodeProcess(0, given);
    const two = await stage.node({ kmsUris, nodeName: 'two', adminToken });
    await stage.known([two, killed]);
    const publish = async (server: { readonly url: string }, name: string, room: string): Promise<void> => {
      const [client] = await stage.join(server, name, room);
      await stage.negotiate(client, name, 'publishVideo');
    };
    await publish(killed, 'ana', 'a');
    await until('two knows', async () => (await elsewhere(two)).join() === '1,0');
    await publish(two, 'ben', 'b');
    expect(await endpoints()).to.deep.equal([1, 1]);
    await killed.end('SIGKILL');
    await until('two knows', async () => (await elsewhere(two)).join() === '0,0');
  });

  describe('of which one does not reach the media server', () => {
    let network: TcpProxy;

    beforeEach(async () => {
      network = await TcpProxy.to(() => [stage.engine.port]);
    });

    afterEach(() => {
      network.close();
    });

    const behind = async (nodeName: string) =>
      stage.node({
        ...{ nodeName, adminToken, mediaLostAfterMs: 3_000 },
        // The network knows them by their queries, which are in no record.
        kmsUris: [`ws://127.0.0.1:${network.port}/kurento?node=${nodeName}`],
      });

    /** Ana publishes at the owner of the room, Ben watches through the other one. */
    async function call() {
      const [one, two] = [await behind('one'), await behind('two')];
      await stage.known([one, two]);
      const [ana] = await stage.join(one, 'ana', 'r');
      const [ben] = await stage.join(two, 'ben', 'r');
      (await stage.negotiate(ana, 'ana', 'publishVideo')).send();
      const atBen = await stage.negotiate(ben, 'ana', 'receiveVideoFrom', { sender: 'ana_webcam' });
      await atBen.receives({ audio: 10, video: 10 });
      return { one, two, ana, ben, atBen };
    }

    it('the room goes to the one that does, with all its media, and nobody is told', async () => {
      const { one, two, ana, ben, atBen } = await call();
      network.cutThose('node=one');
      await until('the room is at two', () => two.rooms.find('r')?.size === 2);
      await atBen.receives({ video: atBen.received.video + 25 });
      expectGapless(atBen);
      expect([...ana.notifications, ...ben.notifications].map(({ method }) => method)).not.to.include('mediaError');
      const [carl] = await stage.join(one, 'carl', 'r');
      await (await stage.negotiate(carl, 'ana', 'receiveVideoFrom', { sender: 'ana_webcam' })).receives({ video: 10 });
      network.mend();
    });

    it('and neither does the other one: all are told, as of a media server that has died', async () => {
      const { ana, ben } = await call();
      network.cutThose('node=');
      await Promise.all([ana, ben].map((client) => client.notified('mediaError')));
      network.mend();
    });
  });

  describeOnLinux('or with engines of their own that outlive them (MEDIA_HOST)', () => {
    let folder: string;

    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'atrium-'));
    });

    // The nodes have ended by then.
    after(async () => {
      for (const name of ['killed', 'two']) for (const { process: mark } of notedBy(name)) await endProcess(mark);
      rmSync(folder, { recursive: true });
    });

    const notedBy = (name: string) => new KeptEngines(`${join(folder, name)}.engines`).all;

    it('go on with the calls of one that was killed, on its engine', async () => {
      const clusterSecret = 'a secret of nodes, for tests alone';
      const killed = await stage.nodeProcess(0, {
        ...{ KMS_URIS: '', MEDIA_HOST: bindAddress, MEDIA_KEEP_ALIVE: 'true', MEDIA_BIND_ADDRESS: bindAddress },
        ...{ STATE_FILE: join(folder, 'killed'), CLUSTER_SECRET: clusterSecret, ADMIN_TOKEN: adminToken },
      });
      const two = await stage.node({
        ...{ kmsUris: [], mediaHost: bindAddress, mediaKeepAlive: true, mediaBindAddress: bindAddress },
        ...{ stateFile: join(folder, 'two'), clusterSecret, adminToken },
      });
      await stage.known([two, killed]);
      await until('the second node reaches the engine of the first one', async () => {
        const answer = await fetch(new URL('healthz', two.url), asAdmin);
        return health.parse(await answer.json()).mediaServers.filter(({ up }) => up).length === 2;
      });
      const [[engine], [ofTwo]] = [notedBy('killed'), notedBy('two')];
      if (!engine || !ofTwo) throw new Error('the engines are noted');
      // The room is opened at the first node.
      const [dana] = await stage.join(killed, 'dana', 'r');
      const [ana] = await stage.join(two, 'ana', 'r');
      const [ben] = await stage.join(two, 'ben', 'r');
      await dana.request('leaveRoom');
      (await stage.negotiate(ana, 'ana', 'publishVideo')).send();
      const atBen = await stage.negotiate(ben, 'ana', 'receiveVideoFrom', { sender: 'ana_webcam' });
      await atBen.receives({ audio: 10, video: 10 });
      expect(await pipelinesOf(engine.url)).to.have.lengthOf(1);
      await killed.end('SIGKILL');
      await until('the second node goes on', () => two.rooms.find('r')?.size === 2);
      const [carl] = await stage.join(two, 'carl', 'r');
      const atCarl = await stage.negotiate(carl, 'ana', 'receiveVideoFrom', { sender: 'ana_webcam' });
      await Promise.all([atCarl.receives({ video: 10 }), atBen.receives({ video: atBen.received.video + 25 })]);
      expectGapless(atBen);
      expect([...ana.notifications, ...ben.notifications].map(({ method }) => method)).not.to.include('mediaError');
      for (const client of [ana, ben, carl]) await client.request('leaveRoom');
      await until('nothing is left there', async () => (await pipelinesOf(engine.url)).length === 0);
      await two.suspend();
      for (const { process: mark } of [engine, ofTwo]) {
        expect(isRunning(mark), 'it waits for the next start of its node').to.equal(true);
      }
    });
  });

  it('say at the start that engines of their own end with them, where they have such', async () => {
    const { media } = await stage.node({ kmsUris: [] });
    expect(media).to.match(/^embedded engine, which ends with this node/);
    expect((await stage.node()).media).to.match(/^Kurento media server at ws:/);
  });
});
