import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { complaints, probe, timesOf } from '../support/ffprobe.js';
import { useStage } from './engine-stage.js';

const codecs = ['VP8', 'VP9', 'H264'] as const;
type Codec = (typeof codecs)[number];

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

  /** Records two seconds, leaves out three, and records two more. */
  async function record(page: Page, codec: Codec, path: string): Promise<void> {
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
    await kurento.invoke(recorder, 'record');
    await kurento.until(() => recordings() === 1);
    await page.waitForTimeout(2000);
    await kurento.invoke(recorder, 'pause');
    await kurento.event('Paused', recorder);
    await page.waitForTimeout(3000);
    await kurento.invoke(recorder, 'record');
    await kurento.until(() => recordings() === 2);
    await page.waitForTimeout(2000);
    await kurento.invoke(recorder, 'stopAndWait');
    await kurento.event('Stopped', recorder);
  }

  it('makes whole files of VP8, VP9 and H264 with Opus, at the same time, pauses left out', async () => {
    const page = await stage.openPage();
    const pathOf = (codec: Codec): string => join(directory, `${codec}.webm`);
    await Promise.all(codecs.map((codec) => record(page, codec, pathOf(codec))));
    expect(stage.kurento.events.filter(({ type }) => type === 'Error')).to.deep.equal([]);
    for (const codec of codecs) {
      const path = pathOf(codec);
      const { format, streams } = await probe(path);
      expect(await complaints(path), `${codec}: of the decoder`).to.equal('');
      expect(streams.map(({ codec_name }) => codec_name)).to.have.members(['opus', codec.toLowerCase()]);
      // Four seconds and what the machine added to them, but not the pause as well.
      expect(format.duration, codec).to.be.within(3, 6.5);
      const picture = streams.find(({ codec_type }) => codec_type === 'video');
      expect(picture?.width, codec).to.be.within(80, 320);
      expect(picture?.height, codec).to.be.within(60, 240);
      expect(picture?.nb_read_frames, codec).to.be.within(15, 130);
      const times = await timesOf(path, 'v');
      expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).to.equal(true);
      const sound = streams.find(({ codec_type }) => codec_type === 'audio');
      expect(sound?.nb_read_frames, codec).to.be.within(140, 330);
    }
  });
});
