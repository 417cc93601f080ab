import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { manifestSchema } from '../../recording/manifest.js';
import { complaints, probe } from '../support/ffprobe.js';
import { itOnEmbeddedEngine } from '../support/media-server.js';
import { useServer } from '../support/server.js';
import { testKey, tokenWith } from '../support/tokens.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { Visitor, patienceMs } from './visitor.js';

/** How many pictures and pieces of sound of a file can be decoded. */
async function framesIn(path: string): Promise<number> {
  expect(await complaints(path)).to.equal('');
  const { streams } = await probe(path);
  return Math.min(...streams.map(({ nb_read_frames = 0 }) => nb_read_frames));
}

describe('recordings in the demo', function () {
  this.timeout(6 * patienceMs);
  const recordingsDir = mkdtempSync(join(tmpdir(), 'atrium-recordings-'));
  const server = useServer({ auth: 'optional', keys: testKey, recordingsDir, recordingsMinFreeMb: 1 });
  const newWindow = useBrowser();
  after(() => {
    rmSync(recordingsDir, { recursive: true, force: true });
  });

  const press = (visitor: Visitor, button: string): Promise<void> =>
    visitor.page.getByRole('button', { name: button, exact: true }).click();
  const mark = (visitor: Visitor) => visitor.page.locator('.recording-mark');

  itOnEmbeddedEngine('are seen by everybody, and are files of each stream that can be had', async () => {
    const video = { roomJoin: true, room: 'studio', roomAdmin: true, canUpdateOwnMetadata: true };
    const token = tokenWith({ sub: 'Mia', video });
    const mia = await Visitor.open(await newWindow(), `${server().url}?room=studio#access_token=${token}`, 'Mia');
    await press(mia, 'Join');
    const ana = await Visitor.join(await newWindow(), server().url, 'Ana', 'studio');
    const ben = await Visitor.join(await newWindow(), server().url, 'Ben', 'studio');
    await ben.receives('Mia', 'Ana');
    expect(await ana.page.getByRole('button', { name: 'Record this call' }).count()).to.equal(0);

    await press(mia, 'Record this call');
    for (const each of [mia, ana, ben]) {
      await mark(each).waitFor();
      expect(await each.page.getByRole('status').filter({ hasText: 'Recording' }).count()).to.equal(1);
    }
    // On a phone too.
    await ana.page.setViewportSize({ width: 390, height: 700 });
    const box = await mark(ana).boundingBox();
    expect(box?.width ?? 0).to.be.greaterThan(20);
    expect((box?.x ?? 0) + (box?.width ?? 0)).to.be.at.most(390);
    await ben.page.waitForTimeout(3_000);
    await press(mia, 'Stop recording');
    for (const each of [mia, ana, ben]) await mark(each).waitFor({ state: 'detached' });

    await press(mia, 'More');
    await mia.page.getByRole('menuitem', { name: 'Recordings' }).click();
    const buttons = mia.page.getByRole('button', { name: /^Download / });
    await until('three files are listed', async () => (await buttons.count()) === 3, patienceMs);
    const [download] = await Promise.all([mia.page.waitForEvent('download'), buttons.first().click()]);
    const saved = join(recordingsDir, 'downloaded.webm');
    await download.saveAs(saved);
    expect(await framesIn(saved)).to.be.greaterThan(10);

    const [id = ''] = download.suggestedFilename().split('-');
    const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(recordingsDir, id, 'manifest.json'), 'utf8')));
    expect([manifest.state, manifest.endReason, manifest.startedBy]).to.deep.equal(['ready', 'stopped', 'Mia']);
    expect(manifest.files.map(({ participant }) => participant.name).sort()).to.deep.equal(['Ana', 'Ben', 'Mia']);
    for (const { file } of manifest.files) {
      expect(await framesIn(join(recordingsDir, id, file)), file).to.be.greaterThan(10);
    }
    for (const each of [mia, ana, ben]) expect(each.errors).to.deep.equal([]);
  });
});
