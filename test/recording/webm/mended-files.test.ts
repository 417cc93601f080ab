import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idBytes, ids } from '../../../ebml.js';
import { readContents } from '../../../recording/file-contents.js';
import type { FileContents } from '../../../recording/journal.js';
import { complaints, decoded, probe } from '../../support/ffprobe.js';
import { writtenByEngine, writtenByFfmpeg } from './written.js';

describe('a file of a recording', function () {
  this.timeout(60_000);
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atrium-mend-'));
    path = join(folder, '0001-camera.webm');
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Reads it as a file that nobody has written to for a while. */
  async function contentsOf(bytes: Buffer): Promise<FileContents> {
    await writeFile(path, bytes);
    await utimes(path, 1, 1);
    return readContents(path, true);
  }

  it('that is whole stays as it is', async () => {
    for (const bytes of [await writtenByEngine(), writtenByFfmpeg()]) {
      const found = await contentsOf(bytes);
      expect((await readFile(path)).equals(bytes)).to.equal(true);
      expect(found).to.deep.include({ bytes: bytes.length, repaired: false, available: true, gaps: [] });
      expect([...found.codecs].sort()).to.deep.equal(['opus', 'vp8']);
      expect([found.width, found.height]).to.deep.equal([160, 120]);
      expect(found.durationMs).to.be.within(3_880, 4_010);
    }
  });

  it('whose writer has died is as long as what was written, and can be sought in', async () => {
    const found = await contentsOf(await writtenByEngine({ isFinished: false }));
    expect(found.repaired).to.equal(true);
    // The last second was not written yet.
    expect(found.durationMs).to.be.within(1_900, 3_900);
    const { format, streams } = await probe(path);
    expect(format.duration).to.be.closeTo(found.durationMs / 1_000, 0.05);
    expect(streams.map(({ codec_name: codec }) => codec).sort()).to.deep.equal(['opus', 'vp8']);
    expect((await readFile(path)).includes(idBytes(ids.cues))).to.equal(true);
    expect(await complaints(path)).to.equal('');
    const again = await readContents(path, true);
    expect(again).to.deep.equal({ ...found, repaired: false });
  });

  for (const [writer, write] of [
    ['the engine', () => writtenByEngine({ isFinished: false })],
    ['another program', () => Promise.resolve(writtenByFfmpeg('-flush_packets', '1'))],
    ['a program that does not know how long a cluster will be', () => Promise.resolve(writtenByFfmpeg('-live', '1'))],
  ] as const) {
    it(`by ${writer} is played after a cut at every kind of place`, async () => {
      const bytes = await write();
      const clusters = placesOf(bytes, idBytes(ids.cluster));
      expect(clusters.length).to.be.above(2);
      const [, second = 0, third = 0] = clusters;
      const cuts = [
        ...[second, second + 1, second + 3, second + 4, second + 5, second + 9, second + 14, second + 20],
        ...[second + 400, third - 1, third, third + 30, bytes.length - 1],
      ];
      const mended: string[] = [];
      for (const cut of cuts) {
        const found = await contentsOf(bytes.subarray(0, cut));
        const where = `cut at ${cut}, ${cut - second} behind the second cluster`;
        expect(found, where).to.deep.include({ repaired: true, available: true });
        expect(found.durationMs, where).to.be.above(0);
        const kept = join(folder, `cut-at-${cut}.webm`);
        await rename(path, kept);
        mended.push(kept);
      }
      const { complaints: said, frames } = await decoded(...mended);
      expect(said).to.equal('');
      expect(frames.length, 'streams').to.equal(2 * cuts.length);
      for (const [stream, count] of frames.entries()) {
        expect(count, `stream ${stream % 2} of ${mended[Math.floor(stream / 2)]}`).to.be.above(0);
      }
    });
  }

  it('in which nothing can be played is removed', async () => {
    const bytes = await writtenByEngine({ isFinished: false });
    const [first = 0] = placesOf(bytes, idBytes(ids.cluster));
    for (const cut of [0, 1, 3, 20, 60, 200, first - 1, first, first + 2, first + 500]) {
      const found = await contentsOf(bytes.subarray(0, cut));
      expect(found, `cut at ${cut}`).to.deep.include({ bytes: 0, durationMs: 0, available: false });
      expect(existsSync(path), `cut at ${cut}`).to.equal(false);
    }
  });

  it('that ends in zeros, as after a loss of power, is cut before them', async () => {
    const bytes = await writtenByEngine({ isFinished: false });
    const clusters = placesOf(bytes, idBytes(ids.cluster));
    const last = clusters.at(-1) ?? 0;
    const zeros = Buffer.concat([
      bytes.subarray(0, last + 60),
      Buffer.alloc(bytes.length - last - 60),
      Buffer.alloc(500),
    ]);
    expect((await contentsOf(zeros)).repaired).to.equal(true);
    expect(await complaints(path)).to.equal('');
  });

  it('of another kind is left alone', async () => {
    const found = await contentsOf(Buffer.from('a text of somebody'));
    expect(found).to.deep.include({ bytes: 18, codecs: [], repaired: false, available: true });
    expect(await readFile(path, 'utf8')).to.equal('a text of somebody');
  });

  it('tells where nothing came', async () => {
    const bytes = await writtenByEngine();
    const clusters = placesOf(bytes, idBytes(ids.cluster));
    const [, second = 0, third = 0] = clusters;
    const found = await contentsOf(Buffer.concat([bytes.subarray(0, second), bytes.subarray(third)]));
    expect(found.gaps.length).to.equal(1);
    const [[from, to] = [0, 0]] = found.gaps;
    expect(from).to.be.within(800, 1_100);
    expect(to).to.be.within(1_900, 2_100);
  });
});

function placesOf(bytes: Buffer, wanted: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) places.push(at);
  return places;
}
