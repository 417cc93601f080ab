import { expect } from 'chai';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { complaints } from '../support/ffprobe.js';
import { until } from '../support/until.js';
import { Stage, fileOf, nobody, recordingOf } from './stage.js';
import { writtenByEngine } from './webm/written.js';

const id = 'REC_killed0000000000';

describe('recordings that a server has left', function () {
  this.timeout(60_000);
  /** What another process has written that records: each test has a copy. */
  let left: string;
  let other: ChildProcess;
  let stage: Stage;

  before(async () => {
    left = await mkdtemp(join(tmpdir(), 'atrium-left-'));
    const source = join(left, 'source');
    await writeFile(source, await writtenByEngine({ isFinished: false }));
    const program = fileURLToPath(new URL('recording-process.ts', import.meta.url));
    const directory = join(left, 'recordings');
    mkdirSync(directory);
    const started = spawn(process.execPath, ['--import', 'tsx', program, directory, source, id], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    other = started;
    await once(started.stdout, 'data');
  });
  after(async () => {
    other.kill('SIGKILL');
    await rm(left, { recursive: true });
  });
  beforeEach(async () => {
    stage = await Stage.begin();
  });
  afterEach(() => stage.leave());

  function copy(): void {
    cpSync(join(left, 'recordings'), stage.directory, { recursive: true, preserveTimestamps: true });
  }

  it('are left alone while their server lives', async () => {
    copy();
    const before = readFileSync(stage.path(id, '0001-camera.webm'));
    const kept = await stage.open();
    await kept.recovered;
    expect((await kept.archive.find(id))?.state).to.be.oneOf(['starting', 'recording']);
    expect(readFileSync(stage.path(id, '0001-camera.webm')).equals(before)).to.equal(true);
  });

  describe('that was killed with -9', () => {
    before(async () => {
      other.kill('SIGKILL');
      await once(other, 'exit');
    });
    beforeEach(copy);

    it('are repaired at the next start, and listed as ready', async () => {
      const kept = await stage.open();
      await kept.recovered;
      const manifest = await kept.archive.find(id);
      expect(manifest).to.deep.include({ state: 'ready', endReason: 'interrupted' });
      const [ana, ben] = manifest?.files ?? [];
      expect(ana).to.deep.include({ file: '0001-camera.webm', repaired: true, available: true, offsetMs: 100 });
      expect(ana?.codecs.toSorted()).to.deep.equal(['opus', 'vp8']);
      expect(ben).to.deep.include({ bytes: 0, available: false, offsetMs: 1_700 });
      expect(manifest?.durationMs).to.equal(Math.max(1_700, 100 + (ana?.durationMs ?? 0)));
      expect(await complaints(stage.path(id, '0001-camera.webm'))).to.equal('');
      await kept.close();
      expect(readdirSync(stage.path(id)).sort()).to.deep.equal(['0001-camera.webm', 'journal.ndjson', 'manifest.json']);
    });

    it('are repaired by one of several servers that start at once', async () => {
      const [one, two] = await Promise.all([stage.open(), stage.open()]);
      await Promise.all([one.recovered, two.recovered]);
      await until('it is ready', async () => (await two.archive.find(id))?.state === 'ready');
      const ends = readFileSync(stage.path(id, 'journal.ndjson'), 'utf8').match(/"type":"ended"/g);
      expect(ends?.length).to.equal(1);
    });

    it('are repaired although the last line of the journal was not written to its end', async () => {
      appendFileSync(stage.path(id, 'journal.ndjson'), '{"type":"happened","atMs":99');
      const kept = await stage.open();
      await kept.recovered;
      const lines = readFileSync(stage.path(id, 'journal.ndjson'), 'utf8').trimEnd().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).to.include('ended');
      expect((await kept.archive.find(id))?.state).to.equal('ready');
    });

    it('on another machine are repaired when that has been silent for long', async () => {
      const [name = ''] = readdirSync(stage.path('.servers'));
      const far = stage.path('.servers', name);
      await writeFile(far, JSON.stringify({ place: 'another machine', pid: 1, started: '1' }));
      const first = await stage.open();
      await first.recovered;
      expect((await first.archive.find(id))?.state).to.be.oneOf(['starting', 'recording']);
      await utimes(far, new Date(), new Date(Date.now() - 120_000));
      const second = await stage.open();
      await second.recovered;
      expect((await second.archive.find(id))?.state).to.equal('ready');
      expect(existsSync(far)).to.equal(false);
    });
  });

  it('that were made or deleted by half are removed, and not those that a living server makes', async () => {
    const living = await stage.open();
    await living.recovered;
    const [maker] = readdirSync(stage.path('.servers'));
    const making = `.new-${maker}.REC_c`;
    for (const left of ['.new-gone.REC_a', '.deleted-REC_b', making]) mkdirSync(stage.path(left));
    await (
      await stage.open()
    ).recovered;
    expect(readdirSync(stage.directory)).to.have.members(['.servers', making]);
  });

  it('include files that were not read to their end', async () => {
    const kept = await stage.open();
    const recording = recordingOf();
    const folder = await kept.begin(recording, nobody);
    const place = folder.addFile(fileOf('ana'));
    if (!place) throw new Error('There is no place for the file');
    await stage.write(recording.id, place.file, await writtenByEngine());
    folder.fileStarted(place.file, 0);
    await folder.end('ready', 'stopped');
    await kept.close();
    const journal = stage.path(recording.id, 'journal.ndjson');
    const lines = readFileSync(journal, 'utf8').split('\n');
    await writeFile(journal, lines.filter((line) => !line.includes('"type":"read"')).join('\n'));
    await writeFile(stage.path(recording.id, 'owned-by-nobody'), '');
    const next = await stage.open();
    await next.recovered;
    const manifest = await next.archive.find(recording.id);
    expect(manifest).to.deep.include({ state: 'ready', endReason: 'stopped' });
    expect(manifest?.files[0]?.sha256).to.match(/^[0-9a-f]{64}$/);
  });
});
