import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodedPictures, encodedSound } from '../../../support/encoded-media.js';
import { probe } from '../../../support/ffprobe.js';
import { rtp } from '../../../support/rtp.js';
import { TestEngine } from '../engine.js';
import { av1 } from '../offers.js';
import { picturesOf, play, recordInto, soundOf } from './call-stage.js';

describe('a recording of', function () {
  this.timeout(30_000);
  let directory: string;
  let engine: TestEngine;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'recordings-'));
    engine = new TestEngine(directory);
  });

  afterEach(() => {
    engine.server.stop();
    rmSync(directory, { recursive: true });
  });

  it('AV1 is WebM that can be decoded, whole', async () => {
    const peer = engine.publisher({ video: [av1] });
    const { recorder } = recordInto(engine, 'av1.webm', peer);
    const film = encodedPictures({ codec: 'AV1', size: [320, 240], seconds: 1 });
    play(engine, [[peer, [...picturesOf(film, 1000, 'AV1'), ...soundOf(encodedSound(1), 1000)]]]);
    await recorder.stop();
    const { format, streams, complaints } = await probe(join(directory, 'av1.webm'));
    const picture = streams.find(({ codec_type }) => codec_type === 'video');
    expect(complaints).to.equal('');
    expect(format.format_name).to.contain('webm');
    expect(picture).to.include({ codec_name: 'av1', width: 320, height: 240, nb_read_frames: 25 });
  });

  for (const [name, payloadType, codec] of [
    ['PCMU', 0, 'pcm_mulaw'],
    ['PCMA', 8, 'pcm_alaw'],
  ] as const) {
    it(`${name} is Matroska, with the samples as they came`, async () => {
      const peer = engine.publisher({ audio: [payloadType] });
      const { recorder } = recordInto(engine, 'phone.mkv', peer);
      const sent = Array.from({ length: 50 }, (_, sequence) => {
        const payload = Buffer.alloc(160, sequence);
        const bytes = rtp({ payloadType, ssrc: 7, sequence, timestamp: sequence * 160, payload });
        return { at: 1000 + sequence * 20, bytes };
      });
      play(engine, [[peer, sent]]);
      await recorder.stop();
      const { streams, complaints, format } = await probe(join(directory, 'phone.mkv'));
      expect(complaints).to.equal('');
      expect(streams.map(({ codec_name }) => codec_name)).to.deep.equal([codec]);
      expect(format.duration).to.be.within(0.95, 1.05);
    });
  }
});
