import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openFilesFolder } from '../../../dialects/concierge/files-folder.js';
import { SmallDisk } from '../../support/small-disk.js';
import { until } from '../../support/until.js';
import { ConciergeStage, nothingRemains } from './stage.js';

const kB = 1024;

describe('Concierge file server on a disk that is full (§12)', () => {
  let disk: SmallDisk | undefined;
  let stage: ConciergeStage;

  // A real file system: a full one writes the beginning of a piece, and refuses the rest at the next attempt.
  before(async function () {
    disk = SmallDisk.mount(256 * kB);
    if (!disk) {
      this.skip();
      return;
    }
    stage = new ConciergeStage({ concierge: { files: 'fs-key', filesDir: disk.path } });
    await stage.start();
  });
  afterEach(() => (disk ? stage.empty() : undefined));
  after(async () => {
    if (!disk) return;
    await stage.stop();
    disk.unmount();
  });

  async function client(
    name: string,
  ): Promise<(method: string, file: string, body?: Buffer | FormData) => Promise<Response>> {
    const connected = await stage.connect();
    const { fs_key: key } = await connected.identify({ name, version: '0.1.0' });
    return (method, file, body) =>
      fetch(`${stage.url}fs/${name}/${file}`, {
        method,
        headers: { 'x-fs-key': String(key) },
        ...(body !== undefined && { body }),
      });
  }

  it('refuses a file whose only piece was written in part', async () => {
    const ask = await client('ada');
    const { bavail, bsize } = statfsSync(String(disk?.path));
    const filler = join(String(disk?.path), 'filler');
    writeFileSync(filler, Buffer.alloc(bavail * bsize - 28 * kB));
    // 28,672 bytes of these can be written.
    expect((await ask('PUT', 'short', Buffer.alloc(34_111))).status).to.equal(507);
    expect((await ask('GET', 'short')).status).to.equal(404);
    rmSync(filler);
    expect(stage.defects.splice(0)).to.have.lengthOf(1);
    expect((await ask('PUT', 'short', Buffer.alloc(34_111))).status).to.equal(201);
    await stage.empty();
    expect(stage.remains).to.deep.equal(nothingRemains);
  });

  it('refuses an upload with 507, keeps nothing of it, gives the quota back, and logs which folder is full', async () => {
    const folder = join(String(disk?.path), 'atrium-files');
    const ask = await client('ada');
    expect((await ask('PUT', 'first', Buffer.alloc(150 * kB, 'a'))).status).to.equal(201);
    for (const attempt of ['second', 'third']) {
      const refused = await ask('PUT', attempt, Buffer.alloc(150 * kB, 'b'));
      expect(refused.status, attempt).to.equal(507);
      expect(await refused.text()).to.equal('The server has no space left\n');
      expect((await ask('GET', attempt)).status, attempt).to.equal(404);
    }
    const form = new FormData();
    form.append('file', new Blob(['small']), 'small');
    form.append('file', new Blob([Buffer.alloc(150 * kB)]), 'large');
    expect((await ask('POST', '', form)).status).to.equal(507);
    expect((await ask('GET', 'small')).status, 'a part of a form that was refused').to.equal(404);
    expect(stage.gateway.remains.fileBytes, 'the quota').to.equal(150 * kB);
    expect(readdirSync(join(folder, '.uploads'))).to.deep.equal([]);
    expect(readdirSync(join(folder, 'ada'))).to.deep.equal(['first']);
    // A full disk would fill the log otherwise.
    expect(stage.defects.splice(0)).to.deep.equal([
      `the disk is full: clients cannot leave files {"folder":"${folder}"}`,
    ]);

    expect((await ask('PUT', 'first', Buffer.alloc(150 * kB, 'c'))).status, 'a file that cannot be replaced').to.equal(
      507,
    );
    expect(await (await ask('GET', 'first')).text(), 'stays').to.equal('a'.repeat(150 * kB));
    expect((await ask('DELETE', 'first')).status).to.equal(200);
    await until('there is space again', () => readdirSync(join(folder, '.ended')).length === 0);
    expect((await ask('PUT', 'second', Buffer.alloc(150 * kB, 'b'))).status).to.equal(201);
    expect((await (await ask('GET', 'second')).arrayBuffer()).byteLength).to.equal(150 * kB);
    await stage.empty();
    expect(stage.remains).to.deep.equal(nothingRemains);
  });
});

describe('the folder of the Concierge file server', () => {
  let given: string;
  beforeEach(() => (given = mkdtempSync(join(tmpdir(), 'concierge-'))));
  afterEach(() => {
    rmSync(given, { recursive: true });
  });

  const start = (): Promise<string> => {
    const stage = new ConciergeStage({ concierge: { files: 'fs-key', filesDir: given } });
    return stage.start().then(
      async () => {
        await stage.stop();
        return 'started';
      },
      (error: unknown) => (error as Error).message,
    );
  };

  it('is marked, and everything beside it stays, whatever its name is', async () => {
    for (const name of ['ada', '.uploads', '.ended']) {
      mkdirSync(join(given, name));
      writeFileSync(join(given, name, 'precious'), 'as it was');
    }
    const stage = new ConciergeStage({ concierge: { files: 'fs-key', filesDir: given } });
    await stage.start();
    const ada = await stage.connect();
    const { fs_key: key } = await ada.identify({ name: 'ada', version: '0.1.0' });
    const put = { method: 'PUT', headers: { 'x-fs-key': String(key) }, body: 'x' };
    expect((await fetch(`${stage.url}fs/ada/x`, put)).status).to.equal(201);
    await stage.empty();
    await stage.stop();
    expect(await start()).to.equal('started');
    for (const name of ['ada', '.uploads', '.ended']) {
      expect(readFileSync(join(given, name, 'precious'), 'utf8')).to.equal('as it was');
    }
    expect(existsSync(join(given, 'atrium-files', 'ada'))).to.equal(false);
    expect(readFileSync(join(given, 'atrium-files', 'ABOUT.txt'), 'utf8')).to.match(/Concierge.*\n.*Keep nothing/);
  });

  it('is refused when it is there and has not our mark, and nothing in it is touched', async () => {
    const folder = join(given, 'atrium-files');
    mkdirSync(join(folder, '.uploads'), { recursive: true });
    writeFileSync(join(folder, '.uploads', 'precious'), 'as it was');
    const refused = `CONCIERGE_FILES_DIR: ${folder} was not made by Atrium, which would delete what is in it; name another directory or move it away`;
    expect(await start()).to.equal(refused);
    writeFileSync(join(folder, 'ABOUT.txt'), 'something else');
    expect(await start()).to.equal(refused);
    expect(readFileSync(join(folder, '.uploads', 'precious'), 'utf8')).to.equal('as it was');
    rmSync(folder, { recursive: true });
    mkdirSync(join(given, 'other'));
    symlinkSync(join(given, 'other'), folder);
    expect(await start(), 'a link').to.equal(refused);
  });

  it('that is empty is taken: an earlier start may have ended before it was marked', async () => {
    mkdirSync(join(given, 'atrium-files'));
    expect(await start()).to.equal('started');
  });

  it('that cannot be made is refused with the name of the option', () => {
    writeFileSync(join(given, 'file'), '');
    expect(() => openFilesFolder(join(given, 'file', 'below'))).to.throw(
      /^CONCIERGE_FILES_DIR: .*below cannot be used \(ENOTDIR: .*\); name a directory that the server may write to$/,
    );
  });
});
