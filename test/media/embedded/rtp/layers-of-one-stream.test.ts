import { expect } from 'chai';
import { TestEngine } from '../engine.js';
import { av1, vp9 } from '../offers.js';

/**
 * A picture of three layers, in one stream and with one timestamp: the first bytes of their packets. The lowest layer of a keyframe is
 * the only one that a decoder can begin with.
 */
const pictures = {
  VP9: {
    offered: vp9,
    key: ['a8 81 23 00 05', 'e8 81 23 03 05', 'e8 81 23 05 05'],
    other: ['e8 81 24 00 06', 'e8 81 24 03 06', 'e8 81 24 05 06'],
  },
  AV1: {
    offered: av1,
    key: ['18 0a 0b', '10 34 08', '10 34 10'],
    other: ['10 34 00', '10 34 08', '10 34 10'],
  },
} as const;

describe('several layers in one stream', () => {
  for (const [name, { offered, key, other }] of Object.entries(pictures)) {
    it(`of ${name} are passed on whole, from the lowest of a keyframe on`, () => {
      const engine = new TestEngine();
      const publisher = engine.publisher({ video: [offered] });
      const subscriber = engine.subscriber(publisher, { video: [offered] });
      const { payloadType } = offered;
      const sent = [...other, ...key, ...other].map((bytes, sequence) => {
        const payload = Buffer.from(bytes.replaceAll(' ', ''), 'hex');
        const [timestamp, marker] = [Math.floor(sequence / 3) * 3000, sequence % 3 === 2];
        publisher.sends({ payloadType, ssrc: 9, sequence, timestamp, marker, payload: Buffer.from(payload) });
        return { timestamp, marker, payload };
      });
      const received = subscriber.received().map(({ timestamp, marker, payload }) => ({ timestamp, marker, payload }));
      expect(received).to.deep.equal(sent.slice(3));
    });
  }
});
