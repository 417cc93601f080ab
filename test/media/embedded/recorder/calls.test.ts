import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { EncodedMedia } from '../../../support/encoded-media.js';
import { encodedPictures, encodedSound } from '../../../support/encoded-media.js';
import { flashesAndBeeps, probe, timesOf } from '../../../support/ffprobe.js';
import { TestEngine } from '../engine.js';
import { h264 } from '../offers.js';
import type { RecordedFile, Sent } from './call-stage.js';
import { busy, later, picturesOf, play, recordInto, reportsOf, soundOf } from './call-stage.js';

/** Real media in packets, and time that passes as the test says. */
describe('recordings of calls', function () {
  this.timeout(60_000);
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

  const pathOf = (name: string): string => join(directory, name);

  describe('a flash and a beep, 2 s after each of two people has begun,', () => {
    const size = [160, 120] as const;
    let pictures: EncodedMedia;
    let sound: EncodedMedia;
    /** When each begins. In ms. */
    const begins = { ann: 1000, ben: 1720 };

    before(() => {
      pictures = encodedPictures({ codec: 'VP8', size, seconds: 3, flashAt: 2 });
      sound = encodedSound(3, 2);
    });

    /** What both send, as it arrives. */
    function call(way: (sent: readonly Sent[], kind: 'sound' | 'pictures' | 'reports') => Sent[]): void {
      ann = recordInto(engine, 'ann.webm', annPeer);
      ben = recordInto(engine, 'ben.webm', benPeer);
      const from = (startAt: number): Sent[] => [
        ...way(soundOf(sound, startAt), 'sound'),
        ...way(picturesOf(pictures, startAt), 'pictures'),
        ...way(reportsOf(startAt, 3), 'reports'),
      ];
      play(engine, [
        [annPeer, from(begins.ann)],
        [benPeer, from(begins.ben)],
      ]);
    }

    let ann: RecordedFile;
    let ben: RecordedFile;
    let annPeer: ReturnType<TestEngine['publisher']>;
    let benPeer: ReturnType<TestEngine['publisher']>;

    beforeEach(() => {
      [annPeer, benPeer] = [engine.publisher(), engine.publisher()];
    });

    async function expectTogether(): Promise<void> {
      await Promise.all([ann.recorder.stop(), ben.recorder.stop()]);
      const { complaints, flashes, beeps } = await flashesAndBeeps(pathOf('ann.webm'), pathOf('ben.webm'));
      expect(complaints).to.equal('');
      const late = [ann, ben].flatMap((file, at) =>
        [flashes[at], beeps[at]].map(
          (s = Number.NaN) => file.startedAt() + s * 1000 - ((at === 0 ? begins.ann : begins.ben) + 2000),
        ),
      );
      const shown = `how late flash and beep of Ann, of Ben are: ${late.map(Math.round).join(', ')}`;
      expect(Math.max(...late) - Math.min(...late), shown).to.be.below(100);
      for (const each of late) expect(each, shown).to.be.within(-100, 100);
    }

    it('are together on an engine that has time', async () => {
      call((sent) => [...sent]);
      await expectTogether();
    });

    it('are together when the engine is busy while either begins', async () => {
      call((sent) => busy(1700, 2050, busy(990, 1300, sent)));
      await expectTogether();
    });

    it('are together when the network holds packets back here and there', async () => {
      let seed = 1;
      const wait = (): number => (seed = (seed * 48_271) % 2_147_483_647) % 60;
      // None overtakes another.
      call((sent) => {
        let last = 0;
        return sent.map((each) => ({ ...each, at: (last = Math.max(last, each.at + wait())) }));
      });
      await expectTogether();
    });

    it('are together when pictures take longer than sound, which the reports of the sender tell', async () => {
      call((sent, kind) => (kind === 'pictures' ? later(250, sent) : [...sent]));
      await expectTogether();
    });
  });

  let silent: EncodedMedia | undefined;
  /** Up to four seconds. */
  function silence(seconds: number): EncodedMedia {
    silent ??= encodedSound(4);
    return { ...silent, units: silent.units.slice(0, seconds * 50) };
  }

  for (const codec of ['VP8', 'H264'] as const) {
    const publisher = () => engine.publisher(codec === 'H264' ? { video: [h264] } : {});

    it(`${codec} that changes its size goes on in the same track, and all of it can be decoded`, async () => {
      const peer = publisher();
      const { recorder } = recordInto(engine, 'sizes.webm', peer);
      const small = picturesOf(encodedPictures({ codec, size: [160, 120], seconds: 2 }), 1000, codec);
      const large = picturesOf(encodedPictures({ codec, size: [320, 240], seconds: 2 }), 3000, codec, small);
      play(engine, [[peer, [...small, ...large, ...soundOf(silence(4), 1000)]]]);
      await recorder.stop();
      const { streams, complaints } = await probe(pathOf('sizes.webm'));
      const picture = streams.find(({ codec_type }) => codec_type === 'video');
      expect([picture?.width, picture?.height, picture?.nb_read_frames]).to.deep.equal([160, 120, 100]);
      expect(complaints).to.equal('');
    });

    it(`lost packets of ${codec} cost pictures up to the next keyframe, and nothing that cannot be decoded is left`, async () => {
      const peer = publisher();
      const { recorder } = recordInto(engine, 'lost.webm', peer);
      const film = encodedPictures({ codec, size: [320, 240], seconds: 4, keyEvery: 25 });
      const pictures = picturesOf(film, 1000, codec);
      const received = pictures.filter((_, index) => index % 67 !== 50);
      expect(received.length).to.be.below(pictures.length - 1);
      const sound = soundOf(silence(4), 1000).filter((_, index) => index % 20 !== 7);
      play(engine, [[peer, [...received, ...sound]]]);
      await recorder.stop();
      const { streams, complaints } = await probe(pathOf('lost.webm'));
      expect(complaints).to.equal('');
      const [heard, seen] = ['audio', 'video'].map((kind) => streams.find(({ codec_type }) => codec_type === kind));
      expect(heard?.nb_read_frames).to.equal(sound.length);
      expect(seen?.nb_read_frames).to.be.within(25, 99);
      expect(peer.receivedRtcp('pictureLoss').length).to.be.greaterThan(1);
    });
  }

  it('pictures that begin long after the sound are where they belong', async () => {
    const peer = engine.publisher();
    const { recorder } = recordInto(engine, 'late.webm', peer);
    const pictures = picturesOf(encodedPictures({ codec: 'VP8', size: [160, 120], seconds: 2, flashAt: 1 }), 41_000);
    play(engine, [[peer, [...soundOf(encodedSound(43, 41), 1000), ...pictures]]]);
    await recorder.stop();
    const path = pathOf('late.webm');
    const { complaints, flashes, beeps } = await flashesAndBeeps(path);
    expect(complaints).to.equal('');
    const [first = 0] = await timesOf(path, 'v');
    expect(first).to.be.within(39.9, 40.1);
    expect(flashes[0]).to.be.within(40.9, 41.1);
    expect(beeps[0]).to.be.within(40.9, 41.1);
    const { format } = await probe(path);
    expect(format.duration).to.be.within(42.9, 43.1);
  });

  it('the packets of all streams are in the order of their times, but for late ones', async () => {
    const peer = engine.publisher();
    const { recorder } = recordInto(engine, 'order.webm', peer);
    const pictures = picturesOf(encodedPictures({ codec: 'VP8', size: [160, 120], seconds: 2 }), 1400);
    play(engine, [[peer, [...soundOf(silence(3), 1000), ...pictures]]]);
    await recorder.stop();
    const times = await timesOf(pathOf('order.webm'));
    expect(times).to.deep.equal([...times].sort((one, other) => one - other));
  });
});
