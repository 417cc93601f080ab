import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { markOf, isRunning } from '../../process-mark.js';
import type { ProcessMark } from '../../process-mark.js';
import type { GivenConfig } from '../../src/config.js';
import { KeptEngines } from '../../src/kept-engines.js';
import type { RunningServer } from '../../src/server.js';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { publishOffer } from '../support/fixtures.js';
import { PeerProcess, sections } from '../support/peer.js';
import type { Peer } from '../support/peer.js';
import { serverProgram } from '../support/programs.js';
import { RpcClient } from '../support/rpc-client.js';
import { startTestServer } from '../support/server.js';
import { ServerProcess } from '../support/server-process.js';
import { udpPorts } from '../support/udp-ports.js';
import { until } from '../support/until.js';

const bindAddress = '127.0.0.1';
const health = z.object({ mediaServers: z.array(z.object({ load: z.number() })) });

// Elsewhere the server refuses the option.
const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;

describeOnLinux('embedded engines that outlive their server (MEDIA_KEEP_ALIVE)', function () {
  this.timeout(90_000);
  let folder: string;
  let config: GivenConfig;
  let peers: PeerProcess;
  const clients: RpcClient[] = [];
  const servers: RunningServer[] = [];

  before(async () => {
    peers = await PeerProcess.start();
  });

  after(() => peers.stop());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atrium-'));
    config = {
      kmsUris: [],
      mediaKeepAlive: true,
      stateFile: join(folder, 'state'),
      mediaBindAddress: bindAddress,
      mediaUdpPorts: udpPorts(),
    };
  });

  afterEach(async () => {
    peers.closeAll();
    for (const client of clients.splice(0)) await client.close();
    for (const server of servers.splice(0)) await server.stop();
    expect(await readdir(folder), 'the last server has ended its engines').to.deep.equal([]);
    await rm(folder, { recursive: true });
  });

  async function start(given: GivenConfig = {}): Promise<RunningServer> {
    const server = await startTestServer({ ...config, ...given });
    servers.push(server);
    return server;
  }

  async function suspend(server: RunningServer): Promise<void> {
    servers.splice(servers.indexOf(server), 1);
    await server.suspend();
  }

  function markOfEngine(server: RunningServer, index = 0): ProcessMark {
    return markOf(server.mediaProcessIds[index] ?? 0) ?? expect.fail('the engine does not run');
  }

  /** The endpoints on each engine. */
  async function loadsOf({ url }: RunningServer): Promise<number[]> {
    const { mediaServers } = health.parse(await (await fetch(`${url}healthz`, asAdmin)).json());
    return mediaServers.map(({ load }) => load);
  }

  async function connect(server: Pick<RunningServer, 'url'>): Promise<RpcClient> {
    const client = await RpcClient.connect(server.url);
    clients.push(client);
    return client;
  }

  async function joined(server: RunningServer, user: string): Promise<[RpcClient, sessionId: unknown]> {
    const client = await connect(server);
    const { sessionId } = await client.request('joinRoom', { user, room: 'r' });
    return [client, sessionId];
  }

  /** A peer whose candidates and answer go through the server. `of`: the publisher. */
  async function negotiated(client: RpcClient, of: string, method: string, params: object = {}): Promise<Peer> {
    const direction = method === 'publishVideo' ? 'sendonly' : 'recvonly';
    const told: Promise<unknown>[] = [];
    const peer = await peers.open({
      sections: sections(direction),
      bindAddress,
      onCandidate: (candidate) => {
        told.push(client.request('onIceCandidate', { endpointName: of, ...candidate }));
      },
    });
    const { sdpAnswer } = await client.request(method, { sdpOffer: peer.offer, ...params });
    peer.accept(String(sdpAnswer));
    peer.addCandidate(await candidateOf(client, of));
    await peer.connected();
    await Promise.all(told);
    return peer;
  }

  async function candidateOf(client: RpcClient, endpointName: string): Promise<{ candidate: string; sdpMid: string }> {
    const { params } = await client.take(
      (frame) => frame.method === 'iceCandidate' && frame.params?.endpointName === endpointName,
    );
    return { candidate: String(params?.candidate), sdpMid: String(params?.sdpMid) };
  }

  it('carry a call without a gap while the server is restarted', async () => {
    const first = await start();
    const engine = markOfEngine(first);
    const [ana, anaId] = await joined(first, 'ana');
    const [ben, benId] = await joined(first, 'ben');
    const publisher = await negotiated(ana, 'ana', 'publishVideo');
    publisher.send();
    const watching = { sender: 'ana_webcam' };
    const subscriber = await negotiated(ben, 'ana', 'receiveVideoFrom', watching);
    await subscriber.receives({ audio: 10, video: 10 });

    await suspend(first);
    expect(await ana.closed).to.equal(1012);
    const { video } = subscriber.received;
    await subscriber.receives({ video: video + 25 });
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o077, name).to.equal(0);

    const second = await start();
    expect(second.mediaProcessIds).to.deep.equal([engine.pid]);
    for (const sessionId of [anaId, benId]) {
      expect(await (await connect(second)).request('connect', { sessionId })).to.include({ sessionId });
    }
    const [cleo] = await joined(second, 'cleo');
    const late = await negotiated(cleo, 'ana', 'receiveVideoFrom', watching);
    await late.receives({ audio: 10, video: 10 });
    await subscriber.receives({ video: subscriber.received.video + 25 });
    const [begin = 0] = subscriber.videoSequence;
    expect(subscriber.videoSequence).to.deep.equal(
      subscriber.videoSequence.map((_, index) => (begin + index) % 65_536),
    );
    await second.stop();
    expect(isRunning(engine)).to.equal(false);
  });

  it('carry a room over two of them without a gap while the server is restarted', async () => {
    const given = { mediaProcesses: 2, mediaServerLimit: 10, relayAbove: 0.1, adminToken };
    const first = await start(given);
    const [ana, anaId] = await joined(first, 'ana');
    const [ben, benId] = await joined(first, 'ben');
    const publisher = await negotiated(ana, 'ana', 'publishVideo');
    publisher.send();
    const watching = { sender: 'ana_webcam' };
    const subscriber = await negotiated(ben, 'ana', 'receiveVideoFrom', watching);
    await subscriber.receives({ audio: 10, video: 10 });
    expect(await loadsOf(first), 'one subscriber, one relay').to.deep.equal([2, 2]);

    await suspend(first);
    const { video } = subscriber.received;
    await subscriber.receives({ video: video + 25 });
    const second = await start(given);
    const [anaNow, benNow] = [await connect(second), await connect(second)];
    await anaNow.request('connect', { sessionId: anaId });
    await benNow.request('connect', { sessionId: benId });
    await subscriber.receives({ video: subscriber.received.video + 25 });
    expect(await loadsOf(second)).to.deep.equal([2, 2]);
    const [begin = 0] = subscriber.videoSequence;
    expect(subscriber.videoSequence).to.deep.equal(
      subscriber.videoSequence.map((_, index) => (begin + index) % 65_536),
    );
    await anaNow.request('unpublishVideo');
    expect(await benNow.notified('participantUnpublished')).to.include({ name: 'ana' });
    await until('nothing is left of the relay', async () => (await loadsOf(second)).join() === '0,0');
    await second.stop();
  });

  it('of a killed server are used by its next start, which releases what was left there', async () => {
    const { mediaUdpPorts } = config;
    const killed = await ServerProcess.start(
      0,
      {
        KMS_URIS: '',
        MEDIA_KEEP_ALIVE: 'true',
        STATE_FILE: String(config.stateFile),
        MEDIA_BIND_ADDRESS: bindAddress,
        MEDIA_UDP_PORTS: String(mediaUdpPorts),
      },
      [...serverProgram.execArgv, serverProgram.path],
    );
    const client = await connect(killed);
    await client.request('joinRoom', { user: 'ana', room: 'r' });
    await client.request('publishVideo', { sdpOffer: publishOffer });
    await killed.end('SIGKILL');
    const [engine] = new KeptEngines(`${String(config.stateFile)}.engines`).all;
    const stranger = await KurentoSocket.open(String(engine?.url));
    expect(await stranger.pipelines()).to.have.lengthOf(1);
    const next = await start();
    expect(next.mediaProcessIds).to.deep.equal([engine?.process.pid]);
    expect(next.mediaServerUrls).to.deep.equal([engine?.url]);
    await until('what was left is released', async () => (await stranger.pipelines()).length === 0);
    await stranger.close();
  });

  it('are started again at the same address when they die under the next server', async () => {
    const first = await start();
    const engine = markOfEngine(first);
    await suspend(first);
    const second = await start();
    process.kill(engine.pid, 'SIGKILL');
    await until('another one is there', () => second.mediaProcessIds.some((pid) => pid !== engine.pid), 30_000);
    await until('the server reaches it', async () => (await second.mediaTrouble()) === undefined, 30_000);
    const [ana] = await joined(second, 'ana');
    await ana.request('publishVideo', { sdpOffer: publishOffer });
    expect(second.mediaServerUrls).to.deep.equal(first.mediaServerUrls);
  });

  it('end when the next server has fewer of them, or is stopped for good', async () => {
    const first = await start({ mediaProcesses: 2 });
    const engines = [markOfEngine(first), markOfEngine(first, 1)];
    await suspend(first);
    const second = await start();
    for (const engine of engines) expect(isRunning(engine)).to.equal(false);
    const engine = markOfEngine(second);
    await second.stop();
    expect(isRunning(engine)).to.equal(false);
  });

  it('need a place to be noted', async () => {
    const refusal = (given: GivenConfig) => start(given).catch(String);
    expect(await refusal({ stateFile: '' })).to.contain('MEDIA_KEEP_ALIVE: set STATE_FILE');
    expect(await refusal({ stateFile: join(folder, 'none', 'state') })).to.contain('STATE_FILE: ');
  });

  it('end by themselves when nobody uses them any more', async () => {
    const engine = await EmbeddedEngine.start(0, ['--outlive', '1']);
    const socket = await KurentoSocket.open(engine.url);
    engine.child.disconnect();
    const pipeline = await socket.create('MediaPipeline');
    // Longer than it would wait without a client.
    for (let second = 0; second < 3; second += 1) {
      await socket.invoke('manager_ServerManager', 'getUsedCpu', { interval: 1_000 });
    }
    expect(await socket.pipelines()).to.deep.equal([pipeline]);
    await socket.close();
    await until('it has ended', () => engine.child.exitCode === 0);
  });
});
