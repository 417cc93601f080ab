import { expect } from 'chai';
import { z } from 'zod';
import { configOf, ConfigError } from '../../src/config.js';
import { startServer, type RunningServer } from '../../src/server.js';
import { publishOffer, receiveOffer } from '../support/fixtures.js';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { pipelinesOf } from '../support/media-objects.js';
import { RpcClient } from '../support/rpc-client.js';
import { until } from '../support/until.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { startTestServer } from '../support/server.js';
import { udpRange, type UdpRange } from '../support/udp-ports.js';

/** Processes are slow to start on a machine that is busy with other tests. */
const startingMs = 30_000;

const health = z.object({
  mediaServers: z.array(
    z.object({
      url: z.string(),
      up: z.boolean(),
      load: z.number(),
      process: z.object({ pid: z.number().optional(), restarts: z.number() }),
    }),
  ),
});

describe('two embedded engines', function () {
  this.timeout(2 * startingMs);
  let server: RunningServer;
  let ports: UdpRange;
  let clients: RpcClient[] = [];

  beforeEach(async () => {
    ports = udpRange();
    server = await startTestServer({
      kmsUris: [],
      adminToken,
      mediaProcesses: 2,
      mediaUdpPorts: `${ports.first}-${ports.last}`,
    });
  });

  afterEach(async () => {
    for (const client of clients) client.cut();
    clients = [];
    await server.stop();
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

  async function publishes(user: string, room: string): Promise<RpcClient> {
    const client = await join(user, room);
    await client.request('publishVideo', { sdpOffer: publishOffer });
    return client;
  }

  /** The UDP port that a client is told to send to. */
  async function portTold(client: RpcClient): Promise<number> {
    const { candidate } = z.object({ candidate: z.string() }).parse(await client.notified('iceCandidate'));
    return Number(candidate.split(' ')[5]);
  }

  it('are two media servers in REST, and rooms are spread among them', async () => {
    for (const room of ['first', 'second', 'third', 'fourth']) await publishes('ana', room);
    const [one, other, ...more] = await mediaServers();
    expect(more).to.deep.equal([]);
    expect([one?.load, other?.load]).to.deep.equal([2, 2]);
    expect(one?.url).to.not.equal(other?.url);
    expect([one?.process.pid, other?.process.pid]).to.deep.equal(server.mediaProcessIds);
    for (const url of server.mediaServerUrls) expect(await pipelinesOf(url)).to.have.lengthOf(2);
  });

  it('have separate UDP ports', async () => {
    expect(await portTold(await publishes('ana', 'first'))).to.be.within(ports.first, ports.first + 99);
    expect(await portTold(await publishes('berta', 'second'))).to.be.within(ports.first + 100, ports.last);
  });

  it('fail independently: one is killed, rooms of the other notice nothing, and it is used again after its restart', async () => {
    const ana = await publishes('ana', 'doomed');
    const berta = await publishes('berta', 'spared');
    const listener = await join('clara', 'spared');
    await listener.request('receiveVideoFrom', { sender: 'berta_webcam', sdpOffer: receiveOffer });
    await berta.notified('participantJoined');
    const [doomed = 0, spared = 0] = server.mediaProcessIds;
    const sparedSession = await KurentoSocket.open(server.mediaServerUrls[1] ?? '');
    const [kept] = await sparedSession.pipelines();

    process.kill(doomed, 'SIGKILL');
    await ana.notified('mediaError');
    // The room opens on the remaining engine at once.
    await ana.request('publishVideo', { sdpOffer: publishOffer });
    expect(await pipelinesOf(server.mediaServerUrls[1] ?? '')).to.have.lengthOf(2);

    const isBack = async () => {
      const [one] = await mediaServers();
      return one?.up === true && one.process.restarts === 1;
    };
    await until('the killed one is back', isBack, startingMs);
    const [one, other] = await mediaServers();
    expect(one?.process.pid).to.be.a('number').that.does.not.equal(doomed);
    expect(one?.load).to.equal(0);
    expect(other).to.deep.include({ up: true, load: 3, process: { pid: spared, restarts: 0 } });
    await publishes('dora', 'new');
    expect(await pipelinesOf(server.mediaServerUrls[0] ?? '')).to.have.lengthOf(1);

    for (const client of [berta, listener]) {
      await client.settle();
      const told = client.notifications.map(({ method }) => method);
      expect(told.filter((method) => method !== 'iceCandidate')).to.deep.equal([]);
    }
    expect(await sparedSession.pipelines()).to.include(kept);
    await sparedSession.close();
  });

  it('are both started again when both are killed', async () => {
    const killed = server.mediaProcessIds;
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    await until(
      'both are back',
      async () => (await mediaServers()).every(({ up, process: { restarts } }) => up && restarts === 1),
      startingMs,
    );
    expect(server.mediaProcessIds).to.have.lengthOf(2);
    for (const pid of server.mediaProcessIds) expect(killed).to.not.include(pid);
    await publishes('ana', 'first');
    await publishes('berta', 'second');
    expect((await mediaServers()).map(({ load }) => load)).to.deep.equal([1, 1]);
  });
});

describe('more embedded engines than there are UDP ports for', () => {
  it('are refused before anything is started', async () => {
    const options = { port: 0, mediaProcesses: 4, mediaUdpPorts: '46200-46230', logLevel: 'error' } as const;
    const failure: unknown = await startServer(configOf(options)).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(ConfigError);
    expect(String(failure)).to.contain('4 media processes (MEDIA_PROCESSES) need at least 40 ports');
  });
});
