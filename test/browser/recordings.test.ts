import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { manifestSchema } from '../../recording/manifest.js';
import { decoded } from '../support/ffprobe.js';
import { itOnEmbeddedEngine } from '../support/media-server.js';
import { useServer } from '../support/server.js';
import { testKey, tokenWith } from '../support/tokens.js';
import { until } from '../support/until.js';
import { writtenSoFar } from '../support/written-so-far.js';
import { useBrowser } from './shared-browser.js';
import { Visitor, patienceMs } from './visitor.js';

describe('recordings in the demo', function () {
  this.timeout(6 * patienceMs);
  const recordingsDir = mkdtempSync(join(tmpdir(), 'atrium-recordings-'));
  const server = useServer({ auth: 'optional', keys: testKey, recordingsDir, recordingsMinFreeMb: 1 });
  const newWindow = useBrowser();
  after(() => {
    rmSync(recordingsDir, { recursive: true, force: true });
  });

  /** Whether each file there has a second of picture and sound. */
  async function areWritten(count: number): Promise<boolean> {
    const [id] = readdirSync(recordingsDir).filter((name) => name.startsWith('REC_'));
    const names = id === undefined ? [] : readdirSync(join(recordingsDir, id)).filter((name) => name.endsWith('.webm'));
    const found = await Promise.all(names.map((name) => writtenSoFar(join(recordingsDir, id ?? '', name))));
    return found.length === count && found.every((each) => each?.tracks.length === 2 && each.durationMs > 1_000);
  }

  const press = (visitor: Visitor, button: string): Promise<void> =>
    visitor.page.getByRole('button', { name: button, exact: true }).click();
  const mark = (visitor: Visitor) => visitor.page.locator('.recording-mark');

  itOnEmbeddedEngine('are seen by everybody, and are files of each stream that can be had', async () => {
    const video = { roomJoin: true, room: 'studio', roomAdmin: true, canUpdateOwnMetadata: true };
    const token = tokenWith({ sub: 'Mia', video });
    const mia = await Visitor.open(await newWindow(), `${server().url}?room=studio#access_token=${token}`, 'Mia');
    await press(mia, 'Join');
    const ana = await Visitor.join(await newWindow(), server().url, 'Ana', 'studio');
    await ana.receives('Mia');
    expect(await ana.page.getByRole('button', { name: 'Record this call' }).count()).to.equal(0);

    await press(mia, 'Record this call');
    for (const each of [mia, ana]) {
      await mark(each).waitFor();
      expect(await each.page.getByRole('status').filter({ hasText: 'Recording' }).count()).to.equal(1);
    }
    // On a phone too.
    await ana.page.setViewportSize({ width: 390, height: 700 });
    const box = await mark(ana).boundingBox();
    expect(box?.width ?? 0).to.be.greaterThan(20);
    expect((box?.x ?? 0) + (box?.width ?? 0)).to.be.at.most(390);
    await until('both are on the disk', () => areWritten(2), patienceMs, 100);
    await press(mia, 'Stop recording');
    for (const each of [mia, ana]) await mark(each).waitFor({ state: 'detached' });

    await press(mia, 'More');
    await mia.page.getByRole('menuitem', { name: 'Recordings' }).click();
    const buttons = mia.page.getByRole('button', { name: /^Download / });
    await until('two files are listed', async () => (await buttons.count()) === 2, patienceMs);
    const [download] = await Promise.all([mia.page.waitForEvent('download'), buttons.first().click()]);
    const saved = join(recordingsDir, 'downloaded.webm');
    await download.saveAs(saved);

    const [id = ''] = download.suggestedFilename().split('-');
    const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(recordingsDir, id, 'manifest.json'), 'utf8')));
    expect([manifest.state, manifest.endReason, manifest.startedBy]).to.deep.equal(['ready', 'stopped', 'Mia']);
    expect(manifest.files.map(({ participant }) => participant.name).sort()).to.deep.equal(['Ana', 'Mia']);
    const paths = manifest.files.map(({ file }) => join(recordingsDir, id, file));
    const { complaints, frames } = await decoded(saved, ...paths);
    expect(complaints).to.equal('');
    expect(frames.length, 'picture and sound of each').to.equal(6);
    expect(Math.min(...frames)).to.be.above(0);
    for (const each of [mia, ana]) expect(each.errors).to.deep.equal([]);
  });
});
