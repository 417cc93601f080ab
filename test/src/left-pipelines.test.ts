import { hostname } from 'node:os';
import { expect } from 'chai';
import { z } from 'zod';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { publishOffer, receiveOffer } from '../support/fixtures.js';
import { givenMediaServers } from '../support/media-server.js';
import { RpcClient } from '../support/rpc-client.js';
import { startTestServer } from '../support/server.js';
import { ServerProcess } from '../support/server-process.js';
import { until } from '../support/until.js';

const tagList = z.array(z.object({ key: z.string(), value: z.string() }));
const manager = 'manager_ServerManager';

/** Servers in front of a media server of its own process: the embedded engine, or what KMS_URIS names. */
describe('what a killed server leaves at a media server', function () {
  this.timeout(60_000);
  let engine: EmbeddedEngine | undefined;
  let url: string;
  let stranger: KurentoSocket;
  let earlier: readonly string[];
  const clients: RpcClient[] = [];
  const servers: ServerProcess[] = [];

  before(async () => {
    if (givenMediaServers.length === 0) engine = await EmbeddedEngine.start();
    url = engine?.url ?? givenMediaServers[0] ?? '';
  });

  after(() => engine?.stop());

  beforeEach(async () => {
    stranger = await KurentoSocket.open(url);
    earlier = await stranger.pipelines();
  });

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.end('SIGTERM');
    for (const client of clients.splice(0)) await client.close();
    for (const id of await pipelines()) await stranger.value('release', { object: id });
    await stranger.close();
  });

  /** Those of the test. */
  async function pipelines(): Promise<string[]> {
    return (await stranger.pipelines()).filter((id) => !earlier.includes(id));
  }

  async function start(env: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
    const server = await ServerProcess.start(0, { KMS_URIS: url, SERVER_NAME: 'one', ...env });
    servers.push(server);
    return server;
  }

  async function join(base: string, user: string): Promise<RpcClient> {
    const client = await RpcClient.connect(base);
    clients.push(client);
    await client.request('joinRoom', { user, room: 'r' });
    return client;
  }

  /** A room with one publication. Resolves with its pipeline. */
  async function publish(base: string): Promise<string> {
    const others = await pipelines();
    const client = await join(base, 'ana');
    await client.request('publishVideo', { sdpOffer: publishOffer });
    const [made] = (await pipelines()).filter((id) => !others.includes(id));
    return made ?? expect.fail('there is no pipeline');
  }

  async function tagsOf(object: string): Promise<Record<string, string>> {
    const tags = tagList.parse(await stranger.invoke(object, 'getTags'));
    return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
  }

  it('is released at its next start, and nothing else is', async () => {
    const living = await startTestServer({ kmsUris: [url], serverName: 'one' });
    try {
      const used = await publish(living.url);
      const [killed, other] = [await start(), await start({ SERVER_NAME: 'two' })];
      const [left, leftByOther] = [await publish(killed.url), await publish(other.url)];
      expect(await pipelines()).to.have.members([used, left, leftByOther]);
      await killed.end('SIGKILL');
      await other.end('SIGKILL');
      // The living one may release it before the next start does.
      await start();
      await until('it is released', async () => !(await pipelines()).includes(left));
      expect(await pipelines()).to.have.members([used, leftByOther]);
      const berta = await join(living.url, 'berta');
      await berta.request('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: receiveOffer });
    } finally {
      await living.stop();
    }
  });

  it('stays with RELEASE_LEFT_PIPELINES=false', async () => {
    const killed = await start();
    const left = await publish(killed.url);
    await killed.end('SIGKILL');
    const keeping = await start({ RELEASE_LEFT_PIPELINES: 'false' });
    const used = await publish(keeping.url);
    expect(await tagsOf(used)).to.deep.equal({});
    expect(await pipelines()).to.have.members([left, used]);
    await start();
    await until('the default releases it', async () => !(await pipelines()).includes(left));
    expect(await pipelines()).to.deep.equal([used]);
  });

  it('is told by the tags of the pipeline: the name of the server, or of its machine, and the life', async () => {
    const [named, unnamed] = [await start(), await start({ SERVER_NAME: '' })];
    const [first, second] = [await tagsOf(await publish(named.url)), await tagsOf(await publish(unnamed.url))];
    expect(first).to.have.all.keys('atrium.server', 'atrium.life');
    expect([first['atrium.server'], second['atrium.server']]).to.deep.equal(['one', hostname()]);
    expect(first['atrium.life']).to.not.equal(second['atrium.life']);
  });

  it('is nothing after a stop: no pipeline and no tag', async () => {
    const tags = await tagsOf(manager);
    const server = await start();
    const made = await publish(server.url);
    expect(await tagsOf(manager)).to.include.keys(made);
    await server.end('SIGTERM');
    expect(await pipelines()).to.deep.equal([]);
    expect(Object.keys(await tagsOf(manager))).to.have.members(Object.keys(tags));
  });

  it('with a pipeline that a hung media server makes after the death of the server', async function () {
    // Only a media server of the test can be frozen.
    const { child } = engine ?? this.skip();
    const killed = await start();
    const client = await join(killed.url, 'ana');
    child.kill('SIGSTOP');
    client.request('publishVideo', { sdpOffer: publishOffer }).catch(() => undefined);
    // Once a later request is answered, the server has passed the earlier one on.
    await client.settle();
    await killed.end('SIGKILL');
    child.kill('SIGCONT');
    await until('the pipeline is there', async () => (await pipelines()).length === 1);
    await start();
    await until('it is released', async () => (await pipelines()).length === 0);
  });
});
