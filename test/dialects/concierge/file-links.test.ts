import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { FileStore } from '../../../dialects/concierge/file-store.js';
import { openFilesFolder } from '../../../dialects/concierge/files-folder.js';
import type { Upload } from '../../../dialects/concierge/file-store.js';
import { until } from '../../support/until.js';
import { ConciergeStage } from './stage.js';

/** Other programs can put anything into the folders. The file server must not serve or follow it. */
describe('Concierge file server and changes of its folders by other programs (§12)', () => {
  let parent: string;
  let given: string;
  let root: string;
  let outside: string;
  let stage: ConciergeStage;
  let key: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'concierge-'));
    outside = join(parent, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'a'), 'of somebody else');
    mkdirSync(join(parent, 'real'));
    // The folder of the options may be a link of the operator.
    given = join(parent, 'files');
    symlinkSync(join(parent, 'real'), given);
    root = openFilesFolder(given);
  });
  afterEach(async () => {
    await stage.empty();
    await stage.stop();
    expect(stage.defects, 'defects').to.deep.equal([]);
    expect(readdirSync(outside), 'outside').to.deep.equal(['a']);
    expect(readFileSync(join(outside, 'a'), 'utf8')).to.equal('of somebody else');
    await until('what was put aside is gone', () => readdirSync(join(root, '.ended')).length === 0);
    await rm(parent, { recursive: true });
  });

  const begin = async (name = 'ada'): Promise<void> => {
    stage = new ConciergeStage({ concierge: { files: 'fs-key', filesDir: given } });
    await stage.start();
    const client = await stage.connect();
    key = String((await client.identify({ name, version: '0.1.0' })).fs_key);
  };
  const ask = (method: string, path: string, body?: string): Promise<Response> =>
    fetch(`${stage.url}fs/${path}`, { method, headers: { 'x-fs-key': key }, ...(body !== undefined && { body }) });
  const status = async (...args: [string, string, string?]): Promise<number> => (await ask(...args)).status;
  const read = async (path: string): Promise<string> => (await ask('GET', path)).text();

  it('a folder that was replaced by a link is not read, written or deleted through; the next upload makes a new folder', async () => {
    await begin();
    expect(await status('PUT', 'ada/a', 'mine')).to.equal(201);
    expect(await status('PUT', 'ada/b', 'mine too')).to.equal(201);
    renameSync(join(root, 'ada'), join(parent, 'moved'));
    symlinkSync(outside, join(root, 'ada'));
    expect(await status('GET', 'ada/a')).to.equal(404);
    expect(await status('DELETE', 'ada/a')).to.equal(200);
    expect(await status('PUT', 'ada/c', 'new')).to.equal(201);
    expect(await read('ada/c')).to.equal('new');
    expect(existsSync(join(outside, 'c'))).to.equal(false);
    expect(await status('GET', 'ada/b'), 'went with the folder').to.equal(404);
  });

  it('a link in the place of a future folder is removed', async () => {
    symlinkSync(outside, join(root, 'ada'));
    await begin();
    expect(await status('GET', 'ada/a')).to.equal(404);
    expect(await status('PUT', 'ada/a', 'mine')).to.equal(201);
    expect(await read('ada/a')).to.equal('mine');
  });

  it('links in the place of the server’s own folders are not followed', async () => {
    for (const name of ['.uploads', '.ended']) symlinkSync(outside, join(root, name));
    await begin();
    expect(await status('PUT', 'ada/a', 'mine')).to.equal(201);
    expect(await status('DELETE', 'ada/a')).to.equal(200);
  });

  it('a file that became a link is deleted as a link', async () => {
    await begin();
    await status('PUT', 'ada/a', 'mine');
    await rm(join(root, 'ada', 'a'));
    symlinkSync(join(outside, 'a'), join(root, 'ada', 'a'));
    expect(await status('DELETE', 'ada/a')).to.equal(200);
    expect(existsSync(join(root, 'ada', 'a'))).to.equal(false);
  });

  it('a file that became a folder is 404, and is replaced by the next upload', async () => {
    await begin();
    await status('PUT', 'ada/a', 'mine');
    await rm(join(root, 'ada', 'a'));
    mkdirSync(join(root, 'ada', 'a'));
    expect(await status('GET', 'ada/a')).to.equal(404);
    expect(await status('PUT', 'ada/a', 'again')).to.equal(201);
    expect(await read('ada/a')).to.equal('again');
  });

  it('a file that became a pipe is 404 at once', async () => {
    await begin();
    await status('PUT', 'ada/a', 'mine');
    await rm(join(root, 'ada', 'a'));
    execFileSync('mkfifo', [join(root, 'ada', 'a')]);
    expect(await status('GET', 'ada/a')).to.equal(404);
  });

  it('a file that is uploaded again while it is deleted stays', async () => {
    await begin();
    const limits = { fileBytes: 100, clientFiles: 3, clientBytes: 100, totalBytes: 100 };
    let number = 0;
    const newName = (): string => `name ${(number += 1)}`;
    const store = new FileStore(join(parent, 'store'), {
      limits,
      newName,
      onDefect: (error) => stage.defects.push(String(error)),
      onFull: (folder) => stage.defects.push(`${folder} is full`),
    });
    const put = async (text: string): Promise<Upload> => {
      const upload = await store.upload('ada');
      if (!upload) throw new Error('there is place');
      await upload.write(Buffer.from(text));
      await upload.finish();
      return upload;
    };
    (await put('first')).keep('a');
    const second = await put('second');
    // Both in one turn: the later steps of the deletion must not reach the new file.
    const removed = store.remove('ada', 'a');
    second.keep('a');
    expect(removed).to.equal(true);
    await until('it is put aside', () => readdirSync(join(parent, 'store', 'atrium-files', '.ended')).length === 0);
    const found = await store.read('ada', 'a');
    expect(found?.size).to.equal(6);
    await found?.handle.close();
  });

  it('a client name with more bytes than a file name may have is refused with 400', async () => {
    const name = '𝒜'.repeat(64);
    await begin(name);
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const body = method === 'PUT' ? 'x' : undefined;
      expect(await status(method, `${encodeURIComponent(name)}/a`, body), method).to.equal(400);
    }
  });
});
