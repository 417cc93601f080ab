import { expect } from 'chai';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { ParentLog } from '../../log.js';
import type { GivenConfig } from '../../src/config.js';
import type { ServeOptions } from '../../src/service.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { MemoryArchive } from '../support/memory-archive.js';
import { ServiceStage } from '../support/service-stage.js';
import { testKey, tokenWith } from '../support/tokens.js';
import { until } from '../support/until.js';
import { Asker } from './asker.js';
import type { Reply } from './asker.js';

const admin = asAdmin.headers;
const id = 'REC_0123456789abcdef';
const file = '0001-camera.webm';
const path = `api/v1/recordings/${id}/files/${file}`;
/** Other bytes at every place. */
const content = Buffer.from(Array.from({ length: 10_000 }, (_, at) => (at * 7 + (at >> 8)) % 256));
/** More than any buffer between a server and a client that reads nothing. */
const longBytes = 64 * 1_024 * 1_024;
const long = `api/v1/recordings/${id}/files/0002-screen.webm`;

/** A server with these recordings, for the tests of one `describe`. */
function useRecordings(given: GivenConfig = {}, options: ServeOptions = {}) {
  const kept = new MemoryArchive();
  const stage = new ServiceStage({ adminToken, keys: testKey, ...given }, { archive: kept, ...options });
  let asker: Asker | undefined;
  before(async () => {
    kept.add({ id }, { [file]: content, '0002-screen.webm': Buffer.alloc(longBytes), '0003-empty.webm': Buffer.of() });
    kept.add({ id: 'REC_running', state: 'recording' }, { [file]: content });
    asker = await Asker.of(await stage.start());
  });
  after(() => stage.stop());
  return {
    kept,
    stage,
    ask: async (target: string, method = 'GET', headers: object = admin): Promise<Reply> => {
      if (!asker) throw new Error('the server is there between before and after');
      return asker.ask(target, method, { ...headers });
    },
  };
}

const codeOf = ({ body }: Reply): string => (body as { code: string }).code;
const unranged = ({ Range: _range, ...others }: Record<string, unknown>): object => others;
const shown = ({ status, headers: { date: _date, ...headers } }: Reply): object => ({ status, headers });

