import { mkdtempSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { adminToken } from '../support/administrator.js';
import { freePort } from '../../tools/free-port.js';
import { stalled } from '../support/stalled.js';
import { until } from '../support/until.js';
import { RawClient, adminPort, conciergeFiles, easyRtcFiles, head, rest } from './plain-doors.js';
import type { PlainDoor } from './plain-doors.js';
import { DoorStage } from './stage.js';

/** Requests that one connection may make at once in these tests. */
const burst = 30;
/** How long a request or an answer may stand still, in ms. */
const stillMs = 400;

const below = { rest: '/api/v1/rooms/', concierge: '/fs/ada/', easyrtc: '/easyrtc/', admin: '/' } as const;
const refused400 = rest.refused(400, 'Bad Request', 'bad-request', 'The path, a parameter or the body is malformed');
const notFound = rest.refused(404, 'Not Found', 'not-found', 'Nothing is served at this path');
const tooMany = ['429', 'Too Many Requests', 'too-many', 'Too many requests'] as const;
const tooLate = ['408', 'Request Timeout', 'too-late', 'The rest of the request did not come in time'] as const;

function refusal(door: PlainDoor, [status, title, code, reason]: typeof tooMany | typeof tooLate): string {
  return door.refused(Number(status), title, code, reason);
}

describe('At every door that keeps no clients', function () {
  this.timeout(60_000);
  let stage: DoorStage;
  let plainDoors: Readonly<Record<'rest' | 'concierge' | 'easyrtc' | 'admin', PlainDoor>>;
  const clients: RawClient[] = [];

  before(async () => {
    stage = new DoorStage({
      adminToken,
      adminPort: await freePort(),
      easyrtc: { files: 'node_modules/open-easyrtc/api' },
      concierge: { files: 'fs-key', filesDir: mkdtempSync(join(tmpdir(), 'doors-')) },
      maxRequestRate: 1,
      maxRequestBurst: burst,
      firstRequestMs: stillMs,
      messageMs: stillMs,
    });
    await stage.start();
    plainDoors = { rest, concierge: await conciergeFiles(stage), easyrtc: easyRtcFiles, admin: adminPort };
  });
  after(() => stage.stop());
  afterEach(() => {
    for (const client of clients.splice(0)) client.cut();
  });
  after(() => stage.empty());

  function newClient(door: PlainDoor): RawClient {
    const client = new RawClient(door === adminPort ? (stage.service.adminUrl ?? '') : stage.origin);
    clients.push(client);
    return client;
  }

  /** A client that is served, whatever others do. */
  async function isServed(door: PlainDoor): Promise<void> {
    const client = newClient(door);
    client.send(head(door, `GET ${door.path}`));
    await client.answered(1);
    expect(client.statuses[0]).to.match(/^20[02]$/);
    client.cut();
  }

  for (const which of ['rest', 'concierge', 'easyrtc', 'admin'] as const) {
    describe(which, () => {
      let door: PlainDoor;
      before(() => (door = plainDoors[which]));
      afterEach(() => isServed(door));

      it('a flood of requests is answered with 429 from the limit on, and closed', async () => {
        const client = newClient(door);
        client.send(head(door, `GET ${door.path}`).repeat(2 * burst));
        await client.closed();
        const served = which === 'concierge' ? '202' : '200';
        expect(client.statuses).to.deep.equal([...Array<string>(burst).fill(served), '429']);
        expect(client.body).to.equal(refusal(door, tooMany));
      });

      it('half a head is answered with 408', async () => {
        const client = newClient(door);
        client.send(head(door, `GET ${door.path}`).slice(0, -2));
        await client.closed();
        expect(client.statuses).to.deep.equal(['408']);
      });

      it('half a body is answered with 408, or before it came, and closed in time', async () => {
        const client = newClient(door);
        client.send(head(door, door.upload, ['Content-Length: 100']), 'ab');
        await client.closed();
        expect(client.statuses).to.deep.equal(
          { rest: ['404'], concierge: ['408'], easyrtc: ['405'], admin: ['404'] }[which],
        );
        if (which === 'concierge') expect(client.body).to.equal(refusal(door, tooLate));
      });

      it('a body that grows beyond every limit is refused, without an end', async () => {
        const client = newClient(door);
        client.send(head(door, door.upload, ['Transfer-Encoding: chunked']));
        const chunk = Buffer.alloc(65_536, 'x');
        for (let sent = 0; sent < 64 && client.statuses.length === 0; sent += 1) {
          client.send('10000\r\n', chunk, '\r\n');
          await new Promise((done) => setImmediate(done));
        }
        await client.answered(1);
        expect(client.statuses).to.deep.equal(
          { rest: ['404'], concierge: ['413'], easyrtc: ['405'], admin: ['404'] }[which],
        );
      });

      it('a body that says it is too long is refused before it comes', async () => {
        const client = newClient(door);
        client.send(head(door, door.upload, ['Content-Length: 4000000000']));
        await client.answered(1);
        expect(client.statuses).to.deep.equal(
          { rest: ['404'], concierge: ['413'], easyrtc: ['405'], admin: ['404'] }[which],
        );
      });

      it('a client that does not read its answers is cut off, little waits for it, and no file stays open', async () => {
        const { client, waiting } = await stalled(async () => {
          const reader = newClient(door);
          reader.send(head(door, `GET ${door.path}`));
          await reader.answered(1);
          return reader;
        }, true);
        let most = 0;
        const look = setInterval(() => (most = Math.max(most, waiting())), 10);
        client.send(head(door, `GET ${door.path}`).repeat(burst - 5));
        await client.closed();
        clearInterval(look);
        expect(most, 'bytes that waited').to.be.within(1, 1_000_000);
        await until('no file is open for it', () => openFiles() === 0);
      });

      it('bytes that are not UTF-8 are refused in a path, ignored in a query, and kept in a file', async () => {
        const malformed = {
          rest: ['400', refused400],
          concierge: ['400', 'There can be no such file\n'],
          easyrtc: ['404', ''],
          admin: ['404', notFound],
        }[which];
        for (const path of [`${below[which]}%ff`, `${below[which]}%`]) expect(await get(path)).to.deep.equal(malformed);
        // Node refuses the head before a door sees it.
        for (const path of [`${below[which]}\xff`, `${door.path}?\xff`])
          expect(await get(path)).to.deep.equal(['400', '']);
        expect((await get(`${door.path}?room=%ff`))[0]).to.match(/^20[02]$/);
        const client = newClient(door);
        client.send(head(door, door.upload, ['Content-Length: 3']), 'a\xff\xfe');
        await client.answered(1);
        expect(client.statuses).to.deep.equal(
          { rest: ['404'], concierge: ['201'], easyrtc: ['405'], admin: ['404'] }[which],
        );
        if (which === 'concierge') expect(await get(door.path)).to.deep.equal(['202', 'a\xff\xfe']);
      });

      async function get(path: string): Promise<readonly [status: string | undefined, body: string]> {
        const client = newClient(door);
        client.send(head(door, `GET ${path}`, ['Connection: close']));
        await client.closed();
        return [client.statuses[0], client.body];
      }
    });
  }
});

/** Files of the Concierge client that this process holds open. Linux tells it. */
function openFiles(): number {
  if (process.platform !== 'linux') return 0;
  return readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).includes('/a.txt')).length;
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // It is closed by now, as the one that lists them.
    return '';
  }
}
