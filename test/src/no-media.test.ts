import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { adminToken, asAdmin } from '../support/administrator.js';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { publishOffer } from '../support/fixtures.js';
import { RpcClient } from '../support/rpc-client.js';
import { serverProgram } from '../support/programs.js';
import { until } from '../support/until.js';

const tooOld = fileURLToPath(new URL('../support/no-native-library.cjs', import.meta.url));

describe('on a machine where the media library cannot be loaded', function () {
  this.timeout(60_000);
  let server: ChildProcess | undefined;
  let lines: string[] = [];

  /** Starts the server like `npm start`. @returns its address */
  async function start(...flags: string[]): Promise<string> {
    lines = [];
    const child = spawn(
      process.execPath,
      [...serverProgram.execArgv, serverProgram.path, '--port', '0', '--host', '127.0.0.1', ...flags],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, NODE_OPTIONS: `--require ${JSON.stringify(tooOld)}`, KMS_URIS: '' },
      },
    );
    server = child;
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => lines.push(line));
    const address = () => lines.flatMap((line) => /^Atrium is open: (\S+)$/.exec(line)?.[1] ?? [])[0];
    await until('it is open', () => address() !== undefined || child.exitCode !== null, 30_000);
    return address() ?? Promise.reject(new Error(lines.join('\n')));
  }

  afterEach(async () => {
    if (!server) return;
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    expect((await ended)[0]).to.equal(0);
  });

  it('the server says so in one line, people can join and chat, and publishing is refused', async () => {
    const url = await start('--admin-token', adminToken);
    const complaints = lines.filter((line) => / (error|warn) /.test(line));
    expect(complaints).to.have.lengthOf(1);
    expect(complaints[0])
      .to.match(/node-datachannel\) cannot be loaded on \w+ \w+: .*GLIBC/)
      .and.to.contain('KMS_URIS');
    expect(lines).to.include('Media: none: audio and video are refused');

    const health = await fetch(`${url}healthz`);
    expect(health.status).to.equal(503);
    expect(await health.json()).to.deep.equal({ status: 'unavailable' });
    const details = await fetch(`${url}healthz`, asAdmin);
    expect(details.status).to.equal(503);
    expect(await details.json()).to.deep.include({ status: 'no media server', mediaServers: [] });

    const [ana, berta] = [await RpcClient.connect(url), await RpcClient.connect(url)];
    await ana.request('joinRoom', { user: 'ana', room: 'r' });
    await berta.request('joinRoom', { user: 'berta', room: 'r' });
    await berta.request('sendMessage', { message: 'hello', userMessage: 'berta', roomMessage: 'r' });
    expect(await ana.notified('sendMessage')).to.deep.include({ message: 'hello', user: 'berta' });
    expect(await ana.refusal('publishVideo', { sdpOffer: publishOffer })).to.equal(303);
    await ana.request('sendMessage', { message: 'no picture', userMessage: 'ana', roomMessage: 'r' });
    for (const client of [ana, berta]) await client.close();
  });

  it('a media server elsewhere is used as if nothing were missing', async () => {
    const elsewhere = await EmbeddedEngine.start();
    try {
      const url = await start('--kms-uris', elsewhere.url);
      await until('it is within reach', async () => (await fetch(`${url}healthz`)).status === 200);
      const ana = await RpcClient.connect(url);
      await ana.request('joinRoom', { user: 'ana', room: 'r' });
      await ana.request('publishVideo', { sdpOffer: publishOffer });
      await ana.close();
      expect(lines.filter((line) => line.includes('node-datachannel'))).to.deep.equal([]);
    } finally {
      await elsewhere.stop();
    }
  });
});
