import { expect } from 'chai';
import { writeNack } from '../../../../media/embedded/rtp/rtcp.js';
import type { ReadRtp } from '../../../support/rtp.js';
import type { Peer } from '../engine.js';
import { TestEngine } from '../engine.js';
import type { OfferOptions } from '../offers.js';
import { av1, descriptorName, vp8 } from '../offers.js';

/** AV1 RTP §4.4: the first byte says that a sequence begins. */
const key = Buffer.from('18' + '0a0b00', 'hex');
const inter = Buffer.from('10' + '320100', 'hex');
const longText = 'a structure of templates';

describe('the description of pictures of AV1', () => {
  let engine: TestEngine;
  let pictures: number;
  const publishing: OfferOptions = { video: [av1], descriptor: 12 };

  beforeEach(() => {
    engine = new TestEngine();
    pictures = 0;
  });

  /** A picture whose description says this number, and at a keyframe more. */
  function send(publisher: Peer, number: number, isKey = false): void {
    pictures += 1;
    const text = `@${String.fromCharCode(number >> 8, number & 0xff)}${isKey ? longText : ''}`;
    publisher.sends({
      ...{ payloadType: 45, ssrc: 9, sequence: pictures, payload: isKey ? key : inter },
      ...{ layerName: { id: 12, text }, twoByteExtensions: true },
    });
  }

  const numbersOf = (packets: readonly ReadRtp[], id: number): (number | undefined)[] =>
    packets.map(({ extensions }) => extensions.get(id)?.readUInt16BE(1));

  it('goes to each receiver that takes it, by its own id, whole, beside the number in the transport', () => {
    const publisher = engine.publisher(publishing);
    const [one, other] = [9, 20].map((descriptor) => engine.subscriber(publisher, { video: [vp8, av1], descriptor }));
    const plain = engine.subscriber(publisher, { video: [vp8, av1], feedback: [] });
    for (const { answer } of [publisher, one, other].flatMap((peer) => peer ?? [])) {
      expect(answer).to.include(descriptorName).and.include('a=extmap-allow-mixed');
    }
    expect(plain.answer).to.not.include(descriptorName);
    send(publisher, 5, true);
    send(publisher, 6);
    for (const [peer, id] of [
      [one, 9],
      [other, 20],
    ] as const) {
      const packets = peer?.received() ?? [];
      expect(numbersOf(packets, id)).to.deep.equal([5, 6]);
      expect(packets[0]?.extensions.get(id)?.toString('latin1').slice(3)).to.equal(longText);
      expect(packets.map(({ extensions }) => extensions.get(3)?.readUInt16BE(0))).to.deep.equal([0, 1]);
      expect(packets.map(({ payload }) => payload.toString('hex'))).to.deep.equal(
        [key, inter].map((each) => each.toString('hex')),
      );
    }
    const packets = plain.received();
    expect([packets.length, packets.every(({ extensions }) => extensions.size === 0)]).to.deep.equal([2, true]);
  });

  it('numbers pictures on when the source changes', () => {
    const [first, second] = [engine.publisher(publishing), engine.publisher(publishing)];
    const subscriber = engine.subscriber(first, { video: [av1], descriptor: 9 });
    send(first, 100, true);
    send(first, 101);
    second.endpoint.connect(subscriber.endpoint, 'VIDEO');
    send(second, 3, true);
    send(second, 5);
    first.endpoint.connect(subscriber.endpoint, 'VIDEO');
    send(first, 0x7f7f, true);
    expect(numbersOf(subscriber.received(), 9)).to.deep.equal([100, 101, 102, 104, 105]);
  });

  it('is in packets that are sent again', () => {
    const publisher = engine.publisher(publishing);
    const subscriber = engine.subscriber(publisher, { video: [av1], descriptor: 9 });
    const [bare] = [engine.subscriber(publisher, { video: [av1], descriptor: 9, repairs: false })];
    send(publisher, 1, true);
    send(publisher, 2);
    for (const peer of [subscriber, bare]) {
      const [, lost] = peer.received();
      peer.sendsRtcp(writeNack(1, peer.announcedSsrc('video'), [lost?.sequence ?? 0]));
      const [again] = peer.received();
      expect(numbersOf(again ? [again] : [], 9)).to.deep.equal([2]);
      const sequence = again?.payloadType === 46 ? again.payload.readUInt16BE(0) : again?.sequence;
      expect(sequence).to.equal(lost?.sequence);
    }
  });

  it('is not agreed to for other codecs, or with those that mix no extensions', () => {
    for (const options of [
      { video: [vp8], descriptor: 12 },
      { video: [av1], descriptor: 12, mixes: false },
      { video: [av1] },
    ]) {
      expect(engine.publisher(options).answer).to.not.include(descriptorName);
    }
  });
});
