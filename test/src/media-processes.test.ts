import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { partsOf } from '../../src/media-processes.js';
import { publishOffer } from '../support/fixtures.js';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';

const startingMs = 60_000;
const health = z.object({ mediaServers: z.array(z.object({ url: z.string(), up: z.boolean(), load: z.number() })) });

describe('MEDIA_PROCESSES=2', function () {
  this.timeout(startingMs);
  const server = useServer({ mediaProcesses: 2, mediaUdpPorts: '41000-41199' });
  const clients: RpcClient[] = [];

  after(() => {
    for (const client of clients) client.cut();
  });

  async function loads(): Promise<number[]> {
    const body: unknown = await (await fetch(`${server().url}healthz`)).json();
    return health.parse(body).mediaServers.map(({ up, load }) => (up ? load : -1));
  }

  async function publishIn(room: string): Promise<RpcClient> {
    const client = await RpcClient.connect(server().url);
    clients.push(client);
    await client.request('joinRoom', { user: 'ana', room });
    await client.request('publishVideo', { sdpOffer: publishOffer });
    return client;
  }

  it('spreads rooms over two engines; the death of one is told to its rooms alone, and it comes back', async () => {
    expect(server().mediaProcessIds).to.have.lengthOf(2);
    expect(server().mediaServerUrls).to.have.lengthOf(2);
    const [first, second] = [await publishIn('first'), await publishIn('second')];
    expect(await loads()).to.deep.equal([1, 1]);

    const [doomed = 0, spared = 0] = server().mediaProcessIds;
    process.kill(doomed, 'SIGKILL');
    await first.notified('mediaError');
    await until('it is back', async () => (await loads()).every((load) => load >= 0), startingMs);
    expect(server().mediaProcessIds).to.have.lengthOf(2).and.include(spared).and.not.include(doomed);
    expect(await loads()).to.deep.equal([0, 1]);
    await second.settle();
    expect(second.notifications, 'the other room is left alone').to.deep.equal([]);

    await first.request('publishVideo', { sdpOffer: publishOffer });
    expect(await loads(), 'the new one is used').to.deep.equal([1, 1]);
  });
});

describe('the UDP ports of several engines', () => {
  it('are parts of the range that together are the whole', () => {
    expect(partsOf('40000-49999', 1)).to.deep.equal(['40000-49999']);
    expect(partsOf('40000-49999', 4)).to.deep.equal(['40000-42499', '42500-44999', '45000-47499', '47500-49999']);
    expect(partsOf('40000-40100', 3)).to.deep.equal(['40000-40032', '40033-40066', '40067-40100']);
  });

  it('that do not suffice stop the server with one line, and no engine stays behind', async () => {
    const { code, stderr } = await startedWith({ MEDIA_PROCESSES: '3', MEDIA_UDP_PORTS: '41200-41220' });
    expect(code).to.equal(1);
    expect(stderr.at(-1)).to.include('--udp-ports: must hold at least 10 ports').and.include('KMS_URIS');
  }).timeout(startingMs);
});

describe('a platform that has no media library', () => {
  it('stops the server with one line that says what to do', async () => {
    const missing = encodeURIComponent(
      `export const resolve = (name, context, next) => {
         if (name === 'node-datachannel') throw new Error('no binary for this platform');
         return next(name, context);
       };`,
    );
    const hook = encodeURIComponent(
      `import { register } from 'node:module'; register("data:text/javascript,${missing}");`,
    );
    const { code, stderr } = await startedWith({ NODE_OPTIONS: `--import data:text/javascript,${hook}` });
    expect(code).to.equal(1);
    expect(stderr.at(-1))
      .to.match(/^The media library \(node-datachannel\) cannot be loaded on \S+ \S+: no binary for this platform\./)
      .and.include('KMS_URIS');
  }).timeout(startingMs);
});

/** What a server that does not start says at the end. */
async function startedWith(env: NodeJS.ProcessEnv): Promise<{ readonly code: number; readonly stderr: string[] }> {
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stderr: stderr.trim().split('\n') };
}
