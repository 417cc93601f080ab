import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { configOf } from '../../src/config.js';
import { serve } from '../../src/serve.js';
import type { Service } from '../../src/service.js';
import { FakeMedia } from '../support/fake-media.js';
import { send } from '../support/http.js';
import { ProxyProcess } from '../support/proxy-process.js';
import { RecordingLog } from '../support/recording-log.js';
import { until } from '../support/until.js';

/** An address of this machine that is neither the proxy's nor the server's. */
const client = '127.0.0.2';
/** What a client says of itself. */
const forged = { 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Proto': 'https' };

/** What is for operators, and ways to write it that a proxy and the server might read differently. */
const closed = [
  ...['metrics', 'metrics/', 'METRICS', '%6Detrics', 'metrics?x=1', '/metrics'],
  ...['api/v1/drain', 'api/v1/Drain/', 'api/v1/reload', 'api/v1/debug/rooms/garden', 'api/v1/DEBUG/rooms/garden'],
];
const open = ['healthz', 'readyz', 'api/v1/rooms', 'api/v1/rooms/metrics', ''];

describe('the proxies of deploy/', function () {
  this.timeout(60_000);
  const log = new RecordingLog();
  const servers: Service[] = [];
  const proxies: ProxyProcess[] = [];

  before(async () => {
    for (const pathPrefix of ['', '/kept']) {
      const config = configOf({
        port: 0,
        host: '127.0.0.1',
        trustedProxies: ['loopback'],
        pathPrefix,
        adminToken: 'a',
      });
      const media = [{ url: 'ws://kms', up: true, load: 0, filters: [] }];
      const server = await serve(config, new FakeMedia(), { log, mediaServers: () => media });
      servers.push(server);
      // Not every path that ends so is for operators.
      await fetch(new URL('api/v1/rooms', server.url), { method: 'POST', ...asAdmin('{"name":"metrics"}') });
    }
  });
  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
    log.lines.length = 0;
  });
  after(() => Promise.all(servers.map((server) => server.stop())));

  const portOf = (index: number): number => Number(new URL(servers[index]?.url ?? '').port);
  /** One server in the place of three. */
  const nodes = () => [portOf(0), portOf(0), portOf(0)] as const;

  /** Everything that is promised of a proxy, below each address that it serves. */
  async function check(proxy: Promise<ProxyProcess>, scheme: 'http' | 'https', ...prefixes: string[]): Promise<void> {
    const running = await proxy;
    proxies.push(running);
    for (const prefix of prefixes) {
      const base = `${scheme}://127.0.0.1:${running.port}${prefix}/`;
      const options = { localAddress: client, rejectUnauthorized: false, headers: forged };
      const statusOf = async (path: string): Promise<number> => (await send(base + path, options)).status;
      for (const path of open) expect(await statusOf(path), base + path).to.equal(200);
      for (const path of closed) expect(await statusOf(path), base + path).to.equal(404);

      const socket = new WebSocket(`${base.replace('http', 'ws')}room`, options);
      await once(socket, 'open');
      socket.send('{"jsonrpc":"2.0","id":1,"method":"ping","params":{"interval":30000}}');
      const [answer] = (await once(socket, 'message')) as [Buffer];
      expect(answer.toString()).to.include('pong');
      const came = (): unknown => log.lines.find(({ message }) => message === 'a client has come')?.fields;
      await until('the client is in the log', () => came() !== undefined);
      expect(came()).to.include({ address: client });
      socket.close();
      await once(socket, 'close');
      log.lines.length = 0;
    }
  }

  it('would keep operators’ paths from nobody without them: the server asks for a token there', async () => {
    for (const path of ['metrics', 'METRICS', 'api/v1/debug/rooms/garden']) {
      expect((await send(`${servers[0]?.url}${path}`)).status, path).to.equal(401);
    }
  });

  it('nginx passes WebSockets and the address of the client, and closes what is for operators, below any prefix', async function () {
    if (!ProxyProcess.isInstalled('nginx')) this.skip();
    await check(ProxyProcess.nginx({ 8080: portOf(0), 8081: portOf(1) }), 'https', '', '/kept', '/stripped');
    await check(ProxyProcess.nginxOfNodes(nodes()), 'https', '');
  });

  it('haproxy does the same', async function () {
    if (!ProxyProcess.isInstalled('haproxy')) this.skip();
    await check(ProxyProcess.haproxy(portOf(0)), 'http', '');
    await check(ProxyProcess.haproxyOfNodes(nodes()), 'http', '');
  });

  it('Caddy does the same, below a prefix that is kept, one that is taken away, and none', async function () {
    if (!ProxyProcess.isInstalled('caddy')) this.skip();
    await check(ProxyProcess.caddy(portOf(0), {}), 'http', '');
    await check(ProxyProcess.caddy(portOf(1), { PATH_PREFIX: '/kept' }), 'http', '/kept');
    await check(ProxyProcess.caddy(portOf(0), { STRIPPED_PREFIX: '/stripped' }), 'http', '/stripped');
    const { status, headers } = await send(`http://127.0.0.1:${proxies.at(-1)?.port}/`);
    expect([status, headers.location]).to.deep.equal([302, '/stripped/']);
    await check(ProxyProcess.caddyOfNodes(nodes()), 'http', '');
  });

  it('close the same in every file', () => {
    const folder = new URL('../../deploy/', import.meta.url);
    for (const proxy of ['nginx', 'haproxy', 'caddy', 'traefik']) {
      for (const name of readdirSync(new URL(proxy, folder))) {
        const text = readFileSync(new URL(`${proxy}/${name}`, folder), 'utf8').replaceAll('(?:', '(');
        expect(text, `${proxy}/${name}`).to.include('(metrics|api/v1/(debug|drain|reload))(/|$)');
      }
    }
  });

  it('let a connection be quiet for longer than a client is waited for', () => {
    const read = (name: string): string => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');
    const nginx = `${read('nginx/atrium.conf')}${read('nginx/nodes.conf')}`;
    const haproxy = `${read('haproxy/atrium.cfg')}${read('haproxy/nodes.cfg')}`;
    const patience = [
      ...nginx.matchAll(/^ *proxy_(?:read|send)_timeout (\d+)m;/gm),
      ...haproxy.matchAll(/^ *timeout (?:client|server|tunnel) (\d+)m$/gm),
    ].map(([, minutes]) => Number(minutes) * 60_000);
    expect(patience).to.have.length(10);
    expect(Math.min(...patience)).to.be.greaterThan(2.5 * configOf().pingMs);
  });
});

function asAdmin(body: string): RequestInit {
  return { headers: { Authorization: 'Bearer a', 'Content-Type': 'application/json' }, body };
}
