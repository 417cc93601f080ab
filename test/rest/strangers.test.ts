import { once } from 'node:events';
import { expect } from 'chai';
import type { ParentLog } from '../../log.js';
import type { Config, GivenConfig } from '../../src/config.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { RawClient } from '../doors/plain-doors.js';
import { halfRequest } from '../doors/rows.js';
import { send } from '../support/http.js';
import type { HttpAnswer } from '../support/http.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';
import { testKey } from '../support/tokens.js';
import { stalled } from '../support/stalled.js';
import { freePort } from '../../tools/free-port.js';

type Mode = Config['roomList'];

/** A server with ana in the room "garden". */
async function withGarden(given: GivenConfig, run: (url: string, stage: ServiceStage) => Promise<void>): Promise<void> {
  const stage = new ServiceStage(given);
  try {
    const url = await stage.start();
    const ana = await RpcClient.connect(url);
    await ana.request('joinRoom', { user: 'ana', room: 'garden' });
    await run(url, stage);
    ana.cut();
  } finally {
    await stage.stop();
  }
}

describe('what REST tells of rooms', () => {
  const lists = ['getAllRooms', 'api/v1/rooms'];
  const room = 'api/v1/rooms/garden';
  const cases: readonly (readonly [Mode, string, stranger: readonly number[], administrator: readonly number[]])[] = [
    ['public', adminToken, [200, 200, 200], [200, 200, 200]],
    ['admin', adminToken, [401, 401, 401], [200, 200, 200]],
    ['admin', '', [403, 403, 403], [403, 403, 403]],
    ['off', adminToken, [403, 403, 403], [403, 403, 200]],
    ['off', '', [403, 403, 403], [403, 403, 403]],
  ];
  for (const [mode, token, stranger, administrator] of cases) {
    it(`with ROOM_LIST=${mode}, ${token === '' ? 'without' : 'with'} an admin token`, () =>
      withGarden({ roomList: mode, adminToken: token }, async (url) => {
        const ask = (headers: Record<string, string>) =>
          Promise.all([...lists, room].map((path) => send(url + path, { headers })));
        const answers = await ask({});
        expect(answers.map(({ status }) => status)).to.deep.equal(stranger);
        for (const { status, text } of answers) {
          expect(text).to.not.include('ana');
          if (status !== 200) expect(text).to.not.include('garden');
        }
        expect((await ask(asAdmin.headers)).map(({ status }) => status)).to.deep.equal(administrator);
      }));
  }

  it('by default depends on whether everybody needs a token to come in', async () => {
    for (const [auth, status] of [
      ['off', 200],
      ['optional', 200],
      ['required', 401],
    ] as const) {
      const stage = new ServiceStage({ auth, keys: testKey, adminToken });
      const url = await stage.start();
      expect((await send(`${url}getAllRooms`)).status, auth).to.equal(status);
      expect((await send(`${url}getAllRooms`, asAdmin)).status, auth).to.equal(200);
      await stage.stop();
    }
  });

  it('without ROOM_LIST=public is the same of a room that is not there, for strangers', () =>
    withGarden({ roomList: 'admin', adminToken }, async (url) => {
      const [there, missing] = [await send(url + room), await send(`${url}api/v1/rooms/nowhere`)];
      expect(there).to.deep.include({ status: 401, text: missing.text });
    }));

  it('is said at the start where others can reach the server and the list is public', async () => {
    const said = async (given: GivenConfig): Promise<string[]> => {
      const lines: string[] = [];
      const note = (line: string): void => void lines.push(line);
      const log: ParentLog = { error: note, warn: note, info: note, debug: note, child: () => log };
      const stage = new ServiceStage(given, { log });
      await stage.start();
      await stage.stop();
      return lines.filter((line) => line.includes('ROOM_LIST'));
    };
    expect(await said({ host: '' })).to.have.lengthOf(1);
    expect(await said({ host: '0.0.0.0' })).to.have.lengthOf(1);
    for (const host of ['127.0.0.1', 'localhost']) expect(await said({ host }), host).to.deep.equal([]);
    expect(await said({ host: '', roomList: 'admin' })).to.deep.equal([]);
  });
});

