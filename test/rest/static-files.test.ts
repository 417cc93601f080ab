import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { ServiceStage } from '../support/service-stage.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As it is on the wire. */
  readonly body: Buffer;
}

const year = 'public, max-age=31536000, immutable';

for (const pathPrefix of ['', '/meet/us']) {
  describe(`files of the page and the client, ${pathPrefix === '' ? 'at the root' : `below ${pathPrefix}`}`, () => {
    const stage = new ServiceStage({ pathPrefix });
    before(() => stage.start());
    after(() => stage.stop());

    /** The path is sent unchanged, and the body is read as it comes, unlike with `fetch`. */
    const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> => {
      const { hostname: host, port } = new URL(stage.origin);
      const asked = httpRequest({ host, port, path: `${pathPrefix}${path}`, method, headers, agent: false }).end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) };
    };
    const taking = (encoding: string): Record<string, string> => ({ 'Accept-Encoding': encoding });

    /** Of the page: what its head names, below `/`. */
    const assets = async (): Promise<string[]> => {
      const html = (await ask('/')).body.toString();
      const names = [...html.matchAll(/<(?:link|script)\b[^>]*\b(?:href|src)="\.(\/assets\/[^"]+)"/g)];
      return names.map(([, name = '']) => name);
    };
    /** Each kind: a script of the page, its styles, a picture, the manifest, the client and its types, the page, an example. */
    const texts = async (): Promise<string[]> => [
      ...(await assets()),
      '/icon.svg',
      '/manifest.webmanifest',
      '/client/atrium-client.js',
      '/client/atrium-client.d.ts',
      '/',
      '/index.html',
      '/r/garden',
      '/examples/',
      '/examples/chat.js',
    ];

    it('are compressed as the client takes it, and are the same then', async () => {
      for (const path of await texts()) {
        const plain = await ask(path);
        expect(plain.status, path).to.equal(200);
        expect(plain.headers, path).to.not.have.property('content-encoding');
        const brotli = await ask(path, taking('gzip, deflate, br, zstd'));
        expect(brotli.headers['content-encoding'], path).to.equal('br');
        expect(brotliDecompressSync(brotli.body).equals(plain.body), path).to.equal(true);
        const gzip = await ask(path, taking('gzip'));
        expect(gzip.headers['content-encoding'], path).to.equal('gzip');
        expect(gunzipSync(gzip.body).equals(plain.body), path).to.equal(true);
        for (const { headers, body } of [plain, brotli, gzip]) {
          expect(headers['content-type'], path).to.equal(plain.headers['content-type']);
          expect(headers['content-length'], path).to.equal(String(body.length));
          expect(headers.vary, path).to.match(/\bAccept-Encoding\b/);
          expect(headers['content-security-policy'], path).to.equal(plain.headers['content-security-policy']);
        }
        expect(gzip.body.length, path).to.be.below(plain.body.length);
        const tags = [plain, brotli, gzip].map(({ headers }) => headers.etag);
        expect(new Set(tags).size, `${path}: each form has its own tag`).to.equal(3);
      }
    });

    it('are sent as they are where nothing else is understood', async () => {
      const path = '/client/atrium-client.js';
      const plain = (await ask(path)).body;
      for (const encoding of ['identity', 'zstd', 'br;q=0, gzip;q=0', 'nonsense;;;q=x', '', '*;q=0']) {
        const { status, headers, body } = await ask(path, taking(encoding));
        expect(status, encoding).to.equal(200);
        expect(headers, encoding).to.not.have.property('content-encoding');
        expect(body.equals(plain), encoding).to.equal(true);
      }
      for (const [encoding, chosen] of [
        ['br;q=0, *', 'gzip'],
        ['gzip;q=0, *', 'br'],
        ['GZIP', 'gzip'],
        ['*', 'br'],
      ] as const) {
        expect((await ask(path, taking(encoding))).headers['content-encoding'], encoding).to.equal(chosen);
      }
    });

    it('have a type that browsers take', async () => {
      const typeOf = async (path: string): Promise<unknown> => (await ask(path, taking('br'))).headers['content-type'];
      const [script = '', styles = ''] = ['.js', '.css'].map((end) => list.find((name) => name.endsWith(end)) ?? '');
      expect(await typeOf(script)).to.equal('text/javascript; charset=utf-8');
      expect(await typeOf(styles)).to.equal('text/css; charset=utf-8');
      expect(await typeOf('/icon.svg')).to.equal('image/svg+xml');
      expect(await typeOf('/manifest.webmanifest')).to.match(/^application\/manifest\+json/);
      expect(await typeOf('/client/atrium-client.js')).to.equal('text/javascript; charset=utf-8');
      expect(await typeOf('/client/atrium-client.d.ts')).to.equal('text/plain; charset=utf-8');
      expect(await typeOf('/r/garden')).to.equal('text/html; charset=utf-8');
    });

    it('are kept for a year where their name is made of their content, and asked for again otherwise', async () => {
      const call = (await ask('/client/atrium-call.js')).body.toString();
      const chunks = [...call.matchAll(/["'`]\.\/(atrium-call-[^"'`]+\.js)["'`]/g)].map(
        ([, name]) => `/client/${name}`,
      );
      expect(chunks, 'the languages').to.have.length.of.at.least(4);
      for (const encoding of ['identity', 'gzip', 'br']) {
        const cachingOf = async (path: string): Promise<unknown> =>
          (await ask(path, taking(encoding))).headers['cache-control'];
        for (const path of [...list, ...chunks]) expect(await cachingOf(path), path).to.equal(year);
        for (const path of ['/', '/r/garden', '/icon.svg', '/preview.png', '/client/atrium-call.js'])
          expect(await cachingOf(path), path).to.equal('no-cache');
        for (const path of ['/client/atrium-client.js', '/client/KurentoRoom.js', '/client/atrium-client.d.ts'])
          expect(await cachingOf(path), path).to.equal('no-cache');
      }
    });

    it('are not sent again to a browser that has them', async () => {
      for (const path of await texts()) {
        for (const encoding of ['identity', 'gzip', 'br']) {
          const first = await ask(path, taking(encoding));
          const again = await ask(path, { ...taking(encoding), 'If-None-Match': first.headers.etag ?? '' });
          expect(again.status, `${path} ${encoding}`).to.equal(304);
          expect(again.body.length).to.equal(0);
          expect(again.headers['cache-control']).to.equal(first.headers['cache-control']);
          expect(again.headers.vary).to.match(/\bAccept-Encoding\b/);
        }
      }
    });

    it('are described alike by HEAD', async () => {
      for (const path of await texts()) {
        for (const encoding of ['identity', 'br']) {
          const { headers } = await ask(path, taking(encoding));
          const head = await ask(path, taking(encoding), 'HEAD');
          expect(head.status).to.equal(200);
          expect(head.body.length).to.equal(0);
          for (const name of ['content-type', 'content-length', 'content-encoding', 'etag', 'cache-control'])
            expect(head.headers[name], `${name} of ${path}`).to.equal(headers[name]);
        }
      }
    });

    it('come in parts, which are parts of the compressed form', async () => {
      for (const encoding of ['identity', 'gzip', 'br']) {
        const path = '/client/atrium-client.js';
        const whole = await ask(path, taking(encoding));
        const part = await ask(path, { ...taking(encoding), Range: 'bytes=10-19' });
        expect(part.status).to.equal(206);
        expect(part.headers['content-encoding']).to.equal(whole.headers['content-encoding']);
        expect(part.headers['content-range']).to.equal(`bytes 10-19/${whole.body.length}`);
        expect(part.body.equals(whole.body.subarray(10, 20))).to.equal(true);
      }
    });

    it('lend no header to an answer that is something else', async () => {
      const path = '/client/atrium-client.js';
      const others: Promise<Answer>[] = [
        ask(path, { ...taking('br'), Range: 'bytes=99999999-' }),
        ask(path, taking('br'), 'POST'),
        ask(path, taking('br'), 'DELETE'),
        ask('/client/nothing.js', taking('br')),
        ask('/assets/nothing-12345678.js', taking('br')),
        ask('/client/%zz', taking('br')),
      ];
      for (const { headers, body } of await Promise.all(others)) {
        expect(headers).to.not.have.property('content-encoding');
        expect(headers['content-type']).to.match(/^application\/problem\+json/);
        expect(headers['cache-control']).to.not.equal(year);
        expect(JSON.parse(body.toString())).to.have.property('status').that.is.at.least(400);
      }
    });

    it('are those of their folders alone', async () => {
      for (const way of [
        '../client/package.json',
        '%2e%2e/client/package.json',
        '..%2f..%2fpackage.json',
        '..%5cmain',
      ]) {
        for (const encoding of ['identity', 'br']) {
          for (const folder of ['/', '/client/', '/assets/']) {
            const { status, headers } = await ask(`${folder}../${way}`, taking(encoding));
            expect(status, `${folder} ${way}`).to.equal(404);
            expect(headers).to.not.have.property('content-encoding');
          }
        }
      }
    });

    it('are few: the page takes less than 90 kB to begin, the client less than 40 kB', async () => {
      const sizes = async (paths: readonly string[], encoding: string): Promise<number> => {
        const answers = await Promise.all(paths.map((path) => ask(path, taking(encoding))));
        return answers.reduce((sum, { body }) => sum + body.length, 0);
      };
      for (const encoding of ['gzip', 'br']) {
        expect(await sizes(['/', ...list], encoding), encoding).to.be.below(90_000);
        expect(await sizes(['/client/atrium-client.js'], encoding), encoding).to.be.below(40_000);
      }
    });

    let list: string[] = [];
    before(async () => {
      list = await assets();
      expect(list.some((name) => name.endsWith('.js')) && list.some((name) => name.endsWith('.css'))).to.equal(true);
    });
  });
}
