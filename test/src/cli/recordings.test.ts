import { expect } from 'chai';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileOf, nobody, recordingOf, Stage } from '../../recording/stage.js';
import { ServiceStage } from '../../support/service-stage.js';
import { atrium } from './atrium.js';

const keys = 'backend: a-secret-of-more-than-32-characters';
const adminToken = 'secret-token';

describe('npx atrium recordings', () => {
  let stage: Stage;
  let server: ServiceStage;
  let url: string;

  beforeEach(async () => {
    stage = await Stage.begin();
  });
  afterEach(async () => {
    await server.stop();
    await stage.leave();
  });

  async function serve(): Promise<void> {
    server = new ServiceStage({ keys, adminToken, recordingsDir: stage.directory, recordingsMinFreeMb: 0 });
    url = await server.start();
    const headers = { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' };
    await fetch(`${url}api/v1/rooms`, { method: 'POST', headers, body: JSON.stringify({ name: 'a/b' }) });
  }

  const ask = (words: string | readonly string[]) => atrium(words, { ATRIUM_URL: url, KEYS: keys });

  /** One that has ended, with a file. */
  async function kept(contents: string): Promise<{ readonly id: string; readonly file: string }> {
    const recordings = await stage.open();
    const recording = recordingOf();
    const folder = await recordings.begin(recording, nobody);
    const { file = '' } = folder.addFile(fileOf('ana')) ?? {};
    await stage.write(recording.id, file, contents);
    folder.fileStarted(file, 0);
    folder.fileEnded(file);
    await folder.end('ready', 'stopped');
    await recordings.close();
    return { id: recording.id, file };
  }

  it('start begins one, stop ends it, list shows it, delete removes it', async () => {
    await serve();
    const begun = await ask(['recordings', 'start', '--room', 'a/b', '--name', 'Monday', '--kind', 'audio']);
    const [id = ''] = begun.out.split(' ');
    expect(begun.out, begun.told).to.match(/^REC_\w{16} {2}recording {2}.* a\/b {2}Monday\n$/);
    expect((await ask('recordings start --room a/b')).told).to.include('is being recorded already');
    expect(await ask(`recordings delete ${id}`)).to.include({ code: 1 });
    expect((await ask(`recordings stop ${id}`)).out).to.match(/^REC_\w{16} {2}ready /);
    const listed = JSON.parse((await ask('recordings list --room a/b --state ready --json')).out) as object;
    expect(listed).to.have.nested.property('recordings[0].id', id);
    expect((await ask('recordings list --room other')).out).to.equal('');
    expect(await ask(`recordings delete ${id}`)).to.deep.equal({ code: 0, told: '', out: '' });
    expect(await ask('recordings list')).to.deep.equal({ code: 0, told: '', out: '' });
  });

  it('download makes a directory that can be mixed, and fetches what is missing there', async () => {
    const { id, file } = await kept('what ana sends');
    await serve();
    const target = stage.path('.downloads');
    const words = ['recordings', 'download', id, '-o', target];
    const downloaded = await ask(words);
    expect(downloaded, downloaded.told).to.include({ code: 0, out: `${target}/${id}\n` });
    expect(await readFile(`${target}/${id}/${file}`, 'utf8')).to.equal('what ana sends');
    const manifest = await readFile(`${target}/${id}/manifest.json`, 'utf8');
    expect(JSON.parse(manifest)).to.deep.equal(JSON.parse(await readFile(stage.path(id, 'manifest.json'), 'utf8')));
    expect((await ask(words)).told, 'nothing is fetched twice').to.equal('');
    await rm(`${target}/${id}/${file}`);
    await writeFile(stage.path(id, file), 'what others put');
    const other = await ask(words);
    expect([other.code, other.told]).to.deep.equal([
      1,
      `${file} (0.0 MB)\n${target}/${id}/${file} is not what the server has\n`,
    ]);
    expect(await ask('recordings download REC_none')).to.include({
      code: 1,
      told: 'There is no recording "REC_none"\n',
    });
  });

  it('say what is missing, or wrong', async () => {
    await serve();
    expect(await ask('recordings start')).to.deep.include({ code: 2 });
    expect((await ask('recordings stop')).told).to.match(/^REC_… is needed/);
    expect((await ask('recordings stop ../rooms')).told).to.match(/^\.\.\/rooms is no id of a recording/);
    expect((await ask('recordings list --limit 0')).code).to.equal(2);
    expect((await ask('recordings list --state over')).code).to.equal(1);
  });
});
