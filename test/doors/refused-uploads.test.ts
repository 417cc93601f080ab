import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConciergeClient } from '../dialects/concierge/concierge-client.js';
import { send } from '../support/http.js';
import { DoorStage } from './stage.js';

/** A request whose body is refused. */
interface Refused {
  readonly title: string;
  /** The first lines of the request, without what says how long it is. */
  readonly head: (stage: DoorStage) => Promise<string> | string;
  readonly status: (bytes: number) => number;
  /** Default: all. */
  readonly sizes?: readonly number[];
}

const small = 200;
const large = 3 * 1024 * 1024;
/** Above the limit of every door. */
const aboveLimits = 12 * 1024 * 1024;
/** More than is read of a body that is refused. */
const aboveBound = 64 * 1024 * 1024;
/** A small body may be there before the answer, or not. A large one never is, and it comes as often in one piece as in chunks. */
const timesOf = (bytes: number): number => (bytes === small ? 10 : 4);

const always = (status: number) => (): number => status;
const secret = '1d2c3b4a-1111-4111-8111-111111111111';

async function sidOf(stage: DoorStage, revision: 3 | 4): Promise<string> {
  const { text } = await send(`${stage.origin}/socket.io/?EIO=${revision}&transport=polling`);
  return /"sid":"([^"]+)"/.exec(text)?.[1] ?? '';
}

async function polling(stage: DoorStage, revision: 3 | 4, type: string): Promise<string> {
  const path = `/socket.io/?EIO=${revision}&transport=polling&sid=${await sidOf(stage, revision)}`;
  return `POST ${path} HTTP/1.1\r\nContent-Type: ${type}\r\n`;
}

const text = 'text/plain;charset=UTF-8';

const kinds: readonly Refused[] = [
  { title: 'REST, no such method', head: () => 'POST /getAllRooms HTTP/1.1\r\n', status: always(405) },
  { title: 'REST, no such path', head: () => 'PUT /nothing HTTP/1.1\r\n', status: always(404) },
  { title: 'REST, no token', head: () => 'DELETE /api/v1/rooms/hall HTTP/1.1\r\n', status: always(401) },
  {
    title: 'a client that wants to close',
    head: () => 'POST /nothing HTTP/1.1\r\nConnection: close\r\n',
    status: always(404),
  },
  { title: 'the gate', head: () => 'POST /nothing HTTP/1.1\r\nOrigin: https://evil.example\r\n', status: always(403) },
  {
    title: 'the gate, Socket.IO',
    head: () => 'POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nOrigin: https://evil.example\r\n',
    status: always(403),
  },
  { title: 'a WebSocket', head: () => 'POST /room HTTP/1.1\r\n', status: always(426) },
  { title: 'files, no key', head: () => 'PUT /fs/ada/a HTTP/1.1\r\n', status: always(428) },
  {
    title: 'files, the folder of somebody else',
    head: () => `PUT /fs/grace/a HTTP/1.1\r\nx-fs-key: ${secret}\r\n`,
    status: always(403),
  },
  {
    title: 'files, PUT',
    head: () => `PUT /fs/ada/a HTTP/1.1\r\nx-fs-key: ${secret}\r\n`,
    status: always(413),
    sizes: [large, aboveLimits],
  },
  {
    title: 'files, a form that is none',
    head: () => `POST /fs/ada/a HTTP/1.1\r\nx-fs-key: ${secret}\r\nContent-Type: multipart/form-data; boundary=x\r\n`,
    status: always(400),
  },
  {
    title: 'Socket.IO, no such session',
    head: () => 'POST /socket.io/?EIO=4&transport=polling&sid=nobody HTTP/1.1\r\n',
    status: always(400),
  },
  {
    title: 'Engine.IO 4',
    head: (stage) => polling(stage, 4, text),
    status: always(413),
    sizes: [large * 2, aboveLimits],
  },
  {
    title: 'Engine.IO 3',
    head: (stage) => polling(stage, 3, text),
    status: always(413),
    sizes: [large * 2, aboveLimits],
  },
  { title: 'Engine.IO 4, binary', head: (stage) => polling(stage, 4, 'application/octet-stream'), status: always(400) },
  { title: 'COMPEIT, no such path', head: () => 'POST /socket.io/1/a/b/c/d HTTP/1.1\r\n', status: always(404) },
  {
    title: 'COMPEIT',
    async head(stage) {
      const { text: greeting } = await send(`${stage.origin}/socket.io/1/`);
      const path = `/socket.io/1/xhr-polling/${greeting.split(':')[0] ?? ''}`;
      // A session takes bodies once it polls.
      void send(stage.origin + path);
      await send(`${stage.origin}/healthz`);
      return `POST ${path} HTTP/1.1\r\nContent-Type: ${text}\r\n`;
    },
    status: always(413),
    sizes: [large, aboveLimits],
  },
];

