import { expect } from 'chai';
import { configOf } from '../../src/config.js';
import { serve } from '../../src/serve.js';
import type { Service } from '../../src/service.js';
import type { RunningServer } from '../../src/server.js';
import type { Health } from '../../rest/health.js';
import { FakeMedia } from '../support/fake-media.js';
import { ProxyProcess } from '../support/proxy-process.js';
import { RpcClient } from '../support/rpc-client.js';
import { startTestServer } from '../support/server.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs, seeEachOther, Visitor } from './visitor.js';

const trusting = { host: '127.0.0.1', trustedProxies: ['loopback'] } as const;

describe('behind nginx, as deploy/nginx/atrium.conf has it', function () {
  this.timeout(4 * patienceMs);
  const newWindow = useBrowser();
  const servers: RunningServer[] = [];
  let nginx: ProxyProcess | undefined;

  before(async function () {
    if (!ProxyProcess.isInstalled('nginx')) this.skip();
    const plain = await startTestServer({ ...trusting });
    servers.push(plain);
    const below = await startTestServer({ ...trusting, pathPrefix: '/kept' });
    servers.push(below);
    nginx = await ProxyProcess.nginx({ 8080: portOf(plain), 8081: portOf(below) });
  });
  after(async () => {
    await nginx?.stop();
    await Promise.all(servers.map((server) => server.stop()));
  });

  for (const [path, what] of Object.entries({
    '/kept/': 'below a prefix that is kept',
    '/stripped/': 'below a prefix that is taken away',
  })) {
    it(`two people see and hear each other over TLS, ${what}`, async () => {
      const url = `https://127.0.0.1:${nginx?.port}${path}`;
      const join = async (name: string): Promise<Visitor> =>
        Visitor.join(await newWindow({ ignoreHTTPSErrors: true }), url, name, 'proxied');
      const [ana, berta] = await Promise.all([join('Ana'), join('Berta')]);
      await seeEachOther(ana, berta);
      for (const visitor of [ana, berta]) {
        expect(visitor.errors).to.deep.equal([]);
        expect([...visitor.origins], 'everything comes through the proxy').to.deep.equal([new URL(url).origin]);
      }
    });
  }
});

describe('behind haproxy, as deploy/haproxy/atrium.cfg has it', function () {
  this.timeout(2 * patienceMs);
  const media: Health['mediaServers'][number][] = [];
  let server: Service | undefined;
  let haproxy: ProxyProcess | undefined;

  before(async function () {
    if (!ProxyProcess.isInstalled('haproxy')) this.skip();
    const config = configOf({ ...trusting, port: 0, logLevel: 'error' });
    server = await serve(config, new FakeMedia(), { mediaServers: () => media });
  });
  beforeEach(() => {
    media.splice(0, media.length, { url: 'ws://kms', up: true, load: 0, filters: [] });
  });
  afterEach(() => haproxy?.stop());
  after(() => server?.stop());

  const start = async (check?: string): Promise<string> => {
    haproxy = await ProxyProcess.haproxy(Number(new URL(server?.url ?? '').port), check);
    return `http://127.0.0.1:${haproxy.port}/`;
  };
  const statusAt = async (url: string): Promise<number> => (await fetch(url)).status;

  for (const check of [undefined, 'option httpchk']) {
    it(`the room protocol is spoken, with ${check === undefined ? 'its check' : `a bare \`${check}\``}`, async () => {
      const url = await start(check);
      const room = check ?? 'garden';
      await until('the check is answered', async () => {
        const stats = await (await fetch(haproxy?.statsUrl ?? '')).text();
        return /^atrium,one,.*,L7OK,/m.test(stats);
      });
      const [ana, berta] = await Promise.all([RpcClient.connect(url), RpcClient.connect(url)]);
      await ana.request('joinRoom', { user: 'ana', room });
      await berta.request('joinRoom', { user: 'berta', room });
      await berta.request('sendMessage', { userMessage: 'berta', roomMessage: room, message: 'hello' });
      expect((await ana.notified('sendMessage')).message).to.equal('hello');
      await Promise.all([ana.close(), berta.close()]);
    });
  }

  it('nobody is sent to a server that has no media server, until it has one again', async () => {
    const url = await start();
    const [one] = media.splice(0);
    await until('haproxy takes the server out', async () => (await statusAt(url)) === 503, patienceMs);
    if (one) media.push(one);
    await until('haproxy takes it back', async () => (await statusAt(url)) === 200, patienceMs);
  });
});

function portOf(server: RunningServer): number {
  return Number(new URL(server.url).port);
}
