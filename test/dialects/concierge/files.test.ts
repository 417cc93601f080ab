import { existsSync, mkdtempSync } from 'node:fs';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { request, type ClientRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { until } from '../../support/until.js';
import { nothingRemains, useStage } from './stage.js';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** Sends the path unchanged; fetch would normalise it. */
function ask(base: string, method: string, path: string, key?: string, body?: Buffer | string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(base);
    const headers = key === undefined ? {} : { 'x-fs-key': key };
    const asked = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => {
        const { statusCode = 0, headers: answered } = response;
        resolve({ status: statusCode, body: Buffer.concat(pieces).toString(), headers: answered });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

describe('Concierge file server (§12)', () => {
  const parent = mkdtempSync(join(tmpdir(), 'concierge-'));
  const given = join(parent, 'files');
  const root = join(given, 'atrium-files');
  const stage = useStage({
    concierge: {
      files: 'uuid',
      filesDir: given,
      fileBytes: 3_000_000,
      clientFileBytes: 5_000_000,
      totalFileBytes: 6_000_000,
      clientFiles: 3,
    },
  });
  before(() => writeFile(join(parent, 'secret.txt'), 'secret'));
  after(() => rm(parent, { recursive: true }));
  afterEach(async () => {
    await stage.empty();
    expect(stage.remains).to.deep.equal(nothingRemains);
    await until('nothing is left on the disk', async () => {
      const left = await Promise.all(['.uploads', '.ended'].map((name) => readdir(join(root, name))));
      return left.flat().length === 0 && (await readdir(root)).length === 3;
    });
  });
  const status = async (...args: [string, string, string?, (Buffer | string)?]): Promise<number> =>
    (await ask(stage.url, ...args)).status;

  it('keeps a file while its client is connected; every connected client may read it, only its owner may delete it', async () => {
    const ada = await stage.identify('ada');
    const grace = await stage.identify('grace');
    expect(await status('PUT', '/fs/ada/notes.txt', ada.uuid, 'first, and longer')).to.equal(201);
    expect(await status('PUT', '/fs/ada/notes.txt', ada.uuid, 'second')).to.equal(201);
    const read = await ask(stage.url, 'GET', '/fs/ada/notes.txt', grace.uuid);
    expect(read).to.include({ status: 202, body: 'second' });
    expect(read.headers).to.include({
      'content-type': 'application/octet-stream',
      'content-disposition': "attachment; filename*=UTF-8''notes.txt",
      'x-content-type-options': 'nosniff',
    });
    expect(existsSync(join(root, 'ada', 'notes.txt'))).to.equal(true);
    expect(await status('DELETE', '/fs/ada/notes.txt', grace.uuid)).to.equal(403);
    expect(await status('DELETE', '/fs/ada/notes.txt', ada.uuid)).to.equal(200);
    expect(await status('GET', '/fs/ada/notes.txt', ada.uuid)).to.equal(404);
    expect(await status('PUT', '/fs/ada/empty', ada.uuid, '')).to.equal(201);
    expect(await ask(stage.url, 'GET', '/fs/ada/empty', ada.uuid)).to.include({ status: 202, body: '' });
    expect(await status('PUT', '/fs/ada/notes.txt', ada.uuid, 'old')).to.equal(201);
    await ada.close();
    expect(await grace.next()).to.include({ code: 'CLIENT_LEFT' });
    expect(await status('GET', '/fs/ada/notes.txt', grace.uuid)).to.equal(404);
    const again = await stage.identify('ada');
    expect(await status('GET', '/fs/ada/notes.txt', again.uuid), 'of a former client of that name').to.equal(404);
  });

  it('accepts forms with one file under its name or several for the folder, and keeps all or none', async () => {
    const ada = await stage.identify('ada');
    const form = (...names: (string | undefined)[]): FormData => {
      const made = new FormData();
      for (const [index, name] of names.entries()) {
        if (name === undefined) made.append('text', 'no file');
        else made.append('file', new Blob([`content ${index}`]), name);
      }
      return made;
    };
    const post = async (path: string, body: FormData | string): Promise<number> =>
      (await fetch(stage.url + path, { method: 'POST', headers: { 'x-fs-key': ada.uuid }, body })).status;
    expect(await post('fs/ada/é.txt', form('whatever.txt'))).to.equal(201);
    const read = await ask(stage.url, 'GET', '/fs/ada/%C3%A9.txt', ada.uuid);
    expect(read.body).to.equal('content 0');
    expect(read.headers['content-disposition']).to.equal("attachment; filename*=UTF-8''%C3%A9.txt");
    expect(await post('fs/ada/b.txt', form('one', 'other'))).to.equal(412);
    expect(await post('fs/ada/', form('b.txt', undefined))).to.equal(428);
    expect(await post('fs/ada/', form('b.txt', '..'))).to.equal(400);
    expect(await post('fs/ada/', form('b', 'c', 'd'))).to.equal(413);
    expect(await post('fs/ada/', 'no form')).to.equal(400);
    expect(await post('fs/ada/', form())).to.equal(400);
    for (const name of ['b', 'c', 'd', 'b.txt']) {
      expect(await status('GET', `/fs/ada/${name}`, ada.uuid), name).to.equal(404);
    }
    expect(await post('fs/ada/', form('b', '../../c'))).to.equal(201);
    expect(await status('GET', '/fs/ada/b', ada.uuid)).to.equal(202);
    expect(await status('GET', '/fs/ada/....c', ada.uuid)).to.equal(202);
  });

  it('refuses a missing key with 428, a malformed one with 417 and an unknown one with 401; the key of HELLO works too', async () => {
    const ada = await stage.connect();
    const { fs_key: key } = await ada.identify({ name: 'ada', version: '0.1.0' });
    expect(await status('GET', '/fs/ada/x')).to.equal(428);
    expect(await status('GET', '/fs/ada/x', 'short')).to.equal(417);
    expect(await status('GET', '/fs/ada/x', '3f0f8a52-6d0c-4a7e-9b0b-0d3b8e0c2d11')).to.equal(401);
    expect(key).to.match(/^[\w-]{43}$/);
    expect(await status('PUT', '/fs/ada/x', String(key), 'x')).to.equal(201);
    const preflight = await ask(stage.url, 'OPTIONS', '/fs/ada/x');
    expect(preflight.status).to.equal(204);
    expect(preflight.headers).to.include({
      'access-control-allow-methods': 'GET, POST, PUT, DELETE',
      'access-control-allow-headers': 'x-fs-key, content-type',
    });
    for (const method of ['PATCH', 'HEAD']) {
      const refused = await ask(stage.url, method, '/fs/ada/x', String(key));
      expect(refused.status, method).to.equal(405);
      expect(refused.headers.allow, 'RFC 9110 §15.5.6').to.equal('GET, POST, PUT, DELETE, OPTIONS');
    }
  });

  it('has limits for a file by PUT, a file, a client, all clients, and the number of files; a refused file does not count', async () => {
    const ada = await stage.identify('ada');
    const grace = await stage.identify('grace');
    const put = (path: string, key: string, bytes: number): Promise<number> =>
      status('PUT', path, key, Buffer.alloc(bytes)).catch(() => 413);
    expect(await put('/fs/ada/a', ada.uuid, 2 * 1024 * 1024 + 1)).to.equal(413);
    const big = new FormData();
    big.append('file', new Blob([Buffer.alloc(3_000_001)]), 'big');
    const posted = await fetch(`${stage.url}fs/ada/big`, {
      method: 'POST',
      headers: { 'x-fs-key': ada.uuid },
      body: big,
    })
      .then((answer) => answer.status)
      // The server may end the connection before all is sent.
      .catch(() => 413);
    expect(posted).to.equal(413);
    expect(stage.gateway.remains.fileBytes).to.equal(0);
    expect(await put('/fs/ada/a', ada.uuid, 2_000_000)).to.equal(201);
    expect(await put('/fs/ada/b', ada.uuid, 2_000_000)).to.equal(201);
    expect(await put('/fs/ada/c', ada.uuid, 2_000_000), 'more than one client may have').to.equal(413);
    expect(await put('/fs/grace/a', grace.uuid, 2_000_000)).to.equal(201);
    expect(await put('/fs/grace/b', grace.uuid, 1), 'more than there may be').to.equal(413);
    expect(await put('/fs/ada/a', ada.uuid, 0)).to.equal(201);
    expect(await put('/fs/ada/c', ada.uuid, 1)).to.equal(201);
    expect(await put('/fs/ada/d', ada.uuid, 1), 'one file too many').to.equal(413);
    expect(stage.gateway.remains.fileBytes).to.equal(4_000_001);
  });

  /** Each path tries to reach `secret.txt` beside the root, the root itself, or another folder. */
  const escapes = [
    '/fs/../secret.txt',
    '/fs/ada/../../secret.txt',
    '/fs/ada/../secret.txt',
    '/fs/..',
    '/fs/../',
    '/fs/./secret.txt',
    '/fs/%2e%2e/secret.txt',
    '/fs/%2E%2E/secret.txt',
    '/fs/.%2e/secret.txt',
    '/fs/ada/%2e%2e/%2e%2e/secret.txt',
    '/fs/ada/..%2f..%2fsecret.txt',
    '/fs/ada/..%2F..%2Fsecret.txt',
    '/fs/ada/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/fs/ada/..%5c..%5csecret.txt',
    '/fs/ada/..\\..\\secret.txt',
    '/fs/..%2fsecret.txt',
    '/fs/..\\secret.txt',
    '/fs/%2e%2e%5csecret.txt',
    '/fs/%252e%252e/secret.txt',
    '/fs/%c0%ae%c0%ae/secret.txt',
    '/fs/ada/%c0%ae%c0%ae%c0%afsecret.txt',
    '/fs/ada/secret.txt%00.png',
    '/fs/ada%00/secret.txt',
    '/fs/ada/%00',
    '/fs/ada/%zz',
    '/fs/ada/%',
    '/fs//etc/passwd',
    '/fs//secret.txt',
    `/fs/${encodeURIComponent(join(parent, 'secret.txt'))}`,
    '/fs/ada/%2fetc%2fpasswd',
    '/fs/ada/.%3a.',
    '/fs/ada/%3a..%3a',
    '/fs/ada/...%3c/..',
    '/fs/.uploads/x',
    '/fs/.ended/x',
    '/fs/C:/secret.txt',
    '/fs/ada:secret/x',
    '/fs/ada.txt/x',
    '/fs/',
    '/fs',
    '/fs/secret.txt',
    `/fs/ada/${'x'.repeat(256)}`,
    `/fs/${'x'.repeat(65)}/x`,
  ];
  for (const path of escapes) {
    it(`refuses ${path.replace(parent, '').slice(0, 60)} on every method`, async () => {
      const ada = await stage.identify('ada');
      for (const method of ['GET', 'DELETE', 'PUT', 'POST']) {
        expect(await status(method, path, ada.uuid, method === 'PUT' ? 'x' : undefined), method).to.equal(400);
      }
      expect((await readdir(parent)).sort()).to.deep.equal(['files', 'secret.txt']);
    });
  }

  it('serves nothing through a link, and no file that was not uploaded', async () => {
    const ada = await stage.identify('ada');
    await status('PUT', '/fs/ada/a', ada.uuid, 'x');
    await symlink(join(parent, 'secret.txt'), join(root, 'ada', 'link'));
    await writeFile(join(root, 'ada', 'foreign'), 'x');
    expect(await status('GET', '/fs/ada/link', ada.uuid)).to.equal(404);
    expect(await status('GET', '/fs/ada/foreign', ada.uuid)).to.equal(404);
    await rm(join(root, 'ada', 'a'));
    await symlink(join(parent, 'secret.txt'), join(root, 'ada', 'a'));
    expect(await status('GET', '/fs/ada/a', ada.uuid), 'a file that became a link').to.equal(404);
    expect(await status('PUT', '/fs/ada/a', ada.uuid, 'mine'), 'is replaced, not followed').to.equal(201);
    expect((await ask(stage.url, 'GET', '/fs/ada/a', ada.uuid)).body).to.equal('mine');
  });

  it('removes slashes from names of files, for all methods', async () => {
    const ada = await stage.identify('ada');
    expect(await status('PUT', '/fs/ada/a/b.txt', ada.uuid, 'x')).to.equal(201);
    expect(await status('GET', '/fs/ada/ab.txt', ada.uuid)).to.equal(202);
    expect(await status('DELETE', '/fs/ada/a/b.txt', ada.uuid)).to.equal(200);
  });

  it('removes what nobody sees from names of files, which are the same in every form of Unicode', async () => {
    const ada = await stage.identify('ada');
    expect(await status('PUT', '/fs/ada/a%E2%80%AEtxt.exe', ada.uuid, 'x')).to.equal(201);
    expect(await status('GET', '/fs/ada/atxt.exe', ada.uuid)).to.equal(202);
    expect(await status('PUT', '/fs/ada/cafe%CC%81', ada.uuid, 'x')).to.equal(201);
    expect(await status('GET', '/fs/ada/caf%C3%A9', ada.uuid)).to.equal(202);
  });

  /** An upload whose body is not sent yet. `answered` resolves with the status; 0 when the connection was cut. */
  function begin(path: string, key: string): { upload: ClientRequest; answered: Promise<number> } {
    const { port } = new URL(stage.url);
    const upload = request({ host: '127.0.0.1', port, method: 'PUT', path, headers: { 'x-fs-key': key } });
    const answered = new Promise<number>((resolve) => {
      upload.once('response', (response) => {
        resolve(response.statusCode ?? 0);
      });
      upload.once('error', () => {
        resolve(0);
      });
    });
    return { upload, answered };
  }

  it('an upload that fails because of the server is 500, and is logged', async () => {
    const ada = await stage.identify('ada');
    const { upload, answered } = begin('/fs/ada/lost', ada.uuid);
    upload.write('begin');
    await until('some of it has come', () => stage.gateway.remains.fileBytes === 5);
    await rm(join(root, '.uploads'), { recursive: true });
    upload.end('end');
    expect(await answered).to.equal(500);
    expect(stage.defects.splice(0)).to.have.length(1);
    await mkdir(join(root, '.uploads'));
    expect(await status('PUT', '/fs/ada/kept', ada.uuid, 'x')).to.equal(201);
  });

  it('an upload that still runs when its client leaves does not make the folder again', async () => {
    const ada = await stage.identify('ada');
    const grace = await stage.identify('grace');
    const { upload, answered } = begin('/fs/ada/late', ada.uuid);
    upload.write('begin');
    await until('some of it has come', () => stage.gateway.remains.fileBytes === 5);
    await ada.close();
    expect(await grace.next()).to.include({ code: 'CLIENT_LEFT' });
    upload.end('end');
    expect(await answered).not.to.equal(201);
    expect(existsSync(join(root, 'ada'))).to.equal(false);
  });
});

describe('Concierge file server that accepts only the key of HELLO', () => {
  const parent = mkdtempSync(join(tmpdir(), 'concierge-'));
  const stage = useStage({ concierge: { files: 'fs-key', filesDir: parent } });
  after(() => rm(parent, { recursive: true }));

  it('refuses the uuid', async () => {
    const ada = await stage.connect();
    const { fs_key: key } = await ada.identify({ name: 'ada', version: '0.1.0' });
    expect((await ask(stage.url, 'PUT', '/fs/ada/x', ada.uuid, 'x')).status).to.equal(401);
    expect((await ask(stage.url, 'PUT', '/fs/ada/x', String(key), 'x')).status).to.equal(201);
  });
});

describe('Concierge without file server, which is the default', () => {
  const stage = useStage();

  it('has no key in HELLO, and nothing at its path', async () => {
    const ada = await stage.connect();
    expect(await ada.identify({ name: 'ada', version: '0.1.0' })).to.have.all.keys('type', 'uuid', 'version');
    expect((await ask(stage.url, 'GET', '/fs/ada/x', ada.uuid)).status).to.equal(404);
  });
});