/** Sends a body as a simple client does: all of it, and only then it reads. Resolves with all that came, and how it ended. */
function upload(origin: string, head: string, bytes: number, isChunked: boolean): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    let failure = '';
    socket.pause();
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
      // The whole answer, or the first of it: the rest follows without waiting.
      if (answer.includes('\r\n\r\n')) socket.end();
    });
    socket.on('error', (error) => (failure = String(error)));
    socket.once('close', () => {
      resolve(answer + failure);
    });
    const body = Buffer.alloc(bytes, 'x');
    const length = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${bytes}`;
    socket.write(`${head}Host: ${hostname}:${port}\r\n${length}\r\n\r\n`);
    if (isChunked) socket.write(`${bytes.toString(16)}\r\n`);
    socket.write(body);
    socket.write(isChunked ? '\r\n0\r\n\r\n' : '', () => socket.resume());
  });
}

describe('A client whose upload is refused sees the answer every time', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'refused-'));
  const stage = new DoorStage({
    adminToken: 'secret',
    concierge: { files: 'uuid', filesDir: folder },
    maxConnectionsPerAddress: 0,
    maxNewcomersPerAddress: 0,
    maxNewcomers: 0,
  });
  let ada: ConciergeClient;
  before(async () => {
    await stage.start();
    ada = await ConciergeClient.connect(stage.service.url, 'concierge', ['ert-concierge'], {});
    await ada.identify({ name: 'ada', version: '0.1.0' });
  });
  after(async () => {
    await ada.close();
    await stage.stop();
    rmSync(folder, { recursive: true });
  });

  for (const { title, head, status, sizes = [small, large, aboveLimits] } of kinds) {
    for (const bytes of sizes) {
      it(`${title}: ${bytes} bytes`, async () => {
        for (let round = 0; round < timesOf(bytes); round += 1) {
          const lines = (await head(stage)).replace(secret, ada.uuid);
          const answer = await upload(stage.origin, lines, bytes, round % 2 === 1);
          expect(answer, `${round}`).to.match(new RegExp(`^HTTP/1.1 ${status(bytes)} [^]*\\r\\n\\r\\n`));
          expect(answer, `${round}`).not.to.include('ECONNRESET');
        }
      });
    }
  }

  it('a client that sends without end is cut off', async () => {
    const answer = await upload(stage.origin, 'POST /nothing HTTP/1.1\r\n', aboveBound, false);
    expect(answer).to.match(/ECONNRESET|EPIPE/);
  });

  for (const bytes of [small, large, aboveLimits]) {
    it(`too many requests: ${bytes} bytes`, async () => {
      const own = new DoorStage({ maxRequestRate: 1, maxRequestBurst: 1 });
      await own.start();
      const before = `GET /getAllRooms HTTP/1.1\r\nHost: ${new URL(own.origin).host}\r\n\r\n`;
      try {
        for (let round = 0; round < timesOf(bytes); round += 1) {
          const answer = await upload(own.origin, `${before}POST /nothing HTTP/1.1\r\n`, bytes, round % 2 === 1);
          expect(answer, `${round}`).to.match(/^HTTP\/1.1 200 [^]*HTTP\/1.1 429 [^]*"too-many"\}/);
          expect(answer, `${round}`).not.to.include('ECONNRESET');
        }
      } finally {
        await own.stop();
      }
    });
  }

  it('the connection goes on when the body was read', async () => {
    const { hostname, port } = new URL(stage.origin);
    const socket = connect(Number(port), hostname);
    const post = `POST /nothing HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: ${large}\r\n\r\n`;
    socket.write(post + 'x'.repeat(large));
    let got = '';
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.on('data', (chunk: Buffer) => {
        got += chunk.toString();
        if (/404[^]*404/.test(got)) resolve();
        else if (got.includes('404')) socket.write(`GET /nothing HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
      });
    });
    socket.destroy();
  });
});
