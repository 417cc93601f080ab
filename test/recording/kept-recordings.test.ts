import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { RecordingBusy } from '../../recording/archive.js';
import { RoomError } from '../../rooms/index.js';
import type { NewRecordedFile, RecordingFolder } from '../../rooms/index.js';
import { Stage, fileOf, nobody, recordingOf } from './stage.js';

describe('a directory of recordings', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.begin();
  });
  afterEach(() => stage.leave());

  it('keeps who sent what and when, on a clock that rests in pauses', async () => {
    const kept = await stage.open();
    const recording = recordingOf();
    const folder = await kept.begin(recording, nobody);
    folder.stateChanged('recording');
    const { file, uri } = added(folder, fileOf('ana'));
    expect({ file, uri }).to.deep.equal({ file: '0001-camera.webm', uri: `${recording.id}/0001-camera.webm` });
    stage.now += 412;
    folder.fileStarted(file, folder.elapsedMs);
    stage.now += 5_000;
    folder.muted(file, 'audio', true);
    folder.stateChanged('paused');
    stage.now += 100_000;
    folder.stateChanged('recording');
    stage.now += 4_100;
    folder.muted(file, 'audio', false);
    folder.happened('left', 'ana');
    stage.now += 1_000;
    folder.fileEnded(file);
    await stage.write(recording.id, file, 'pictures');
    folder.stateChanged('stopping');
    const ended = await folder.end('ready', 'stopped');
    expect(ended.state).to.equal('ready');
    expect(ended.durationMs).to.equal(10_512);
    expect(await kept.archive.find(recording.id)).to.deep.include({
      ...{ id: recording.id, name: 'Monday', room: recording.room, state: 'ready', endReason: 'stopped' },
      ...{ startedAt: '2026-11-28T09:00:00.000Z', startedBy: 'ana', durationMs: 10_512 },
      events: [{ atMs: 9_512, type: 'left', id: 'ana' }],
    });
    const [listed] = (await kept.archive.find(recording.id))?.files ?? [];
    expect(listed).to.deep.include({
      ...{ participant: { id: 'ana', sid: 'PA_ana', name: 'ANA' }, stream: 'webcam', source: 'camera' },
      ...{ offsetMs: 412, bytes: 8, available: true, stored: null },
    });
  });

  it('lets nobody but the server read, and names no person and no room in a path', async () => {
    const kept = await stage.open();
    const recording = recordingOf();
    const folder = await kept.begin(recording, nobody);
    const { file } = added(folder, fileOf('../../etc', { source: 'screen' }));
    await stage.write(recording.id, file, 'x');
    folder.fileStarted(file, 0);
    await folder.end('ready', 'stopped');
    expect(statSync(stage.path(recording.id)).mode & 0o777).to.equal(0o700);
    await kept.close();
    const names = readdirSync(stage.path(recording.id));
    expect(names.sort()).to.deep.equal(['0001-screen.webm', 'journal.ndjson', 'manifest.json']);
    for (const name of names) expect(statSync(stage.path(recording.id, name)).mode & 0o777, name).to.equal(0o600);
  });

  it('has every line in the journal as soon as it has happened', async () => {
    const kept = await stage.open();
    const recording = recordingOf();
    const folder = await kept.begin(recording, nobody);
    folder.stateChanged('recording');
    const { file } = added(folder, fileOf('ana'));
    await stage.write(recording.id, file, 'x');
    folder.fileStarted(file, 0);
    folder.happened('joined', 'ben');
    const lines = readFileSync(stage.path(recording.id, 'journal.ndjson'), 'utf8').trimEnd().split('\n');
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).to.deep.equal(['begun', 'state', 'file', 'fileStarted', 'happened']);
    await folder.end('ready', 'stopped');
  });

  it('lists the newest first, page by page, also when the last of a page is deleted meanwhile', async () => {
    const kept = await stage.open();
    const ids: string[] = [];
    for (let day = 1; day <= 5; day += 1) {
      const room = { name: day === 3 ? 'attic' : 'garden', sid: 'RM_x' };
      const recording = recordingOf({ startedAt: Date.UTC(2026, 0, day), room });
      ids.unshift(recording.id);
      await (await kept.begin(recording, nobody)).end('ready', 'stopped');
    }
    const first = await kept.archive.list({ limit: 2 });
    expect(first.recordings.map(({ id }) => id)).to.deep.equal(ids.slice(0, 2));
    expect(first.next).to.equal(ids[1]);
    await kept.archive.remove(first.next ?? '');
    const rest = await kept.archive.list({ limit: 3, before: first.next });
    expect(rest.recordings.map(({ id }) => id)).to.deep.equal(ids.slice(2));
    expect(rest.next).to.equal(undefined);
    const attic = await kept.archive.list({ limit: 9, room: 'attic' });
    expect(attic.recordings.map(({ id }) => id)).to.deep.equal([ids[2]]);
    expect((await kept.archive.list({ limit: 9, state: 'failed' })).recordings).to.deep.equal([]);
  });

  it('serves parts of a file, and no file of a recording that runs', async () => {
    const kept = await stage.open();
    const recording = recordingOf();
    const folder = await kept.begin(recording, nobody);
    const { file } = added(folder, fileOf('ana'));
    folder.fileStarted(file, 0);
    await stage.write(recording.id, file, '0123456789');
    expect(await kept.archive.file(recording.id, file).catch((error: unknown) => error)).to.be.instanceOf(
      RecordingBusy,
    );
    expect(await kept.archive.remove(recording.id).catch((error: unknown) => error)).to.be.instanceOf(RecordingBusy);
    await folder.end('ready', 'stopped');
    const found = await kept.archive.file(recording.id, file);
    expect(found?.size).to.equal(10);
    expect(found && (await text(await found.read({ start: 2, end: 4 })))).to.equal('234');
    expect(await kept.archive.file(recording.id, '0002-camera.webm')).to.equal(undefined);
    for (const odd of ['journal.ndjson', '../manifest.json', 'manifest.json', '']) {
      expect(await kept.archive.file(recording.id, odd), odd).to.equal(undefined);
    }
    for (const odd of ['..', '.servers', '', 'REC_../x']) expect(await kept.archive.find(odd), odd).to.equal(undefined);
  });

  it('deletes a recording as a whole', async () => {
    const kept = await stage.open();
    const recording = recordingOf();
    await (await kept.begin(recording, nobody)).end('ready', 'stopped');
    expect(await kept.archive.remove(recording.id)).to.equal(true);
    expect(existsSync(stage.path(recording.id))).to.equal(false);
    expect(await kept.archive.find(recording.id)).to.equal(undefined);
    expect(await kept.archive.remove(recording.id)).to.equal(false);
  });

  it('shows a recording that runs in another server too, and does not touch it', async () => {
    const [one, other] = [await stage.open(), await stage.open()];
    const recording = recordingOf();
    const folder = await one.begin(recording, nobody);
    folder.stateChanged('paused');
    await folder.end('ready', 'stopped');
    expect(await other.archive.find(recording.id)).to.deep.equal(await one.archive.find(recording.id));
  });

  it('writes no more streams at a time than it may', async () => {
    const kept = await stage.open({ recordingsMaxStreams: 1 });
    const folder = await kept.begin(recordingOf(), nobody);
    const { file } = added(folder, fileOf('ana'));
    expect(folder.addFile(fileOf('ben'))).to.equal(undefined);
    folder.fileEnded(file);
    expect(added(folder, fileOf('ben')).file).to.equal('0002-camera.webm');
    await folder.end('ready', 'stopped');
  });

  it('lists no file that nobody ever sent anything to', async () => {
    const kept = await stage.open();
    const recording = recordingOf();
    const folder = await kept.begin(recording, nobody);
    added(folder, fileOf('ana'));
    await folder.end('ready', 'stopped');
    expect((await kept.archive.find(recording.id))?.files).to.deep.equal([]);
  });

  it('refuses with a reason: switched off, or too little space', async () => {
    const off = await stage.open({ recordings: false });
    const full = await stage.open({ recordingsMinFreeMb: 10 }, { freeBytes: () => Promise.resolve(9_999_999) });
    const reasons = [];
    for (const kept of [off, full]) {
      const error = await kept.begin(recordingOf(), nobody).catch((thrown: unknown) => thrown);
      if (!(error instanceof RoomError)) throw new Error('It was not refused');
      reasons.push([error.code, error.details?.reason]);
    }
    expect(reasons).to.deep.equal([
      ['cannot-record', 'off'],
      ['cannot-record', 'no-space'],
    ]);
    expect(readdirSync(stage.directory)).to.deep.equal(['.servers']);
  });
});

function added(folder: RecordingFolder, file: NewRecordedFile): { readonly file: string; readonly uri: string } {
  const place = folder.addFile(file);
  if (!place) throw new Error('There is no place for the file');
  return place;
}
