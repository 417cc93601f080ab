import { expect } from 'chai';
import { vp8 } from '../../../../media/embedded/codecs/vp8.js';
import { InboundStream } from '../../../../media/embedded/rtp/inbound-stream.js';
import { LayerChoice } from '../../../../media/embedded/rtp/layer-choice.js';
import { Layers } from '../../../../media/embedded/rtp/layers.js';

const feedback = { askForKeyframe: () => undefined, askForPackets: () => undefined };

describe('the choice of a layer', () => {
  let layers: Layers;
  let choice: LayerChoice;
  let now: number;
  let present: InboundStream | undefined;

  beforeEach(() => {
    [layers, choice, now, present] = [new Layers(3), new LayerChoice(), 0, undefined];
    for (const [place, bitrate] of [150_000, 500_000, 1_700_000].entries()) {
      const stream = new InboundStream(place, vp8, true, now, feedback);
      stream.size = { width: 320 * 2 ** place, height: 180 * 2 ** place };
      stream.bitrate = bitrate;
      layers.put(place, stream);
    }
    layers.measured();
  });

  /** The layer after so much time with such a way. Whatever is chosen comes at once. */
  function after(ms: number, bandwidth: number | undefined, loss = 0): number {
    for (const end = now + ms; now < end; now += 50) {
      for (const stream of layers.streams) stream.heardAt = now;
      present = choice.choose(layers, present, { bandwidth, loss }, now);
    }
    return present ? layers.indexOf(present) : -1;
  }

  it('is the largest where nothing is known of the way', () => {
    expect(after(1000, undefined)).to.equal(2);
  });

  it('is the smallest that fills its place, or one below the limit', () => {
    for (const [wish, layer] of [
      [{ width: 320, height: 180 }, 0],
      [{ width: 400, height: 225 }, 0],
      [{ width: 640, height: 360 }, 1],
      [{ width: 180, height: 180 }, 0],
      [{ width: 1920, height: 1080 }, 2],
      [{ width: 1920, height: 1080, maxLayer: 1 }, 1],
      [{ maxLayer: 0 }, 0],
    ] as const) {
      choice.wish = wish;
      expect(after(100, undefined), JSON.stringify(wish)).to.equal(layer);
    }
  });

  it('is smaller where the way is too narrow, and not smaller than the smallest', () => {
    expect(after(1000, 600_000), 'reports are about the time before').to.equal(2);
    expect(after(3000, 600_000)).to.equal(1);
    expect(after(4000, 200_000)).to.equal(0);
    expect(after(60_000, 10_000)).to.equal(0);
  });

  it('is smaller while many packets are lost', () => {
    after(2000, undefined);
    expect(after(2000, undefined, 0.2)).to.equal(1);
  });

  it('is tried in a larger size after a while, and later each time that was in vain', () => {
    after(4000, 600_000);
    const tries: number[] = [];
    // The way takes 600 kbit/s, and an estimate is little above what comes.
    for (let step = 0; step < 2400; step++) {
      const before = present;
      after(50, Math.min(600_000, (present?.bitrate ?? 0) * 1.5));
      if (before && present && layers.indexOf(present) > layers.indexOf(before)) tries.push(now);
    }
    expect(tries.length).to.be.within(2, 6);
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(pauses).to.deep.equal([...pauses].sort((one, other) => one - other));
  });

  it('comes first of those of equal priority while its publisher speaks, and after a screen', () => {
    const rank = (isSpeaking: boolean, priority: number): number => {
      layers.isSpeaking = isSpeaking;
      choice.wish = { priority };
      return choice.claim(layers, undefined, undefined, now).priority;
    };
    expect(rank(true, 0)).to.be.above(rank(false, 0));
    // As rooms/ tells the media server that a picture is of a screen.
    expect(rank(false, 0.5)).to.be.above(rank(true, 0));
    expect(rank(false, 1)).to.be.above(rank(true, 0));
  });

  it('is asked for again after a while where the share of the stream did not take it for long, and later each time', () => {
    /** Ms until the largest is asked for again, when its share falls so soon after it was granted. */
    const fallsAfter = (ms: number): number => {
      for (const end = now + ms; now < end; now += 50) claim(2);
      const began = now;
      while (claim(1) < 2) now += 50;
      return now - began;
    };
    const claim = (layer: number): number => {
      for (const stream of layers.streams) stream.heardAt = now;
      const granted = { layer, most: Number.POSITIVE_INFINITY };
      choice.choose(layers, layers.at(layer), { bandwidth: undefined, loss: 0, granted }, now);
      return choice.claim(layers, layers.at(layer), granted, now).costs.length - 1;
    };
    expect(fallsAfter(30_000)).to.equal(4000);
    const pauses = [1000, 5000, 1000, 1000, 1000, 1000].map(fallsAfter);
    expect(pauses).to.deep.equal([8000, 16_000, 32_000, 64_000, 64_000, 64_000]);
    expect(fallsAfter(60_000), 'it was of use').to.equal(4000);
    choice.wish = { maxLayer: 1 };
    claim(1);
    choice.wish = {};
    expect(claim(1), 'the receiver itself wished less').to.equal(2);
  });

  it('is larger again once the way is wide', () => {
    after(4000, 600_000);
    expect(after(30_000, undefined)).to.equal(2);
  });
});