describe('REST: a file of a recording', () => {
  const { ask, kept } = useRecordings();

  it('is served whole, to be kept under a name that says which recording it is of', async () => {
    const { status, headers, bytes } = await ask(path);
    expect(status).to.equal(200);
    expect(bytes.equals(content)).to.equal(true);
    expect(headers).to.deep.include({
      'content-type': 'video/webm',
      'content-length': String(content.length),
      'content-disposition': `attachment; filename="${id}-${file}"`,
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      'last-modified': 'Sun, 29 Nov 2026 10:00:01 GMT',
    });
    expect(headers.etag).to.match(/^"[^"]+"$/);
    expect(headers).to.not.have.property('content-range');
  });

  it('is served in parts, each with its place in the whole', async () => {
    const ends = [0, 1, 1_023, 1_024, 1_025, 5_000, content.length - 1];
    for (const start of ends) {
      for (const end of ends.filter((each) => each >= start)) {
        const { status, headers, bytes } = await ask(path, 'GET', { ...admin, Range: `bytes=${start}-${end}` });
        expect(status).to.equal(206);
        expect(headers['content-range']).to.equal(`bytes ${start}-${end}/${content.length}`);
        expect(headers['content-length']).to.equal(String(end - start + 1));
        expect(bytes.equals(content.subarray(start, end + 1)), `${start}-${end}`).to.equal(true);
      }
    }
    const last = await ask(path, 'GET', { ...admin, Range: 'bytes=-3' });
    expect(last.bytes.equals(content.subarray(-3))).to.equal(true);
    for (const Range of ['bytes=0-1,5-6', 'lines=1-2', 'bytes=x']) {
      const whole = await ask(path, 'GET', { ...admin, Range });
      expect([whole.status, whole.bytes.length], Range).to.deep.equal([200, content.length]);
    }
  });

  it('has no bytes after its end', async () => {
    for (const [target, range, size] of [
      [path, `bytes=${content.length}-`, content.length],
      [path, 'bytes=-0', content.length],
      [path.replace(file, '0003-empty.webm'), 'bytes=0-', 0],
    ] as const) {
      const reply = await ask(target, 'GET', { ...admin, Range: range });
      expect([reply.status, codeOf(reply)], range).to.deep.equal([416, 'range']);
      expect(reply.headers['content-range']).to.equal(`bytes */${size}`);
    }
    const empty = await ask(path.replace(file, '0003-empty.webm'));
    expect([empty.status, empty.headers['content-length']]).to.deep.equal([200, '0']);
  });

  it('is sent only when the conditions of the request hold', async () => {
    const { headers } = await ask(path);
    const etag = String(headers.etag);
    const [before, then, after] = ['28', '29', '30'].map((day) => `Sun, ${day} Nov 2026 10:00:01 GMT`);
    const cases: [object, number][] = [
      [{ 'If-None-Match': etag }, 304],
      [{ 'If-None-Match': `W/${etag}` }, 304],
      [{ 'If-None-Match': `"a", ${etag}` }, 304],
      [{ 'If-None-Match': '*' }, 304],
      [{ 'If-None-Match': '"a"' }, 200],
      [{ 'If-None-Match': '"a"', 'If-Modified-Since': after }, 200],
      [{ 'If-Modified-Since': then }, 304],
      [{ 'If-Modified-Since': before }, 200],
      [{ 'If-Modified-Since': 'yesterday' }, 200],
      [{ 'If-Match': etag }, 200],
      [{ 'If-Match': '*' }, 200],
      [{ 'If-Match': `"a", ${etag}` }, 200],
      [{ 'If-Match': '"a"' }, 412],
      // A tag that is weak proves nothing there.
      [{ 'If-Match': `W/${etag}` }, 412],
      [{ 'If-Unmodified-Since': before }, 412],
      [{ 'If-Unmodified-Since': then }, 200],
      [{ 'If-Match': etag, 'If-Unmodified-Since': before }, 200],
      [{ 'If-Match': '"a"', 'If-None-Match': etag }, 412],
      [{ Range: 'bytes=0-1', 'If-Range': etag }, 206],
      [{ Range: 'bytes=0-1', 'If-Range': then }, 206],
      [{ Range: 'bytes=0-1', 'If-Range': '"a"' }, 200],
      [{ Range: 'bytes=0-1', 'If-Range': `W/${etag}` }, 200],
      [{ Range: 'bytes=0-1', 'If-Range': before }, 200],
      [{ Range: 'bytes=0-1', 'If-Range': after }, 200],
      [{ Range: 'bytes=0-1', 'If-Range': 'x' }, 200],
      [{ Range: `bytes=${content.length}-`, 'If-Range': '"a"' }, 200],
      [{ Range: `bytes=${content.length}-`, 'If-None-Match': etag }, 304],
      [{ Range: `bytes=${content.length}-`, 'If-Match': '"a"' }, 412],
    ];
    for (const [conditions, status] of cases) {
      const reply = await ask(path, 'GET', { ...admin, ...conditions });
      const what = JSON.stringify(conditions);
      expect(reply.status, what).to.equal(status);
      expect(reply.bytes.length, what).to.equal({ 200: content.length, 206: 2, 304: 0 }[status] ?? reply.bytes.length);
      if (status < 400) expect(reply.headers.etag, what).to.equal(etag);
    }
  });

  it('answers HEAD as GET without a Range header, and reads nothing for it', async () => {
    const headers = { ...admin, 'If-None-Match': '"a"', Range: 'bytes=2-3', 'If-Range': '"a"' };
    const wholes = [{}, { 'If-None-Match': '*' }, { 'If-Match': '"a"' }, headers];
    for (const target of [path, path.replace(file, '0003-empty.webm'), path.replace('0001', '0009')]) {
      for (const given of wholes) {
        const all = { ...admin, ...given };
        const whole = await ask(target, 'GET', unranged(all));
        const { bytesRead } = kept;
        const head = await ask(target, 'HEAD', all);
        expect(shown(head), JSON.stringify(given)).to.deep.equal(shown(whole));
        expect(head.bytes.length).to.equal(0);
        expect(kept.bytesRead).to.equal(bytesRead);
      }
    }
    expect((await ask(path, 'HEAD', { ...admin, Range: `bytes=${content.length}-` })).status).to.equal(200);
  });

  it('is not served while it is written, and has no link then', async () => {
    const running = path.replace(id, 'REC_running');
    for (const [method, target] of [
      ['GET', running],
      ['HEAD', running],
      ['POST', `${running}/link`],
    ] as const) {
      const reply = await ask(target, method);
      expect(reply.status, method).to.equal(409);
      if (method !== 'HEAD') expect(codeOf(reply)).to.equal('conflict');
    }
  });
});

