import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { operations } from '../../rest/operations.js';
import { configOf } from '../../src/config.js';
import { tlsIdentity } from '../../src/tls.js';
import { send } from '../support/http.js';
import { ServiceStage } from '../support/service-stage.js';

const upgrade = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'YXRyaXVtIGhlYWx0aCBjaA==',
};
const strictPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";
const pagePolicy =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; " +
  "script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'";

describe('the headers of every answer', () => {
  const files = mkdtempSync(join(tmpdir(), 'atrium-headers-'));
  const stage = new ServiceStage({
    pathPrefix: '/meet',
    easyrtc: { files },
    concierge: { files: 'uuid', filesDir: join(files, 'concierge') },
  });
  let url = '';
  before(async () => {
    writeFileSync(join(files, 'easyrtc.js'), '');
    writeFileSync(join(files, 'page.html'), '<script>1</script>');
    url = (await stage.start()).replace(/\/$/, '');
    stage.service.doors.mount('/of-a-program', (_request, response) => response.end('<p>'));
  });
  after(async () => {
    await stage.stop();
    rmSync(files, { recursive: true });
  });

  const secured = (headers: IncomingHttpHeaders, policy = strictPolicy): void => {
    expect(headers).to.deep.include({
      'content-security-policy': policy,
      'permissions-policy':
        'camera=(self), microphone=(self), display-capture=(self), ' +
        'geolocation=(), hid=(), midi=(), payment=(), serial=(), usb=()',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    expect(headers, 'there is no TLS').to.not.have.property('strict-transport-security');
  };

  it('are those of the page where the page is, and let it load nothing from elsewhere', async () => {
    for (const path of ['/', '/index.html', '/?room=garden']) {
      const { headers, status } = await send(url + path);
      expect(status, path).to.equal(200);
      secured(headers, pagePolicy);
    }
    const bare = await send(`${url}?room=garden`);
    expect([bare.status, bare.headers.location]).to.deep.equal([301, '/meet/?room=garden']);
    secured(bare.headers);
  });

  it('are strict at every path of every door, whatever the answer is', async () => {
    const others = [
      '/metrics',
      '/icon.svg',
      '/img/hat.png',
      '/assets',
      '/client/atrium-client.js',
      '/client',
      '/nothing',
      '/%E0%A4%A',
      '/room',
      '/concierge',
      '/ws',
      '/easyrtc/easyrtc.js',
      '/easyrtc/page.html',
      '/easyrtc/nothing',
      '/fs/ana/file',
      '/socket.io/?EIO=4&transport=polling',
      '/socket.io/?EIO=3&transport=polling',
      '/socket.io/?EIO=4&transport=polling&sid=nobody',
      '/socket.io/?EIO=4&transport=polling&j=0',
      '/socket.io/nothing',
      '/socket.io/1/',
      '/socket.io/1/xhr-polling/nobody',
      '/socket.io/1/nothing/at/all',
      '/connection_agent',
    ];
    const paths = [...new Set(Object.values(operations).map(({ path }) => path)), ...others];
    const statuses = new Set<number | undefined>();
    for (const path of [...paths.map((each) => `/meet${each}`), '/', '/of-a-program/page']) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']) {
        const { headers, status } = await send(new URL(url).origin + path, { method });
        try {
          secured(headers);
        } catch (error) {
          throw new Error(`${method} ${path} answers ${String(status)}: ${String(error)}`, { cause: error });
        }
        statuses.add(status);
      }
    }
    expect([...statuses], 'kinds of answers').to.include.members([200, 204, 400, 403, 404, 405]);
  });

  it('are there when an upgrade is refused, at every door', async () => {
    const none = ['/meet/nothing', '/meet/', '/elsewhere', '/meet/fs/a/b'].map((path) => [path, 404, {}] as const);
    const foreign = [
      '/room',
      '/concierge',
      '/ws',
      '/socket.io/?EIO=4&transport=websocket',
      '/socket.io/1/websocket/x',
    ].map((path) => [`/meet${path}`, 403, { Origin: 'https://elsewhere.example' }] as const);
    const badVersion = { 'Sec-WebSocket-Version': '7' };
    const wrong = [
      ['/meet/socket.io/1/nothing', 400, {}],
      ['/meet/socket.io/?EIO=4&transport=websocket&sid=nobody', 400, {}],
      ['/meet/room', 400, badVersion],
      ['/meet/concierge', 400, badVersion],
      ['/meet/socket.io/1/websocket/nobody', 400, badVersion],
      ['/meet/socket.io/?EIO=4&transport=websocket', 400, badVersion],
    ] as const;
    for (const [path, expected, more] of [...none, ...foreign, ...wrong]) {
      const { headers, status } = await send(new URL(url).origin + path, { headers: { ...upgrade, ...more } });
      expect(status, path).to.equal(expected);
      secured(headers);
    }
  });
});

