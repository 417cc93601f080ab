import { expect } from 'chai';
import { adminToken, asAdmin } from '../support/administrator.js';
import { RpcClient } from '../support/rpc-client.js';
import { givenMediaServers } from '../support/media-server.js';
import { useServer } from '../support/server.js';
import { Asker } from './asker.js';

describe('REST', () => {
  const server = useServer({ pathPrefix: '/meet', adminToken });
  let asker: Asker;
  before(async () => {
    asker = await Asker.of(server().url);
  });

  it('GET /healthz tells strangers that the media server can be reached, and no more', async () => {
    const { status, text } = await asker.ask('healthz');
    expect([status, text]).to.deep.equal([200, '{"status":"ok"}']);
  });

  it('GET /healthz tells an administrator of the media servers and the protocols', async () => {
    const { status, body } = await asker.ask('healthz', 'GET', asAdmin.headers);
    expect(status).to.equal(200);
    expect(body).to.deep.equal({
      status: 'ok',
      dialects: ['kurento-room', 'easyrtc', 'orchestrator', 'concierge', 'compeit', 'whip'].map((name) => ({
        name,
        connections: 0,
        // Pages of COMPEIT accept any text, and clients of WHIP none.
        ...(!['compeit', 'whip'].includes(name) && { undelivered: 0 }),
      })),
      mediaServers: [
        {
          // Without the user and the password.
          url: server().mediaServerUrls[0]?.replace(/\/\/.*@/, '//'),
          up: true,
          load: 0,
          // Another media server may have filters, and is no process of ours.
          ...(givenMediaServers.length === 0
            ? { filters: [], process: { pid: server().mediaProcessIds[0], restarts: 0 } }
            : { filters: (body as { mediaServers: { filters: string[] }[] }).mediaServers[0]?.filters }),
        },
      ],
    });
  });

  it('GET /metrics has the counts for a Prometheus that has the admin token, and for nobody else', async () => {
    for (const headers of [{}, { Authorization: 'Bearer wrong' }]) {
      const { status, body } = await asker.ask('metrics', 'GET', headers);
      expect(status).to.equal(401);
      expect(body).to.include({ code: 'token-needed' });
    }
    const response = await fetch(`${server().url}metrics`, asAdmin);
    expect(response.headers.get('content-type')).to.match(/^text\/plain/);
    const text = await response.text();
    expect(text).to.match(/^atrium_rooms\{size="1-2"\} 0$/m);
    expect(text).to.match(/^atrium_connections\{door="kurento-room"\} 0$/m);
    expect(text).to.match(/^atrium_media_server_up\{server="0"\} 1$/m);
    expect(text).to.match(/^# TYPE atrium_undelivered_texts_total counter$/m);
    expect(text).to.match(/^process_resident_memory_bytes \d+$/m);
  });

  it('serves the demo under the prefix', async () => {
    const response = await fetch(server().url);
    expect(response.headers.get('content-type')).to.match(/^text\/html/);
    expect(await response.text()).to.include('<script');
  });

  it('answers unknown and malformed paths with a problem, without details of the server', async () => {
    for (const path of ['nothing', 'api/v1', 'api/v1/nothing', '../package.json', '%2e%2e/package.json', '%E0%A4%A']) {
      const { status, body } = await asker.ask(path);
      expect(status, path).to.equal(404);
      expect(body).to.deep.include({ type: 'about:blank', title: 'Not Found', status: 404, code: 'not-found' });
    }
    const outside = await fetch(new URL('/', server().url));
    expect(outside.status).to.equal(404);
    const malformed = await asker.ask('api/v1/rooms/%E0%A4%A');
    expect(malformed.status).to.equal(400);
    expect(malformed.body).to.deep.include({ code: 'bad-request' });
  });

  it('HEAD answers as GET does, without a body', async () => {
    for (const path of ['getAllRooms', 'api/v1/rooms', 'api/v1/openapi.json', 'healthz']) {
      const { status, headers, text } = await asker.ask(path, 'HEAD');
      expect(status, path).to.equal(200);
      expect(headers['content-type'], path).to.match(/^application\/json/);
      expect(text).to.equal('');
    }
    expect((await asker.ask('api/v1/rooms/nowhere', 'HEAD')).status).to.equal(404);
  });

  it('OPTIONS names the methods of a path, also for preflight requests of pages', async () => {
    const { status, headers } = await asker.ask('api/v1/rooms/r', 'OPTIONS', { Origin: 'http://localhost:3000' });
    expect(status).to.equal(204);
    expect(headers).to.deep.include({
      allow: 'GET, HEAD, PATCH, DELETE, OPTIONS',
      'access-control-allow-methods': 'GET, HEAD, PATCH, DELETE, OPTIONS',
      'access-control-allow-headers': 'Authorization, Content-Type',
      'access-control-allow-origin': 'http://localhost:3000',
    });
  });

  it('refuses other methods with 405 and names the allowed ones in Allow', async () => {
    const cases = [
      ['POST', 'getAllRooms', 'GET, HEAD, OPTIONS'],
      ['PUT', 'api/v1/rooms', 'GET, HEAD, POST, OPTIONS'],
      ['POST', 'api/v1/rooms/r', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
      ['GET', 'api/v1/rooms/r/waiting/w/admit', 'POST, OPTIONS'],
      ['HEAD', 'close?room=r', 'GET, OPTIONS'],
    ] as const;
    for (const [method, path, allow] of cases) {
      const { status, headers } = await asker.ask(path, method);
      expect(status, `${method} ${path}`).to.equal(405);
      expect(headers.allow, path).to.equal(allow);
    }
  });

  it('refuses pages of other origins when none are configured, and answers its own page by name', async () => {
    for (const path of ['getAllRooms', 'nothing']) {
      const foreign = await asker.ask(path, 'GET', { Origin: 'https://a.example' });
      expect(foreign.status, path).to.equal(403);
      expect(foreign.body, path).to.include({ code: 'origin-not-allowed' });
      expect(foreign.headers['access-control-allow-origin'], path).to.equal(undefined);
      const own = await asker.ask(path, 'GET', { Origin: 'http://localhost:3000' });
      expect(own.headers['access-control-allow-origin'], path).to.equal('http://localhost:3000');
      expect(own.headers.vary, path).to.include('Origin');
    }
  });
});

describe('REST with allowed origins', () => {
  const server = useServer({ allowedOrigins: ['https://a.example', 'https://b.example:8443'] });

  it('echoes an allowed origin, no other, and tells caches that the answer depends on it (Kurento Room §9)', async () => {
    const asker = await Asker.of(server().url);
    const allowedTo = async (path: string, headers = {}): Promise<string | undefined> => {
      const reply = await asker.ask(path, 'GET', headers);
      expect(reply.headers.vary).to.include('Origin');
      return reply.headers['access-control-allow-origin'];
    };
    for (const path of ['getAllRooms', 'api/v1/rooms', 'nothing']) {
      expect(await allowedTo(path, { Origin: 'https://b.example:8443' }), path).to.equal('https://b.example:8443');
      expect(await allowedTo(path, { Origin: 'https://c.example' }), path).to.equal(undefined);
      expect(await allowedTo(path), path).to.equal(undefined);
    }
  });
});

describe('REST without a reachable media server', () => {
  const server = useServer({
    kmsUris: ['ws://127.0.0.1:9/kurento'],
    mediaLostAfterMs: 100,
    mediaRequestTimeoutMs: 500,
    adminToken,
  });

  it('GET /healthz is 503, rooms can still be joined, and publishing fails with 303', async () => {
    const asker = await Asker.of(server().url);
    const health = await asker.ask('healthz');
    expect([health.status, health.text]).to.deep.equal([503, '{"status":"unavailable"}']);
    expect((await asker.ask('metrics')).body, 'metrics').to.include({ code: 'token-needed' });
    const ana = await RpcClient.connect(server().url);
    await ana.request('joinRoom', { user: 'ana', room: 'r' });
    expect(await ana.refusal('publishVideo', { sdpOffer: 'v=0' })).to.equal(303);
    const { body } = await asker.ask('api/v1/rooms/r', 'GET', asAdmin.headers);
    expect(body).to.have.nested.property('participants[0].publication', null);
    ana.cut();
  });
});
