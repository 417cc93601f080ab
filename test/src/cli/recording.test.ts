import { expect } from 'chai';
import { rm, utimes, writeFile } from 'node:fs/promises';
import { Stage, fileOf, nobody, recordingOf } from '../../recording/stage.js';
import { writtenByEngine } from '../../recording/webm/written.js';
import { atrium } from './atrium.js';

describe('npx atrium recording', function () {
  this.timeout(60_000);
  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.begin();
  });
  afterEach(() => stage.leave());

  /** One whose server has ended in the middle. @returns its id */
  async function left(): Promise<string> {
    const kept = await stage.open();
    const recording = recordingOf();
    const folder = await kept.begin(recording, nobody);
    const place = folder.addFile(fileOf('ana'));
    if (!place) throw new Error('There is no place for the file');
    folder.fileStarted(place.file, 0);
    await writeFile(stage.path(recording.id, place.file), await writtenByEngine({ isFinished: false }));
    await utimes(stage.path(recording.id, place.file), 1, 1);
    // The server does not live any more, as far as others can see.
    await rm(stage.path('.servers'), { recursive: true });
    return recording.id;
  }

  it('list shows what is in a directory, the newest first', async () => {
    const kept = await stage.open();
    const ids: string[] = [];
    for (const day of [1, 2]) {
      const recording = recordingOf({ startedAt: Date.UTC(2026, 0, day) });
      ids.unshift(recording.id);
      await (await kept.begin(recording, nobody)).end('ready', 'stopped');
    }
    const { code, out } = await atrium('recording list', { RECORDINGS_DIR: stage.directory });
    expect(code).to.equal(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => line.split('  ')[0])).to.deep.equal(ids);
    expect(lines[0]).to.match(/ready {2}2026-01-02T00:00:00\.000Z .* garden {2}Monday$/);
    const json = await atrium(['recording', 'list', '--json', '--dir', stage.directory], {});
    expect(JSON.parse(json.out)).to.have.nested.property('recordings[1].id', ids[1]);
  });

  it('repair gives a recording its end', async () => {
    const id = await left();
    const { code, out } = await atrium(['recording', 'repair', stage.directory], {});
    expect(code).to.equal(0);
    expect(out).to.match(new RegExp(`^${id} {2}ready .* 1 files `));
    const listed = await atrium('recording list --json', { RECORDINGS_DIR: stage.directory });
    expect(JSON.parse(listed.out)).to.have.nested.property('recordings[0].endReason', 'interrupted');
    expect((await atrium(['recording', 'repair', stage.directory], {})).out).to.equal('');
  });

  it('says where it looks in vain', async () => {
    expect((await atrium('recording list', {})).told).to.match(/^Where are the recordings\?/);
    const { code, told } = await atrium(['recording', 'list', '--dir', stage.path('none')], {});
    expect(code).to.equal(1);
    expect(told).to.match(/^--dir: .*none cannot be used/);
  });
});
