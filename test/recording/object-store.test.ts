import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { manifestSchema } from '../../recording/manifest.js';
import type { KeptRecordings } from '../../recording/kept-recordings.js';
import { S3Store, loadS3, s3Packages } from '../../recording/s3-store.js';
import type { GivenConfig } from '../../src/config.js';
import { S3Server, bucket } from '../support/s3-server.js';
import { until } from '../support/until.js';
import { Stage, fileOf, nobody, recordingOf } from './stage.js';

/** Three parts of 8 MB, the last one short. */
const large = Buffer.alloc(17 * 1024 * 1024, 'a recording ');

describe('recordings in an object store', function () {
  this.timeout(60_000);
  let stage: Stage;
  let s3: S3Server;
  before(async () => {
    s3 = await S3Server.start();
  });
  after(() => {
    s3.stop();
  });
  beforeEach(async () => {
    stage = await Stage.begin();
    s3.fails = () => false;
    s3.requests.length = 0;
  });
  afterEach(() => stage.leave());

  async function open(given: GivenConfig = {}): Promise<KeptRecordings> {
    const settings: GivenConfig = { ...s3.settings, ...given };
    return stage.open(settings, { objects: new S3Store(stage.settings(settings), await loadS3()) });
  }

  /** One of a large file and a small one. @returns its id */
  async function record(kept: KeptRecordings): Promise<string> {
    const recording = recordingOf();
    const folder = await kept.begin(recording, nobody);
    for (const bytes of [large, Buffer.from('small')]) {
      const place = folder.addFile(fileOf('ana'));
      if (!place) throw new Error('There is no place for the file');
      await stage.write(recording.id, place.file, bytes);
      folder.fileStarted(place.file, 0);
    }
    await folder.end('ready', 'stopped');
    return recording.id;
  }

  async function stored(kept: KeptRecordings, id: string): Promise<void> {
    await until('it is in the store, and here no more', async () => {
      const files = (await kept.archive.find(id))?.files ?? [];
      const isLocal = files.some(({ file }) => existsSync(stage.path(id, file)));
      return files.length > 0 && files.every((each) => each.stored) && !isLocal;
    });
  }

  it('are there as a whole, the manifest last, and read through us in parts', async () => {
    const kept = await open();
    const id = await record(kept);
    await stored(kept, id);
    const names = ['0001-camera.webm', '0002-camera.webm', 'manifest.json'];
    for (const name of names) expect(s3.objects).to.include(`recordings/${id}/${name}`);
    const puts = s3.requests.filter((request) => request.startsWith('PUT'));
    expect(puts.at(-1)).to.equal(`PUT /${bucket}/recordings/${id}/manifest.json`);
    expect(puts.filter((request) => request.endsWith('?part')).length).to.equal(3);
    expect(existsSync(stage.path(id, '0001-camera.webm'))).to.equal(false);
    const file = await kept.archive.file(id, '0001-camera.webm');
    expect(file?.size).to.equal(large.length);
    const part = file && (await buffer(await file.read({ start: 9_000_000, end: 9_000_023 })));
    expect(part?.equals(large.subarray(9_000_000, 9_000_024))).to.equal(true);
    const whole = file && (await buffer(await file.read()));
    expect(whole?.equals(large)).to.equal(true);
    const manifest = manifestSchema.parse(JSON.parse(readFileSync(stage.path(id, 'manifest.json'), 'utf8')));
    expect(manifest.files[0]?.stored).to.deep.include({ bucket, key: `recordings/${id}/0001-camera.webm` });
  });

  it('come there although every second part fails', async () => {
    let parts = 0;
    s3.fails = (request) => request.endsWith('?part') && (parts += 1) % 2 === 1;
    const kept = await open();
    const id = await record(kept);
    await stored(kept, id);
    const file = await kept.archive.file(id, '0001-camera.webm');
    const whole = file && (await buffer(await file.read()));
    expect(whole?.equals(large)).to.equal(true);
    expect(parts).to.be.above(3);
  });

  it('wait here while the store fails, and are uploaded by the next start of the server', async () => {
    s3.fails = (request) => request.startsWith('PUT') || request.startsWith('POST');
    const first = await open();
    const id = await record(first);
    await until('an upload has failed', () => stage.lines.some(({ message }) => message.includes('upload')));
    await first.close();
    expect(existsSync(stage.path(id, '0001-camera.webm'))).to.equal(true);
    s3.fails = () => false;
    const second = await open();
    await stored(second, id);
    expect(await second.archive.find(id)).to.deep.include({ state: 'ready', endReason: 'stopped' });
  });

  it('stay here too when that is wished', async () => {
    const kept = await open({ recordingsS3KeepLocal: true });
    const id = await record(kept);
    await until('the manifest is there', () => s3.objects.includes(`recordings/${id}/manifest.json`));
    await kept.close();
    expect(readFileSync(stage.path(id, '0001-camera.webm')).equals(large)).to.equal(true);
  });

  it('are deleted there too, also while they are uploaded', async () => {
    const kept = await open();
    const [done, begun] = [await record(kept), await record(kept)];
    await stored(kept, done);
    expect(await kept.archive.remove(done)).to.equal(true);
    expect(await kept.archive.remove(begun)).to.equal(true);
    expect(s3.objects.filter((key) => key.includes(done) || key.includes(begun))).to.deep.equal([]);
    expect(existsSync(stage.path(done)) || existsSync(stage.path(begun))).to.equal(false);
    expect(await kept.archive.file(done, '0001-camera.webm')).to.equal(undefined);
  });

  it('need packages of the versions that package.json has', () => {
    const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly optionalDependencies: Readonly<Record<string, string>>;
    };
    const versions = Object.entries(optionalDependencies).filter(([name]) => name.startsWith('@aws-sdk/'));
    expect([...s3Packages]).to.deep.equal(versions.map(([name, version]) => `${name}@${version}`));
  });
});
