import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcp } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { EmbeddedEngine } from '../../support/embedded-engine.js';
import { freePort } from '../../../tools/free-port.js';
import { ServiceStage } from '../../support/service-stage.js';
import { TurnServer, turnSecret } from '../../support/turn-server.js';
import { udpPorts } from '../../support/udp-ports.js';
import { atrium } from './atrium.js';

interface Finding {
  readonly what: string;
  readonly status: string;
  readonly text: string;
}

/** docs/access.md#commands. What a good set-up and broken ones look like. */
describe('atrium doctor', function () {
  this.timeout(60_000);
  let alone: NodeJS.ProcessEnv = {};
  before(async () => {
    alone = { HOST: '127.0.0.1', PORT: String(await freePort()), MEDIA_UDP_PORTS: udpPorts() };
  });

  async function doctor(
    env: NodeJS.ProcessEnv,
  ): Promise<{ readonly code: number; readonly found: readonly Finding[] }> {
    const { code, out } = await atrium('doctor --json --no-call', { ...alone, ...env });
    return { code, found: (JSON.parse(out) as { findings: Finding[] }).findings };
  }

  /** The lines about one thing, as `FAIL text`. */
  async function about(what: string, env: NodeJS.ProcessEnv): Promise<string> {
    const { code, found } = await doctor(env);
    const lines = found.filter((each) => each.what === what).map(({ status, text }) => `${status} ${text}`);
    expect(code, lines.join()).to.equal(found.some(({ status }) => status === 'FAIL') ? 1 : 0);
    return lines.join('\n');
  }

  async function listening(server: Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  it('receivers of webhooks that answer, redirect and are not there', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/moved' ? 302 : 405, { Location: '/' }).end();
    });
    const origin = `http://127.0.0.1:${await listening(server)}`;
    const keys = { KEYS: `hook: ${'x'.repeat(32)}`, WEBHOOK_KEY: 'hook' };
    const nowhere = `http://127.0.0.1:${await freePort()}/`;
    const WEBHOOK_URLS = `${origin}/hooks?secret=s,${origin}/moved,${nowhere}`;
    const [good = '', moved, gone] = (await about('webhooks', { ...keys, WEBHOOK_URLS })).split('\n');
    expect(good).to.equal(`ok ${origin}/hooks answers`);
    expect(moved).to.include('warn').and.include('redirect (302)');
    expect(gone).to.include('warn').and.include('ECONNREFUSED');
    server.close();
    server.closeAllConnections();
  });

  it('a site whose proxy lets no WebSocket through, that is not there, or whose clock is wrong', async () => {
    let Date = new globalThis.Date().toUTCString();
    let seen = {};
    const server = createServer((request, response) => {
      response.writeHead(200, { Date }).end(request.url?.endsWith('/seen-as') ? JSON.stringify(seen) : '');
    });
    const site = `http://127.0.0.1:${await listening(server)}`;
    const at = async (url: string) => {
      const { code, out } = await atrium(`doctor --no-call --site ${url}/`, alone);
      return `${code}\n${out}`;
    };
    expect(await at(site))
      .to.match(/^1$/m)
      .and.match(/^FAIL +site: ws:\S+\/room: .*The proxy has to pass upgrades/m)
      .and.match(/^ok +site: its clock goes as/m)
      .and.match(/^warn +site: what the server takes clients for is not known/m);
    server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
    Date = 'Fri, 01 Jan 2021 00:00:00 GMT';
    expect(await at(site)).to.match(/^warn +site: its clock and that of this machine differ by \d+ s/m);
    seen = { address: '10.0.0.3', secure: false, proxy: 'untrusted' };
    expect(await at(site)).to.match(
      /^FAIL +site: the server takes all clients for the proxy .* 10\.0\.0\.3\. Set TRUSTED/m,
    );
    seen = { address: '203.0.113.7', secure: false, proxy: 'trusted' };
    expect(await at(site)).to.match(/^ok +site: a proxy names the clients: this one is 203\.0\.113\.7$/m);
    expect(await at(`http://127.0.0.1:${await freePort()}`)).to.match(
      /^3\n[^]*^FAIL +site: \S+ cannot be reached: .*ECONNREFUSED/m,
    );
    expect((await atrium('doctor --site rooms.example', {})).code).to.equal(2);
    server.close();
    server.closeAllConnections();
  });

  it('a disk without space for recordings', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'atrium-doctor-'));
    const env = { RECORDINGS_DIR: folder, RECORDINGS_MIN_FREE_MB: '0' };
    expect(await about('recordings', env)).to.match(/^(ok|warn) \d+ MB are free in /);
    const more = { ...env, RECORDINGS_MIN_FREE_MB: '1000000000' };
    expect(await about('recordings', more)).to.match(/^FAIL .*less than RECORDINGS_MIN_FREE_MB/);
    rmSync(folder, { recursive: true });
  });

  it('a good set-up: no line fails, each says what was looked at, and a call has media', async () => {
    const { code, out } = await atrium('doctor', alone);
    expect(out).to.match(/^ok +call: a call: [1-9]\d* of \d+ packets came from one participant to the other$/m);
    expect(code).to.equal(0);
    for (const what of [
      'configuration',
      'access',
      'ports',
      'TLS',
      'media engine',
      'announced addresses',
      'media ports',
    ]) {
      expect(out).to.match(new RegExp(`^(ok|warn) +${what}: .+$`, 'm'));
    }
    expect(out).to.not.include('FAIL');
    expect((await doctor({})).found.filter(({ what }) => what === 'Kurento media server')).to.deep.equal([]);
  });

  it('media options with which no call comes about', async () => {
    const { code, out } = await atrium('doctor', { ...alone, MEDIA_UDP_PORTS: '41200-41203' });
    expect(out).to.match(/^FAIL +call: .*MEDIA_UDP_PORTS/m);
    expect(code).to.equal(1);
  });

  it('a port that another program has', async () => {
    const server = createTcp((socket) => socket.destroy());
    const taken = String(await listening(server));
    expect(await about('ports', { PORT: taken })).to.match(/^FAIL PORT: \d+ is in use; stop the program/);
    server.close();
  });

  it('a server that runs, and one that is not well', async () => {
    let status = 200;
    const server = createServer((_request, response) => response.writeHead(status).end());
    const PORT = String(await listening(server));
    expect(await about('ports', { PORT })).to.match(/^ok the server of this configuration runs/);
    status = 503;
    expect(await about('ports', { PORT })).to.match(/^FAIL .*answers 503/);
    server.close();
  });

  it('access that lets nobody in, or everybody', async () => {
    expect(await about('configuration', { AUTH: 'required' })).to.match(/^FAIL .*KEYS/);
    expect(await about('access', { HOST: '0.0.0.0' })).to.match(/^warn everybody/);
    expect(await about('access', { AUTH: 'required', KEYS: `k: ${'x'.repeat(32)}` })).to.equal('ok AUTH=required');
  });

  it('doors of which one asks for a secret, and an option that is misspelt', async () => {
    const text = await about('configuration', { CONCIERGE_SECRET: 'secret', KMS_URLS: 'ws://x' });
    expect(text)
      .to.match(/^warn KMS_URLS is no option .*KMS_URIS\?$/m)
      .and.match(/^FAIL BRIDGE: /m);
  });

  it('certificates that are old, about to be, or of another key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'atrium-doctor-'));
    const env = { TLS_CERT: join(folder, 'cert.pem'), TLS_KEY: join(folder, 'key.pem') };
    const written = async (days: number): Promise<void> => {
      const notBeforeDate = new Date(Date.now() - 30 * 86_400_000);
      const notAfterDate = new Date(Date.now() + days * 86_400_000);
      const made = await generate([{ name: 'commonName', value: 'rooms.test' }], {
        keyType: 'ec',
        notBeforeDate,
        notAfterDate,
      });
      writeFileSync(env.TLS_CERT, made.cert);
      writeFileSync(env.TLS_KEY, made.private);
    };
    await written(-2);
    expect(await about('TLS', env)).to.match(/^FAIL .*has expired/);
    await written(3.5);
    expect(await about('TLS', env)).to.match(/^warn .*valid for 3 days.*renew it/);
    await written(90.5);
    expect(await about('TLS', env)).to.match(/^ok .*valid for 90 days\nwarn it is signed by itself/);
    writeFileSync(env.TLS_CERT, 'nonsense');
    expect(await about('TLS', env)).to.match(/^FAIL TLS_CERT, TLS_KEY: /);
    rmSync(folder, { recursive: true });
  });

  it('media ports that another Atrium reaches, as far as it is there and takes the token', async () => {
    const stage = new ServiceStage({ adminToken: 'secret-token' });
    const url = (await stage.start()).slice(0, -1);
    const env = { ...alone, MEDIA_ANNOUNCED_ADDRESSES: '127.0.0.1' };
    const from = async (words: string, more: NodeJS.ProcessEnv = {}) => {
      const { code, out } = await atrium(`doctor --no-call --from ${words}`, { ...env, ...more });
      return `${code}\n${out}`;
    };
    try {
      expect(await from(`${url}/ --token secret-token`))
        .to.match(
          new RegExp(`^ok +media ports: datagrams of ${url} come to 127.0.0.1, ports \\d+ and \\d+, and back$`, 'm'),
        )
        .and.match(/^ok +from: its clock goes as/m)
        .and.match(/^FAIL +announced addresses: 127\.0\.0\.1 is this machine alone/m);
      const elsewhere = { MEDIA_ANNOUNCED_ADDRESSES: '198.51.100.7', ATRIUM_TOKEN: 'secret-token' };
      expect(await from(url, elsewhere)).to.match(
        /^FAIL +media ports: no datagram of \S+ comes to 198\.51\.100\.7, port .*firewall/m,
      );
      expect(await from(`${url} --token wrong`)).to.match(
        /^FAIL +media ports: http:\S+: That is not the admin token$/m,
      );
    } finally {
      await stage.stop();
    }
    // Without an address there is nothing else that fails.
    const gone = await atrium(`doctor --no-call --from ${url} --token x`, alone);
    expect(gone.code).to.equal(3);
    expect(gone.out)
      .to.match(/^FAIL +from: \S+ cannot be reached/m)
      .and.match(/^ok +media ports: datagrams of this machine/m);
    expect((await atrium(`doctor --from ${url}`, { ...alone, ADMIN_TOKEN: 'of-this-server' })).code).to.equal(2);
  });

  it('media servers that are there, not there, or no media servers', async () => {
    const engine = await EmbeddedEngine.start();
    const server = createTcp((socket) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n'));
    const other = `ws://127.0.0.1:${await listening(server)}/kurento`;
    const gone = `ws://user:password@127.0.0.1:${await freePort()}/kurento`;
    const lines = (await about('Kurento media server', { KMS_URIS: [engine.url, other, gone].join(',') })).split('\n');
    expect(lines[0]).to.match(/^ok ws:\S+: version \S+; it makes a pipeline$/);
    expect(lines[1]).to.match(/^FAIL ws:\S+: .*404/);
    expect(lines[2])
      .to.match(/^FAIL ws:\S+: .*ECONNREFUSED.*KMS_URIS/)
      .and.not.include('password');
    server.close();
    await engine.stop();
  });

  it('TURN servers: one that takes our credentials, one of another secret, one that is not there', async function () {
    if (!TurnServer.isInstalled) this.skip();
    const turn = await TurnServer.deployed();
    try {
      const tcp = `turn:${turn.host}:${turn.port}?transport=tcp`;
      const good = await about('STUN and TURN', { TURN_URLS: `${turn.url},${tcp}`, TURN_SECRET: turnSecret });
      expect(good).to.equal(`ok ${turn.url}\nok ${tcp}`);
      const stun = `stun:${turn.host}:${turn.port}`;
      expect(await about('STUN and TURN', { ICE_SERVERS: stun })).to.match(/^ok stun:\S+\nwarn no TURN server/);
      const wrong = { TURN_URLS: `${turn.url},${tcp}`, TURN_SECRET: 'another' };
      expect(await about('STUN and TURN', wrong)).to.match(/^(FAIL turn:\S+: it refuses the credentials.*\n?){2}$/);
    } finally {
      await turn.stop();
    }
    const gone = { TURN_URLS: `turn:127.0.0.1:${await freePort()}?transport=tcp`, TURN_SECRET: 'x' };
    expect(await about('STUN and TURN', gone)).to.match(/^FAIL turn:\S+: .*ECONNREFUSED.*Look whether it runs/);
  });
});
