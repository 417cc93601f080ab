import { expect } from 'chai';
import { vp8 } from '../../../../media/embedded/codecs/vp8.js';
import { HighestLayer } from '../../../../media/embedded/rtp/highest-layer.js';
import { InboundStream } from '../../../../media/embedded/rtp/inbound-stream.js';
import { Layers } from '../../../../media/embedded/rtp/layers.js';
import { RtpPacket } from '../../../../media/embedded/rtp/rtp-packet.js';
import { interframe, keyframe, rtp } from '../../../support/rtp.js';

describe('what takes one stream of a picture in several sizes', () => {
  it('gets the largest that is sent, and another one from a keyframe on, which is asked for', () => {
    const layers = new Layers(3);
    const highest = new HighestLayer();
    const packet = new RtpPacket();
    const asked: number[] = [];
    let now = 0;
    const streams = [0, 1, 2].map((place) => {
      const stream = new InboundStream(place, vp8, true, now, {
        askForKeyframe: () => asked.push(place),
        askForPackets: () => undefined,
      });
      layers.put(place, stream);
      return stream;
    });

    /** Of these layers a packet comes. Which of them are let through. */
    function pass(places: readonly number[], payload: Buffer): number[] {
      now += 33;
      return places.filter((place) => {
        const stream = streams[place];
        if (!stream) return false;
        stream.heardAt = now;
        expect(packet.parse(rtp({ payloadType: 96, ssrc: place, sequence: 1, payload }), 0)).to.equal(true);
        return highest.lets(packet, stream, now);
      });
    }

    expect(pass([0, 1, 2], keyframe)).to.deep.equal([2]);
    expect(pass([0, 1, 2], interframe)).to.deep.equal([2]);
    for (let count = 0; count < 40; count++) {
      expect(pass([0, 1], interframe), 'without a keyframe').to.deep.equal([]);
    }
    expect(asked).to.deep.equal([1]);
    expect(pass([0, 1], keyframe)).to.deep.equal([1]);
    expect(pass([0, 1, 2], interframe), 'until the largest has one again').to.deep.equal([1]);
    expect(pass([0, 1, 2], keyframe))
      .to.include(2)
      .and.not.include(0);
    expect(pass([0, 1, 2], interframe)).to.deep.equal([2]);
  });
});