describe('ADMIN_PORT', () => {
  it('has details of /healthz and /metrics without a token; /metrics is nowhere else', async () => {
    const adminPort = await freePort();
    await withGarden({ adminPort, adminToken, pathPrefix: '/meet' }, async (url, stage) => {
      const admin = stage.service.adminUrl ?? '';
      expect(admin).to.equal(`http://127.0.0.1:${adminPort}/`);
      const health = await send(`${admin}healthz`);
      expect(JSON.parse(health.text)).to.deep.include({ status: 'no media server', mediaServers: [] });
      const metrics = await send(`${admin}metrics`);
      expect(metrics.text).to.include('atrium_participants{door="kurento-room"} 1');
      for (const { headers } of [health, metrics]) {
        expect(headers).to.include({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' });
      }
      for (const path of ['', 'api/v1/rooms', 'getAllRooms', 'meet/metrics', 'room', 'nothing/../metrics']) {
        expect((await send(admin + path)).status, path).to.equal(404);
      }
      for (const path of ['metrics', 'meet/metrics']) {
        const answer = await send(new URL(path, new URL('/', url)).href, asAdmin);
        expect(answer.status, path).to.equal(404);
      }
      expect((await send(`${url}healthz`)).text).to.equal('{"status":"unavailable"}');
    });
    expect(await send(`http://127.0.0.1:${adminPort}/healthz`).catch(() => 'gone'), 'after the end').to.equal('gone');
  });

  it('counts connections for itself: a crowd at one port takes no place at the other', async () => {
    const adminPort = await freePort();
    await withGarden({ adminPort, maxConnectionsPerAddress: 3 }, async (url, stage) => {
      const admin = stage.service.adminUrl ?? '';
      const ports = [
        { crowded: url, other: `${admin}metrics` },
        { crowded: admin, other: `${url}getClientConfig` },
      ];
      for (const { crowded, other } of ports) {
        const crowd = Array.from({ length: 3 }, () => new RawClient(crowded));
        await Promise.all(crowd.map(({ socket }) => once(socket, 'connect')));
        const late = new RawClient(crowded);
        late.send('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
        await late.closed();
        expect(late.statuses, crowded).to.deep.equal(['503']);
        expect((await send(other)).status, other).to.equal(200);
        for (const client of crowd) client.cut();
      }
    });
  });

  it('answers half the head of a request with 408 in time', async () => {
    const adminPort = await freePort();
    await withGarden({ adminPort, firstRequestMs: 200 }, async (_url, stage) => {
      const answer = await halfRequest(stage.service.adminUrl ?? '', 'GET /metrics HTTP/1.1\r\nHost: x\r\n');
      expect(answer.split('\r\n', 1)[0]).to.equal('HTTP/1.1 408 Request Timeout');
    });
  });

  it('cuts a client off whose request stands still, or whose answer does', async () => {
    const adminPort = await freePort();
    await withGarden({ adminPort, messageMs: 200 }, async (_url, stage) => {
      const admin = stage.service.adminUrl ?? '';
      const half = new RawClient(admin);
      half.send('POST /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n', 'ab');
      await half.closed();
      expect(half.statuses).to.deep.equal(['404']);
      const { client: reader } = await stalled(async () => {
        const client = new RawClient(admin);
        client.send('GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
        await client.answered(1);
        return client;
      }, true);
      reader.send('GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
      await reader.closed();
      expect(reader.statuses).to.deep.equal(['404']);
    });
  });

  it('opens also when a client has longer for a head than Node gives it for a request', async () => {
    const adminPort = await freePort();
    await withGarden({ adminPort, firstRequestMs: 600_000 }, async (url) => {
      expect((await send(url + 'getClientConfig')).status).to.equal(200);
    });
  });

  it('refuses pages, and on loopback names that are not of this machine', async () => {
    const adminPort = await freePort();
    await withGarden({ adminPort }, async (_url, stage) => {
      const statusOf = async (headers: Record<string, string>): Promise<number> =>
        (await send(`${stage.service.adminUrl ?? ''}healthz`, { headers })).status;
      const refused = [
        { Origin: 'https://a.example' },
        { Origin: 'null' },
        { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-origin' },
        { Host: `rebound.example:${adminPort}` },
      ];
      for (const headers of refused) expect(await statusOf(headers), JSON.stringify(headers)).to.equal(403);
      const served = [
        {},
        { 'Sec-Fetch-Site': 'none' },
        { Host: 'localhost' },
        { Host: '[::1]:1' },
        { Host: '127.0.0.1' },
      ];
      for (const headers of served) expect(await statusOf(headers), JSON.stringify(headers)).to.equal(503);
    });
  });
});

describe('a client that guesses the admin token', () => {
  const path = 'api/v1/rooms/garden';
  const guess = (url: string, token: string, from = '127.0.0.1', where = path): Promise<HttpAnswer> =>
    send(url + where, { headers: { Authorization: `Bearer ${token}` }, localAddress: from });

  it('has to wait at every path after ten wrong ones; others need not', () =>
    withGarden({ adminToken }, async (url) => {
      for (let index = 0; index < 11; index += 1) expect((await guess(url, `wrong-${index}`)).status).to.equal(401);
      for (const where of [path, 'healthz', 'metrics', 'api/v1/rooms', 'getAllRooms', 'close?room=garden']) {
        // Also the right token: the answer must not show whether it is right.
        for (const token of ['wrong', adminToken]) {
          const { status, headers, text } = await guess(url, token, '127.0.0.1', where);
          expect(status, where).to.equal(429);
          expect(headers['retry-after']).to.equal('1');
          expect(JSON.parse(text)).to.include({ code: 'too-many' });
        }
      }
      expect((await send(url + path)).status, 'without a token').to.equal(200);
      expect((await guess(url, adminToken, '127.0.0.2')).status, 'from elsewhere').to.equal(200);
    }));

  it('is known by the address that a trusted proxy names, and by no other', () =>
    withGarden({ adminToken, trustedProxies: ['loopback'] }, async (url) => {
      const from = async (address: string, token: string): Promise<number> => {
        const headers = { Authorization: `Bearer ${token}`, 'X-Forwarded-For': address };
        return (await send(url + path, { headers })).status;
      };
      for (let index = 0; index < 11; index += 1) await from(`2001:db8::${index}`, 'wrong');
      expect(await from('2001:db8::ffff', adminToken), 'the same network').to.equal(429);
      expect(await from('198.51.100.7', adminToken)).to.equal(200);
    }));

  it('is counted for wrong tokens only, not for missing ones or other schemes', () =>
    withGarden({ adminToken }, async (url) => {
      for (let index = 0; index < 30; index += 1) {
        await send(`${url}metrics`);
        await send(`${url}metrics`, { headers: { Authorization: 'Basic d3Jvbmc6d3Jvbmc=' } });
      }
      expect((await guess(url, adminToken)).status).to.equal(200);
    }));
});