describe('REST: a link to a file of a recording', () => {
  let now = Date.parse('2026-11-29T10:00:00.250Z');
  const { ask, stage } = useRecordings({}, { now: () => now });
  const other = useRecordings({}, { now: () => now });
  const rotated = useRecordings({ keys: `new: ${'n'.repeat(32)}, ${testKey}` }, { now: () => now });
  const replaced = useRecordings({ keys: `test: ${'n'.repeat(32)}` }, { now: () => now });
  const keyless = useRecordings({ keys: '' }, { now: () => now });
  const alsoKeyless = useRecordings({ keys: '' }, { now: () => now });

  /** What follows the address of the server. */
  async function linkOf(asked: typeof ask, target = path): Promise<string> {
    const { status, body } = await asked(`${target}/link`, 'POST');
    expect(status).to.equal(200);
    return new URL((body as { url: string }).url).href.replace(/^http:\/\/[^/]+\//, '');
  }
  const statusOf = async (asked: typeof ask, link: string, method = 'GET'): Promise<number> =>
    (await asked(link, method, {})).status;

  it('serves it to a client without a token, in parts too', async () => {
    const { body } = await ask(`${path}/link`, 'POST');
    const { url, expiresAt } = body as { url: string; expiresAt: string };
    expect(expiresAt).to.equal('2026-11-29T10:05:01.000Z');
    expect(url.startsWith(`${stage.origin}/${path}?`)).to.equal(true);
    const link = await linkOf(ask);
    const whole = await ask(link, 'GET', {});
    expect(whole.bytes.equals(content)).to.equal(true);
    expect(shown(await ask(link, 'HEAD', {}))).to.deep.equal(shown(whole));
    const part = await ask(link, 'GET', { Range: 'bytes=5-' });
    expect([part.status, part.bytes.length]).to.deep.equal([206, content.length - 5]);
  });

  it('is for that file alone, and no other request', async () => {
    const link = await linkOf(ask);
    const query = link.slice(link.indexOf('?'));
    for (const target of [
      path.replace(file, '0002-screen.webm'),
      path.replace(id, 'REC_running'),
      path.replace(file, '0009-none.webm'),
    ]) {
      expect(await statusOf(ask, `${target}${query}`), target).to.equal(403);
    }
    for (const [method, target] of [
      ['POST', `${path}/link`],
      ['GET', `api/v1/recordings/${id}`],
      ['GET', `api/v1/recordings/${id}/manifest`],
      ['DELETE', `api/v1/recordings/${id}`],
      ['GET', 'api/v1/recordings'],
    ] as const) {
      expect(await statusOf(ask, `${target}${query}`, method), target).to.equal(401);
    }
  });

  it('is refused when any character of it is another one', async () => {
    const link = await linkOf(ask);
    const query = link.indexOf('?') + 1;
    for (let at = query; at < link.length; at += 1) {
      const changed = `${link.slice(0, at)}${link[at] === '2' ? '3' : '2'}${link.slice(at + 1)}`;
      // One without its signature is a request without a token.
      expect(await statusOf(ask, changed), changed).to.be.oneOf([401, 403]);
    }
    const [start, end] = [link.slice(0, query), link.slice(query)];
    const others = [
      `${end}=`,
      `${end}A`,
      end.slice(0, -1),
      `expires=9999999999&${end.split('&')[1]}`,
      'signature=',
      'signature=x',
    ];
    for (const changed of others) expect(await statusOf(ask, `${start}${changed}`), changed).to.equal(403);
    expect(await statusOf(ask, `${start}${end}&${end}`)).to.equal(400);
    // A good token beside it does not help.
    expect((await ask(`${start}signature=x`, 'GET', admin)).status).to.equal(403);
  });

  it('is good for five minutes', async () => {
    const begun = now;
    try {
      const link = await linkOf(ask);
      now = Date.parse('2026-11-29T10:05:00.999Z');
      expect(await statusOf(ask, link)).to.equal(200);
      now = Date.parse('2026-11-29T10:05:01.000Z');
      expect(await statusOf(ask, link)).to.equal(403);
    } finally {
      now = begun;
    }
  });

  it('is taken by each server that has the key', async () => {
    const link = await linkOf(ask);
    expect(await statusOf(other.ask, link), 'another node').to.equal(200);
    expect(await statusOf(rotated.ask, link), 'with a newer key before it').to.equal(200);
    expect(await statusOf(ask, await linkOf(rotated.ask)), 'without the newer key').to.equal(403);
    expect(await statusOf(replaced.ask, link), 'with another key of that name').to.equal(403);
  });

  it('is signed by a secret of the process where there are no keys', async () => {
    const link = await linkOf(keyless.ask);
    expect(await statusOf(keyless.ask, link)).to.equal(200);
    expect(await statusOf(alsoKeyless.ask, link)).to.equal(403);
  });

  it('is no token, and no token is one', async () => {
    const token = tokenWith({ sub: 'backend', video: { room: 'r', roomRecord: true } });
    for (const signature of [token, token.split('.')[2]]) {
      expect(await statusOf(ask, `${path}?expires=9999999999&signature=${signature}`)).to.equal(403);
    }
    const link = await linkOf(ask);
    const Authorization = `Bearer ${new URLSearchParams(link.split('?')[1]).get('signature')}`;
    expect((await ask(path, 'GET', { Authorization })).status).to.equal(401);
  });
});

describe('REST: a download', () => {
  const defects: unknown[] = [];
  const ignore = (): void => undefined;
  const log: ParentLog = {
    ...{ warn: ignore, info: ignore, debug: ignore, child: () => log },
    error: (_message, fields) => defects.push(fields),
  };
  const { kept, stage, ask } = useRecordings({}, { log });
  const impatient = useRecordings({ messageMs: 400 }, { log });
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    kept.missingBytes = 0;
  });

  /** A client that has asked for the long file, and reads no more than it is told to. */
  async function begin(at = stage): Promise<Socket> {
    const { hostname, port } = new URL(at.origin);
    const socket = connect({ host: hostname, port: Number(port) });
    sockets.push(socket);
    socket.on('error', ignore);
    socket.write(`GET /${long} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminToken}\r\n\r\n`);
    await once(socket, 'readable');
    return socket;
  }

  it('reads a file no faster than the client does, and ends it for a client that reads nothing', async () => {
    const socket = await begin(impatient.stage);
    await until('the file is closed, since nothing moves', () => impatient.kept.open.size === 0);
    expect(impatient.kept.bytesRead).to.be.lessThan(longBytes / 2);
    socket.resume();
    await once(socket, 'close');
  });

  it('closes the file of a client that goes away', async () => {
    for (const leave of [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.resetAndDestroy()]) {
      const clients = await Promise.all(Array.from({ length: 5 }, async () => begin()));
      expect(kept.open.size).to.equal(5);
      clients.forEach(leave);
      await until('all files are closed', () => kept.open.size === 0);
    }
    expect(defects, 'it is no fault of the server').to.deep.equal([]);
  });

  it('closes the file when all was read, and takes the next request on the same connection', async () => {
    const socket = await begin();
    let received = 0;
    socket.on('data', (chunk: Buffer) => (received += chunk.length));
    await until('all has come', () => received > longBytes);
    expect(kept.open.size).to.equal(0);
    const before = received;
    socket.write(`HEAD /${long} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminToken}\r\n\r\n`);
    await until('it is answered', () => received > before);
  });

  it('is cut when the file turns out to be shorter, and the log says so', async () => {
    kept.missingBytes = 1;
    let error: unknown;
    await ask(path).catch((thrown: unknown) => (error = thrown));
    expect(error).to.have.property('code', 'ECONNRESET');
    expect(kept.open.size).to.equal(0);
    expect(defects.map((fields) => String((fields as { error: unknown }).error))).to.deep.equal([
      'Error: The file gave 9999 bytes in place of 10000',
    ]);
  });
});
