import { expect } from 'chai';
import { createWriteStream, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { KeptRecordings } from '../../recording/kept-recordings.js';
import { Retention } from '../../recording/retention.js';
import { RoomError } from '../../rooms/index.js';
import { complaints } from '../support/ffprobe.js';
import { SmallDisk } from '../support/small-disk.js';
import { Stage, fileOf, nobody, recordingOf } from './stage.js';
import { writtenByEngine } from './webm/written.js';

const day = 86_400_000;

describe('trouble with recordings', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.begin();
  });
  afterEach(() => stage.leave());

  it('stops what runs when there is too little space, and tells each room once', async () => {
    let free = 5_000_000_000;
    const kept = await stage.open({ recordingsMinFreeMb: 1_024 }, { freeBytes: () => Promise.resolve(free) });
    const told: string[] = [];
    const folder = await kept.begin(recordingOf(), { mustStop: (reason) => told.push(reason) });
    const ended = await kept.begin(recordingOf(), { mustStop: (reason) => told.push(`late ${reason}`) });
    await kept.checkRunning();
    expect(told).to.deep.equal([]);
    await ended.end('ready', 'stopped');
    free = 1_000_000_000;
    await kept.checkRunning();
    await kept.checkRunning();
    expect(told).to.deep.equal(['no-space']);
    await folder.end('ready', 'no-space');
  });

  it('stops a recording that is as long as it may be, its pauses not counted', async () => {
    const kept = await stage.open({ recordingsMaxHours: 1 });
    const told: string[] = [];
    const folder = await kept.begin(recordingOf(), { mustStop: (reason) => told.push(reason) });
    folder.stateChanged('paused');
    stage.now += 7_200_000;
    folder.stateChanged('recording');
    stage.now += 3_599_000;
    await kept.checkRunning();
    expect(told).to.deep.equal([]);
    stage.now += 1_000;
    await kept.checkRunning();
    expect(told).to.deep.equal(['limit']);
    await folder.end('ready', 'limit');
  });

  describe('when recordings are too old, or too large together,', () => {
    const now = Date.UTC(2026, 0, 31);

    /** Those that are left after the rules were applied. @param bytes of each; the first is the oldest, two days before the next */
    async function leftOf(given: object, bytes: readonly number[], busy: readonly number[] = []): Promise<number[]> {
      const kept = await stage.open(given);
      const ids: string[] = [];
      for (const [at, size] of bytes.entries()) {
        const startedAt = now - (bytes.length - at) * 2 * day;
        ids.push(await recorded(kept, size, startedAt));
        if (busy.includes(at)) writeFileSync(stage.path(ids[at] ?? '', 'owned-by-nobody'), '');
      }
      const { archive } = kept;
      const audit = (entry: (typeof stage.audited)[number]): void => void stage.audited.push(entry);
      await new Retention({ settings: stage.settings(given), archive, audit, now: () => now, log: stage.log }).look();
      const left = (await archive.all()).map(({ id }) => ids.indexOf(id));
      return left.sort();
    }

    async function recorded(kept: KeptRecordings, bytes: number, startedAt: number): Promise<string> {
      const recording = recordingOf({ startedAt });
      const folder = await kept.begin(recording, nobody);
      const place = folder.addFile(fileOf('ana'));
      folder.fileStarted(place?.file ?? '', 0);
      await stage.write(recording.id, place?.file ?? '', Buffer.alloc(bytes, 'x'));
      await folder.end('ready', 'stopped');
      return recording.id;
    }

    it('deletes those that ended too long ago, and says so in the audit log', async () => {
      expect(await leftOf({ recordingsMaxAgeDays: 5 }, [10, 10, 10, 10])).to.deep.equal([2, 3]);
      expect(stage.audited.map(({ actor, action, room, outcome }) => [actor, action, room, outcome])).to.deep.equal([
        ['retention', 'deleteRecording', 'garden', 'done'],
        ['retention', 'deleteRecording', 'garden', 'done'],
      ]);
    });

    it('deletes the oldest until the rest is small enough', async () => {
      expect(await leftOf({ recordingsMaxGb: 0.000_05 }, [30_000, 20_000, 20_000, 25_000])).to.deep.equal([2, 3]);
    });

    it('keeps what is not uploaded yet', async () => {
      expect(await leftOf({ recordingsMaxAgeDays: 5 }, [10, 10, 10, 10], [1])).to.deep.equal([1, 2, 3]);
    });

    it('keeps all when nothing is set', async () => {
      expect(await leftOf({}, [10, 10])).to.deep.equal([0, 1]);
      expect(stage.audited).to.deep.equal([]);
    });
  });

  describe('on a full disk', () => {
    let disk: SmallDisk | undefined;
    beforeEach(async function () {
      disk = SmallDisk.mount(2_000_000);
      if (!disk) {
        process.stdout.write('      skipped: nobody may mount a file system here\n');
        this.skip();
      }
      await stage.leave();
      stage = await Stage.begin(disk.path);
    });
    afterEach(() => {
      rmSync(stage.path('filler'), { force: true });
      disk?.unmount();
    });

    it('begins nothing', async () => {
      const kept = await stage.open();
      await fill(stage.path('filler'));
      const error = await kept.begin(recordingOf(), nobody).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(RoomError);
      expect(error).to.have.nested.property('details.reason', 'no-space');
      await kept.close();
    });

    it('ends with files that play, a whole journal and a manifest', async () => {
      const kept = await stage.open();
      const recording = recordingOf();
      const folder = await kept.begin(recording, nobody);
      folder.stateChanged('recording');
      const place = folder.addFile(fileOf('ana'));
      if (!place) throw new Error('There is no place for the file');
      await stage.write(recording.id, place.file, await writtenByEngine({ isFinished: false }));
      folder.fileStarted(place.file, 0);
      await fill(stage.path('filler'));
      expect(statfsSync(stage.directory).bavail).to.equal(0);
      for (let count = 0; count < 300; count += 1) folder.happened('speaker', `somebody ${count}`);
      folder.fileEnded(place.file, 'no-space');
      const ended = await folder.end('failed', 'no-space');
      expect(ended.state).to.equal('failed');
      const manifest = await kept.archive.find(recording.id);
      expect(manifest).to.deep.include({ state: 'failed', endReason: 'no-space' });
      expect(manifest?.events.length).to.equal(300);
      expect(manifest?.files[0]).to.deep.include({ failure: 'no-space', repaired: true, available: true });
      expect(await complaints(stage.path(recording.id, place.file))).to.equal('');
      await kept.close();
      const onDisk: unknown = JSON.parse(readFileSync(stage.path(recording.id, 'manifest.json'), 'utf8'));
      expect(onDisk).to.deep.equal(manifest);
      const lines = (await readFile(stage.path(recording.id, 'journal.ndjson'), 'utf8')).trimEnd().split('\n');
      expect(lines.filter((line) => line.includes('"happened"')).length).to.equal(300);
      for (const line of lines) expect(JSON.parse(line)).to.have.property('type');
    });
  });
});

/** Takes all the space that is left. */
async function fill(path: string): Promise<void> {
  const file = createWriteStream(path);
  await new Promise<void>((resolve) => {
    file.on('error', () => {
      resolve();
    });
    const more = (): void => {
      file.write(Buffer.alloc(4_096), (error) => {
        if (!error) more();
      });
    };
    more();
  });
}
