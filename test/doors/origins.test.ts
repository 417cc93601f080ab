import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { send } from '../support/http.js';
import { until } from '../support/until.js';
import { Visitor, doors } from './doors.js';
import { PollingLine, ask } from './line.js';
import { halfRequest } from './rows.js';
import { DoorStage } from './stage.js';

/** What a first request goes to. */
interface Entrance {
  readonly name: string;
  readonly path: string;
  readonly isUpgrade: boolean;
  /** The body of a refusal. */
  readonly refused: (reason: string) => string;
  /** Whether pages of other origins may ask with credentials, as scripts of Socket.IO do. */
  readonly hasCredentials: boolean;
}

const text = (reason: string): string => `${reason}\n`;
const problem = (message: string): string =>
  JSON.stringify({ type: 'about:blank', title: 'Forbidden', status: 403, detail: message, code: 'origin-not-allowed' });

const entrances: readonly Entrance[] = [
  ...doors.map(({ name, first, refused }) => ({ name, ...first, refused, hasCredentials: !first.isUpgrade })),
  { name: 'REST', path: '/api/v1/rooms', isUpgrade: false, refused: problem, hasCredentials: false },
  { name: 'the files of Concierge', path: '/fs/ada/a.txt', isUpgrade: false, refused: text, hasCredentials: false },
  { name: 'the files of EasyRTC', path: '/easyrtc/easyrtc.js', isUpgrade: false, refused: text, hasCredentials: false },
];

const anyPage = 'ALLOWED_ORIGINS names the pages that may use this server';

/** Requests of pages that may not come in: what the page is told, and what the operator is told. */
const foreign = [
  {
    title: 'a page of another origin',
    headers: { origin: 'https://evil.example' },
    reason: 'The origin https://evil.example is not allowed here',
    remedy: 'To allow its pages: ALLOWED_ORIGINS=https://evil.example.',
  },
  {
    title: 'a page without an origin of its own',
    headers: { origin: 'null' },
    reason: 'The origin null is not allowed here',
    remedy: anyPage,
  },
  {
    title: 'a page of another site without an origin',
    headers: { 'sec-fetch-site': 'cross-site' },
    reason: 'A page of another site without an origin is not allowed here',
    remedy: anyPage,
  },
] as const;

const good = 'https://good.example';

/** @returns `101` for an upgrade that is accepted, or the status and the body */
function upgrade(url: string, headers: object): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const webSocket = new WebSocket(url.replace('http', 'ws'), { headers: { ...headers } });
    webSocket.once('open', () => {
      webSocket.terminate();
      resolve({ status: 101, body: '' });
    });
    webSocket.on('error', reject);
    webSocket.once('unexpected-response', (_request, response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, body });
      });
    });
  });
}

describe('Pages at every door', () => {
  const stage = new DoorStage({
    allowedOrigins: [good],
    easyrtc: { files: 'node_modules/open-easyrtc/api' },
    concierge: { files: 'fs-key', filesDir: mkdtempSync(join(tmpdir(), 'doors-')) },
    firstRequestMs: 1_000,
  });
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(() => stage.empty());

  for (const entrance of entrances) {
    for (const { title, headers, reason, remedy } of foreign) {
      it(`${title} is refused at: ${entrance.name}`, async () => {
        stage.lines.length = 0;
        const url = stage.origin + entrance.path;
        const answer = entrance.isUpgrade ? await upgrade(url, headers) : await ask(url, headers);
        expect(answer).to.include({ status: 403, body: entrance.refused(reason) });
        expect(stage.lines.map(({ level, message }) => `${level}: ${message}`)).to.deep.equal([
          'warn: a client was refused',
        ]);
        const { fields } = stage.lines[0] ?? {};
        expect(fields).to.include({ path: entrance.path.split('?', 1)[0], address: '127.0.0.1', reason });
        expect(String(fields?.remedy).startsWith(remedy), String(fields?.remedy)).to.equal(true);
        expect(stage.remains, 'no session').to.include({ connections: 0, places: 0 });
      });
    }

    it(`a page of an allowed origin is answered by name at: ${entrance.name}`, async () => {
      const url = stage.origin + entrance.path;
      if (entrance.isUpgrade) {
        // The WebSocket of a session that is unknown is opened to say so.
        expect(await upgrade(url, { origin: good })).to.include({ status: 101 });
        return;
      }
      const { status, headers, body } = await send(url, { headers: { origin: good } }).then(
        ({ text: all, ...rest }) => ({
          ...rest,
          body: all,
        }),
      );
      expect(status, body).to.not.equal(403);
      expect(headers['access-control-allow-origin']).to.equal(good);
      expect(headers['access-control-allow-credentials']).to.equal(entrance.hasCredentials ? 'true' : undefined);
      expect(headers.vary).to.match(/Origin/i);
      // Nobody has taken this session.
      const [, sid] = /"sid":"([^"]+)"/.exec(body) ?? /^([\w-]{20,}):/.exec(body) ?? [];
      if (sid === undefined) return;
      const leaving = entrance.path.includes('EIO')
        ? ask(`${url}&sid=${sid}`, {}, entrance.path.includes('EIO=4') ? '1' : '1:1')
        : ask(`${stage.origin}/socket.io/1/xhr-polling/${sid}?disconnect`);
      await leaving;
    });
  }

  for (const door of doors.filter(({ transport }) => transport === 'polling')) {
    it(`answers are not given as scripts (JSONP) at: ${door.name}`, async () => {
      const { path } = door.first;
      const answer = await ask(`${stage.origin}${path}${path.includes('?') ? '&' : '?'}j=0`);
      expect(answer).to.include({ status: 403, body: door.refused('Answers as scripts (JSONP) are not given') });
    });

    it(`each request of a polling client is asked for its origin at: ${door.name}`, async () => {
      const line = await door.open(stage.origin);
      const visitor = stage.keep(new Visitor(line, door.speech, 'ada'));
      await door.speech.enter(visitor, 'hall');
      if (!(line instanceof PollingLine)) throw new Error('it polls');
      for (const body of [undefined, 'x']) {
        const answer = await ask(line.url, { origin: 'https://evil.example' }, body);
        expect(answer).to.include({ status: 403, body: door.refused(foreign[0].reason) });
      }
      await visitor.ask();
    });
  }

  it('half the head of a request is answered with 408 in time, and so is a connection that says nothing', async () => {
    for (const bytes of ['GET /api/v1/rooms HTTP/1.1\r\nHost: x\r\n', '']) {
      expect((await halfRequest(stage.origin, bytes)).split('\r\n', 1)[0]).to.equal('HTTP/1.1 408 Request Timeout');
    }
    await until('no client is left', () => stage.service.doors.gate.clientAddresses === 0);
  });
});
