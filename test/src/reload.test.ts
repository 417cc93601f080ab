import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { configOf, readWithFiles } from '../../src/config.js';
import { Reloading } from '../../src/reloading.js';
import { startServer } from '../../src/server.js';
import type { RunningServer } from '../../src/server.js';
import { tlsIdentity } from '../../src/tls.js';
import { RpcClient } from '../support/rpc-client.js';
import { until } from '../support/until.js';

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: object | undefined;
}

describe('a server whose configuration is reloaded', function () {
  this.timeout(60_000);
  let folder = '';
  let server: RunningServer;
  let reloading: Reloading;
  let lines: Line[];
  const file = (): string => join(folder, 'atrium.yaml');
  const token = (): string => join(folder, 'token');
  const base = ['port: 0', 'host: 127.0.0.1', 'kmsUris: [ws://127.0.0.1:1/kurento]'];

  /** Writes the file of options, which also has what every configuration here has. */
  function write(...more: readonly string[]): void {
    const level = more.some((line) => line.startsWith('logLevel')) ? [] : ['logLevel: error'];
    writeFileSync(file(), [...base, ...level, `adminTokenFile: ${token()}`, ...more].join('\n'));
  }

  async function start(...more: readonly string[]): Promise<void> {
    writeFileSync(token(), 'first\n');
    write(...more);
    const { config, files } = readWithFiles(['--config', file()], {});
    server = await startServer(config, {}, { reread: () => reloading.reload() });
    const at = (level: string) => (message: string, fields?: object) => {
      lines.push({ level, message, fields });
    };
    reloading = new Reloading(files, {
      read: () => readWithFiles(['--config', file()], {}),
      take: (next) => server.reload(next),
      log: { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') },
      lookEveryMs: 50,
    });
  }

  /** The status of a request that needs the admin token. */
  async function asAdmin(word: string): Promise<number> {
    const headers = { Authorization: `Bearer ${word}` };
    const { status } = await fetch(`${server.url}api/v1/rooms/none`, { method: 'DELETE', headers });
    return status;
  }

  async function originStatus(origin: string): Promise<number> {
    return (await fetch(`${server.url}api/v1/rooms`, { headers: { Origin: origin } })).status;
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'atrium-reload-'));
    lines = [];
  });
  afterEach(async () => {
    reloading.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('takes keys, lists and the log level, and a client that is connected notices nothing', async () => {
    await start();
    const ana = await RpcClient.connect(server.url);
    await ana.request('joinRoom', { user: 'ana', room: 'garden' });
    expect(await originStatus('https://app.example')).to.equal(403);
    writeFileSync(token(), 'second\n');
    write(
      'logLevel: warn',
      'allowedOrigins: [https://app.example]',
      'iceServers: [stun:stun.example:3478]',
      'frameAncestors: [https://wiki.example]',
      'trustedProxies: [loopback]',
    );
    await reloading.reload();
    expect(lines.map(({ level, message }) => `${level} ${message}`)).to.deep.equal([
      'info the configuration was reloaded',
    ]);
    expect(lines[0]?.fields)
      .to.have.property('changed')
      .that.has.members([
        'FRAME_ANCESTORS',
        'ICE_SERVERS',
        'ADMIN_TOKEN',
        'LOG_LEVEL',
        'ALLOWED_ORIGINS',
        'TRUSTED_PROXIES',
      ]);
    expect(await asAdmin('first')).to.equal(401);
    expect(await asAdmin('second')).to.equal(404);
    expect(await originStatus('https://app.example')).to.equal(200);
    const ice = await fetch(`${server.url}api/v1/ice-servers`);
    expect(await ice.text()).to.include('stun.example');
    expect((await fetch(server.url)).headers.get('content-security-policy')).to.include('https://wiki.example');
    expect(await ana.request('ping', { interval: 1 })).to.have.property('value', 'pong');
    expect(server.rooms.names).to.deep.equal(['garden']);
  });

  it('asks another service, and signs with another key, from then on', async () => {
    const asked: [string | undefined, unknown][] = [];
    const service = createServer((request, response) => {
      asked.push([request.url, decodeJwt((request.headers.authorization ?? '').replace(/^Bearer /, '')).iss]);
      response.end('{"allow":true}');
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
    const hook = (path: string, key: string): string[] => [
      `authHookUrl: ${address}/${path}`,
      `authHookKey: ${key}`,
      `keys: {${key}: ${key.repeat(32)}}`,
    ];
    try {
      await start();
      const join = async (user: string): Promise<void> => {
        const client = await RpcClient.connect(server.url);
        await client.request('joinRoom', { user, room: 'garden' });
      };
      await join('ana');
      write(...hook('first', 'a'));
      await reloading.reload();
      await join('ben');
      write(...hook('second', 'b'));
      await reloading.reload();
      await join('cleo');
      write();
      await reloading.reload();
      await join('dan');
    } finally {
      service.close();
    }
    expect(asked).to.deep.equal([
      ['/first', 'a'],
      ['/second', 'b'],
    ]);
  });

  it('takes a file that has changed without being asked', async () => {
    await start();
    // A token that does not count yet is not tried again and again: its address would have to wait.
    const isTaken = (): boolean => {
      // On a slow machine the first look at the file comes after the first change.
      writeFileSync(token(), 'second\n');
      return lines.some(({ message }) => message === 'the configuration was reloaded');
    };
    await until('it is taken', isTaken, 10_000, 500);
    expect(await asAdmin('second')).to.equal(404);
  });

  it('names what needs a restart, and takes the rest', async () => {
    await start();
    write('maxConnections: 5', 'allowedOrigins: [https://app.example]');
    await reloading.reload();
    expect(lines[0]).to.deep.equal({
      level: 'warn',
      message: 'these options have changed, and need a restart',
      fields: { options: ['MAX_CONNECTIONS'] },
    });
    expect(await originStatus('https://app.example')).to.equal(200);
  });

  it('is told so over REST by administrators, who hear what has changed, what waits, and what is wrong', async () => {
    await start();
    const reload = async (word: string): Promise<unknown> => {
      const headers = { Authorization: `Bearer ${word}` };
      const answer = await fetch(`${server.url}api/v1/reload`, { method: 'POST', headers });
      return { status: answer.status, ...((await answer.json()) as object) };
    };
    write('allowedOrigins: [https://app.example]', 'pathPrefix: /below');
    expect(await reload('wrong')).to.include({ status: 401 });
    const renewed = { status: 200, changed: ['ALLOWED_ORIGINS'], needRestart: ['PATH_PREFIX'] };
    expect(await reload('first')).to.deep.equal(renewed);
    expect(await originStatus('https://app.example')).to.equal(200);
    write('allowedOrigins: []', 'allowedOrigin: []');
    const refused = await reload('first');
    expect(refused).to.include({ status: 422, code: 'wrong-configuration' });
    expect(refused).to.have.property('detail').that.includes('allowedOrigin');
    expect(await originStatus('https://app.example')).to.equal(200);
  });

  it('changes nothing when the new configuration is wrong, and says so in one line', async () => {
    await start();
    for (const wrong of ['pathPrefix: x', 'allowedOrigin: []', 'port: [']) {
      lines = [];
      writeFileSync(token(), 'second\n');
      write('allowedOrigins: [https://app.example]', wrong);
      await reloading.reload();
      expect(lines, wrong).to.have.lengthOf(1);
      expect(lines[0]).to.include({
        level: 'error',
        message: 'the configuration was not reloaded, nothing has changed',
      });
      expect(await originStatus('https://app.example')).to.equal(403);
    }
    expect(await asAdmin('first')).to.equal(404);
  });

  it('serves a new certificate to newcomers, keeps the old one when the new one is wrong, and keeps calls', async () => {
    const files = { tlsCert: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') };
    const renew = async (): Promise<string | undefined> => {
      rmSync(files.tlsCert, { force: true });
      rmSync(files.tlsKey, { force: true });
      return (await tlsIdentity(configOf({ tls: 'self-signed', ...files })))?.fingerprint;
    };
    const first = await renew();
    await start(`tlsCert: ${files.tlsCert}`, `tlsKey: ${files.tlsKey}`);
    const port = Number(new URL(server.url).port);
    const old = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await new Promise((resolve) => old.once('secureConnect', resolve));
    expect(old.getPeerX509Certificate()?.fingerprint256).to.equal(first);
    reloading.close();
    const second = await renew();
    await server.reload(readWithFiles(['--config', file()], {}).config);
    expect(await served(port)).to.equal(second);
    expect(new X509Certificate(readFileSync(files.tlsCert)).fingerprint256).to.equal(second);
    writeFileSync(files.tlsCert, 'no certificate');
    const refused: unknown = await server
      .reload(readWithFiles(['--config', file()], {}).config)
      .catch((error: unknown) => error);
    expect(String(refused)).to.include('TLS_CERT, TLS_KEY');
    expect(await served(port)).to.equal(second);
    expect(old.destroyed, 'the connection of before').to.equal(false);
    old.destroy();
  });
});

async function served(port: number): Promise<string | undefined> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  const fingerprint = socket.getPeerX509Certificate()?.fingerprint256;
  socket.destroy();
  return fingerprint;
}
