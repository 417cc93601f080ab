import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { complaints, probe, timesOf } from '../support/ffprobe.js';
import { EngineStage } from './engine-stage.js';

describe('recording what Chromium publishes', function () {
  this.timeout(90_000);
  let stage: EngineStage;
  let directory: string;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'recordings-'));
    stage = await EngineStage.start('42500-42599', ['--recordings-dir', directory]);
  });
  after(async () => {
    await stage.stop();
    rmSync(directory, { recursive: true });
  });
  beforeEach(() => stage.open());
  afterEach(() => stage.clear());

  for (const [codec, name] of [
    ['VP8', 'vp8'],
    ['VP9', 'vp9'],
    ['H264', 'h264'],
  ] as const) {
    it(`makes a whole file of ${codec} and Opus, pauses left out`, async () => {
      const { kurento } = stage;
      const page = await stage.openPage();
      await stage.negotiate(page, 'ann', { role: 'publish', codec, size: [320, 240], frameRate: 15 });
      const path = join(directory, `${name}.webm`);
      const recorder = await kurento.create('RecorderEndpoint', {
        mediaPipeline: stage.pipeline,
        uri: pathToFileURL(path).href,
      });
      await kurento.subscribe(recorder, 'Recording', 'Paused', 'Stopped', 'Error');
      await kurento.invoke(stage.endpoint('ann'), 'connect', { sink: recorder });
      const recordings = (): number => kurento.events.filter(({ type }) => type === 'Recording').length;
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
      expect(kurento.events.filter(({ type }) => type === 'Error')).to.deep.equal([]);

      const { format, streams } = await probe(path);
      expect(await complaints(path), 'of the decoder').to.equal('');
      expect(streams.map(({ codec_name }) => codec_name)).to.have.members(['opus', name]);
      // Four seconds and what the machine added to them, but not the pause as well.
      expect(format.duration).to.be.within(3, 6.5);
      const picture = streams.find(({ codec_type }) => codec_type === 'video');
      expect(picture?.width).to.be.within(80, 320);
      expect(picture?.height).to.be.within(60, 240);
      expect(picture?.nb_read_frames).to.be.within(15, 130);
      const times = await timesOf(path, 'v');
      expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).to.equal(true);
      const sound = streams.find(({ codec_type }) => codec_type === 'audio');
      expect(sound?.nb_read_frames).to.be.within(140, 330);
    });
  }
});