describe('the headers of every answer, with sites that may frame the page', () => {
  const stage = new ServiceStage({ frameAncestors: ['https://club.example', 'https://*.intranet.example:8443'] });
  let url = '';
  before(async () => {
    url = await stage.start();
  });
  after(() => stage.stop());

  it('name them beside the server itself', async () => {
    const { headers } = await send(url);
    expect(headers['content-security-policy']).to.include(
      "frame-ancestors 'self' https://club.example https://*.intranet.example:8443;",
    );
  });

  it('are not to be widened by what is no site', () => {
    for (const site of [
      'club.example',
      "https://a.example; script-src 'unsafe-inline'",
      "'none'",
      'https://a/b',
      'a b',
    ]) {
      expect(() => configOf({ frameAncestors: [site] }), site).to.throw('frameAncestors must be sites');
    }
  });
});

describe('Strict-Transport-Security', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'atrium-hsts-'));
  const given = { tlsCert: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') };
  const selfSigned = { tls: 'self-signed', ...given } as const;
  before(() => tlsIdentity(configOf(selfSigned)));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const told = async (
    config: ConstructorParameters<typeof ServiceStage>[0],
    host: string,
    forwarded: Record<string, string> = {},
  ): Promise<unknown> => {
    const stage = new ServiceStage(config);
    try {
      const url = await stage.start();
      const options = {
        ca: readFileSync(given.tlsCert),
        servername: 'localhost',
        headers: { Host: host, ...forwarded },
      };
      return (await send(url, options)).headers['strict-transport-security'];
    } finally {
      await stage.stop();
    }
  };

  it('is told where a certificate was given, by whole host names', async () => {
    expect(await told(given, 'conference.example')).to.equal('max-age=31536000');
    expect(await told({ ...given, hstsMaxAgeS: 60 }, 'conference.example:8443')).to.equal('max-age=60');
  });

  it('is told where a trusted proxy says that the client speaks HTTPS', async () => {
    const proto = { 'X-Forwarded-Proto': 'https' };
    const trusted = { trustedProxies: ['loopback'] };
    expect(await told(trusted, 'conference.example', proto)).to.equal('max-age=31536000');
    const rewritten = { ...proto, 'X-Forwarded-Host': 'conference.example' };
    expect(await told(trusted, 'localhost:8080', rewritten)).to.equal('max-age=31536000');
    expect(await told(trusted, 'conference.example', { 'X-Forwarded-Proto': 'http' })).to.equal(undefined);
    expect(await told({}, 'conference.example', proto), 'nobody is trusted').to.equal(undefined);
  });

  it('is not told with a certificate of our own, to localhost, over HTTP, or when it is off', async () => {
    expect(await told(selfSigned, 'conference.example')).to.equal(undefined);
    expect(await told(given, 'localhost:8080')).to.equal(undefined);
    expect(await told({}, 'conference.example')).to.equal(undefined);
    expect(await told({ ...given, hstsMaxAgeS: 0 }, 'conference.example')).to.equal(undefined);
  });
});
