import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { decoded, probe, timesOf } from '../support/ffprobe.js';
import { until } from '../support/until.js';
import { writtenSoFar } from '../support/written-so-far.js';
import { useStage } from './engine-stage.js';
import { patienceMs } from './visitor.js';

const codecs = ['VP8', 'VP9', 'H264'] as const;
type Codec = (typeof codecs)[number];

/** In ms. */
const pauseMs = 3_000;

/** How long a recording was made, its pause left out. In ms: what is in the file, and how long the recorder was let record. */
interface Recorded {
  readonly written: number;
  readonly allowed: number;
}

describe('recording what Chromium publishes', function () {
  this.timeout(90_000);
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'recordings-'));
  });
  const stage = useStage(() => ['--recordings-dir', directory]);
  after(() => {
    rmSync(directory, { recursive: true });
  });

  /** How much there is at least in a file with picture and sound. In ms. */
  async function writtenMs(path: string): Promise<number> {
    const outline = await writtenSoFar(path);
    return outline?.tracks.length === 2 ? outline.durationMs : 0;
  }

  /** Records at least a second before a pause, and another one after it. */
  async function record(page: Page, codec: Codec, path: string): Promise<Recorded> {
    const { kurento } = stage;
    await stage.negotiate(page, codec, { role: 'publish', codec, size: [320, 240], frameRate: 15 });
    const recorder = await kurento.create('RecorderEndpoint', {
      mediaPipeline: stage.pipeline,
      uri: pathToFileURL(path).href,
    });
    await kurento.subscribe(recorder, 'Recording', 'Paused', 'Stopped', 'Error');
    await kurento.invoke(stage.endpoint(codec), 'connect', { sink: recorder });
    const recordings = (): number =>
      kurento.events.filter(({ type, object }) => type === 'Recording' && object === recorder).length;
    const grown = (from: number): Promise<void> =>
      until(`${codec} has grown`, async () => (await writtenMs(path)) > from + 1_000, patienceMs, 100);
    const begun = performance.now();
    await kurento.invoke(recorder, 'record');
    await kurento.until(() => recordings() === 1);
    await grown(0);
    await kurento.invoke(recorder, 'pause');
    await kurento.event('Paused', recorder);
    const paused = performance.now();
    await page.waitForTimeout(pauseMs);
    const before = await writtenMs(path);
    const resumed = performance.now();
    await kurento.invoke(recorder, 'record');
    await kurento.until(() => recordings() === 2);
    await grown(before);
    const written = await writtenMs(path);
    await kurento.invoke(recorder, 'stopAndWait');
    await kurento.event('Stopped', recorder);
    return { written, allowed: paused - begun + (performance.now() - resumed) };
  }

  it('makes whole files of VP8, VP9 and H264 with Opus, at the same time, pauses left out', async () => {
    const page = await stage.openPage();
    const pathOf = (codec: Codec): string => join(directory, `${codec}.webm`);
    const recorded = await Promise.all(codecs.map((codec) => record(page, codec, pathOf(codec))));
    expect(stage.kurento.events.filter(({ type }) => type === 'Error')).to.deep.equal([]);
    expect((await decoded(...codecs.map(pathOf))).complaints, 'of the decoder').to.equal('');
    for (const [index, codec] of codecs.entries()) {
      const path = pathOf(codec);
      const { format, streams } = await probe(path);
      expect(streams.map(({ codec_name }) => codec_name)).to.have.members(['opus', codec.toLowerCase()]);
      const { written = 0, allowed = 0 } = recorded[index] ?? {};
      // The clocks of picture and sound are not those of this process, but the pause would be seen.
      expect((format.duration ?? 0) * 1_000, codec).to.be.within(written, allowed + pauseMs / 3);
      const picture = streams.find(({ codec_type }) => codec_type === 'video');
      expect(picture?.width, codec).to.be.within(80, 320);
      expect(picture?.height, codec).to.be.within(60, 240);
      expect(picture?.nb_read_frames, codec).to.be.above(0);
      const times = await timesOf(path, 'v');
      expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).to.equal(true);
      const sound = streams.find(({ codec_type }) => codec_type === 'audio');
      expect(sound?.nb_read_frames, codec).to.be.above(0);
    }
  });
});
