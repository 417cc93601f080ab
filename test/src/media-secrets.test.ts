import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { configOf, readConfig } from '../../src/config.js';
import { startMedia } from '../../src/media.js';
import { publishOffer } from '../support/fixtures.js';
import { EmbeddedEngine } from '../support/embedded-engine.js';
import { RecordingLog } from '../support/recording-log.js';
import { serverProgram } from '../support/programs.js';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';

const startingMs = 60_000;

/** The status of the answer to the handshake: 101 is a WebSocket. */
async function handshake(url: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  const socket = new WebSocket(url, { headers });
  socket.on('error', () => undefined);
  const refused = once(socket, 'unexpected-response').then(([, response]) => (response as IncomingMessage).statusCode);
  const status = await Promise.race([refused, once(socket, 'open').then(() => 101)]);
  socket.terminate();
  return status;
}

describe('the embedded engine of a server', function () {
  this.timeout(startingMs);
  const server = useServer({ kmsUris: [] });

  it('obeys those alone that know the secret of this start, and never a page', async () => {
    const [full = ''] = server().mediaServerUrls;
    const { host, password } = new URL(full);
    const url = `ws://${host}/kurento`;
    expect(await handshake(full)).to.equal(101);
    expect(await handshake(url)).to.equal(401);
    expect(await handshake(`ws://atrium:another@${host}/kurento`)).to.equal(401);
    const bearer = { authorization: `Bearer ${password}` };
    expect(await handshake(url, { ...bearer, origin: server().url })).to.equal(403);
    expect(password).to.have.lengthOf.at.least(40);
  });

  it('has its secret where no other user of the machine can read it', () => {
    const { password } = new URL(server().mediaServerUrls[0] ?? '');
    const [pid = 0] = server().mediaProcessIds;
    if (process.platform === 'linux') expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).to.not.contain(password);
  });
});

describe('a server whose media server asks for user and password', function () {
  this.timeout(startingMs);

  it('sends them, and shows them nowhere: not in its log, its first lines, /healthz or /metrics', async () => {
    const token = 'pass-word-of-the-test';
    const engine = await EmbeddedEngine.start(0, [], { MEDIA_SERVER_TOKEN: token });
    const kms = `${engine.url.replace('ws://', `ws://operator:${token}@`)}?key=${token}`;
    const { host } = new URL(engine.url);
    const args = [
      ...serverProgram.execArgv,
      serverProgram.path,
      '--port',
      '0',
      '--host',
      '127.0.0.1',
      '--log-level',
      'debug',
    ];
    const child = spawn(process.execPath, args, { env: { ...process.env, KMS_URIS: kms, ADMIN_TOKEN: 'admin' } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
    try {
      const address = () => /^Atrium is open: (\S+)$/m.exec(output)?.[1] ?? '';
      await until('it is open', () => address() !== '', startingMs);
      const headers = { authorization: 'Bearer admin' };
      const get = async (path: string) => fetch(`${address()}${path}`, { headers });
      await until('the media server is up', async () => (await get('healthz')).status === 200, startingMs);
      const ana = await RpcClient.connect(address());
      await ana.request('joinRoom', { user: 'ana', room: 'r' });
      await ana.request('publishVideo', { sdpOffer: publishOffer });
      await engine.kill();
      const { error } = (await ana.notified('mediaError')) as { error: string };
      const told = [error, await (await get('healthz')).text(), await (await get('metrics')).text(), output];
      for (const text of told) expect(text).to.not.contain(token).and.to.not.contain('operator');
      expect(output).to.contain(`Media: Kurento media server at ws://${host}/kurento`);
      await ana.close();
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await engine.stop();
    }
  });

  it('is told in the log that they are wrong, without them', async () => {
    const stranger = createServer((_request, response) => response.writeHead(404).end());
    stranger.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'));
    await once(stranger.listen(0, '127.0.0.1'), 'listening');
    const { port } = stranger.address() as AddressInfo;
    const kmsUris = [`ws://operator:wrong-one@127.0.0.1:${port}/kurento`];
    const log = new RecordingLog();
    const media = await startMedia(configOf({ kmsUris, mediaLostAfterMs: 300 }), log);
    try {
      await until('it is said', () => log.has('warn', 'no media server yet'));
      const lines = log.lines.map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`).join('\n');
      expect(lines).to.contain('401').and.not.to.contain('wrong-one').and.not.to.contain('operator');
    } finally {
      await media.stop();
      stranger.close();
    }
  });
});

describe('options that hold secrets', () => {
  it('are not repeated by the message that refuses their file, which says where it is wrong', () => {
    const directory = mkdtempSync(join(tmpdir(), 'atrium-'));
    try {
      const path = join(directory, 'atrium.yaml');
      for (const line of [
        'adminToken: "s3cret',
        'adminToken: *s3cret',
        'adminToken: [s3cret',
        'adminToken: s3cret: x',
      ]) {
        writeFileSync(path, `port: 0\n${line}\n`);
        expect(() => readConfig(['--config', path], {}), line)
          .to.throw(/cannot be read \(no YAML.*\)/)
          .with.property('message')
          .that.does.not.contain('s3cret');
      }
      writeFileSync(path, 'port: 0\nadminToken: [s3cret\n');
      expect(() => readConfig(['--config', path], {})).to.throw('line 3, column 1');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('are not repeated by the message that refuses them', () => {
    for (const given of [
      { kmsUris: ['ws://user:s3cret@[kms'] },
      { kmsUris: ['http://user:s3cret@kms'] },
      { kmsUris: ['ws://user:s3cret@kms/kurento#s3cret/s3cret'] },
      { mediaTurnUrl: 's3cret' },
      { iceServers: ['turn:s3cret@turn.example'] },
      { adminToken: 's3cret s3cret' },
      { appUrl: 'https://user:s3cret@rooms.example' },
      { appUrl: 's3cret' },
    ]) {
      expect(() => configOf(given), JSON.stringify(given))
        .to.throw()
        .with.property('message')
        .that.does.not.contain('s3cret');
    }
  });
});
