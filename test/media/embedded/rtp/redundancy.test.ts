import { expect } from 'chai';
import fc from 'fast-check';
import { readRedundant, withRepeated } from '../../../../media/embedded/rtp/redundancy.js';
import type { Peer } from '../engine.js';
import { TestEngine } from '../engine.js';
import type { OfferOptions } from '../offers.js';

const ssrc = 77;
const red = 63;
const red63 = { audioLines: ['a=rtpmap:63 red/48000/2', 'a=fmtp:63 111/111'] };
/** Of a client that wants copies of earlier packets, and of one that only can read them, as browsers are by default. */
const wants: OfferOptions = { ...red63, audio: [red, 111, 0] };
const reads: OfferOptions = { ...red63, audio: [111, red, 0] };

/** What the packet of this number says. */
const says = (sequence: number): Buffer => Buffer.from([0xf8, 0xff, sequence & 0xff]);

/** RED as a browser sends it: the packets before, the oldest first, then the packet itself. */
function redundant(sequence: number, before: number): Buffer {
  const back = Array.from({ length: before }, (_, index) => before - index);
  const heads = back.map((each) => {
    const head = Buffer.alloc(4);
    head[0] = 0x80 | 111;
    head.writeUIntBE(each * 960 * 0x400 + 3, 1, 3);
    return head;
  });
  return Buffer.concat([...heads, Buffer.from([111]), ...back.map((each) => says(sequence - each)), says(sequence)]);
}

describe('sound with copies of earlier packets', () => {
  let engine: TestEngine;

  beforeEach(() => {
    engine = new TestEngine();
  });

  function sendsRedundant(peer: Peer, sequence: number, before = 1): void {
    const payload = redundant(sequence, before);
    peer.sends({ payloadType: red, ssrc, sequence, timestamp: sequence * 960, payload });
  }

  function sends(peer: Peer, sequence: number): void {
    peer.sends({ payloadType: 111, ssrc, sequence, timestamp: sequence * 960, payload: says(sequence) });
  }

  const formats = (answer: string): string => /^m=audio \d+ \S+ (.*)$/m.exec(answer)?.[1] ?? '';

  it('is agreed with publishers in their order, and with receivers that want it', () => {
    expect(formats(engine.publisher(wants).answer)).to.equal('63 111');
    expect(formats(engine.publisher(reads).answer)).to.equal('111 63');
    const publisher = engine.publisher();
    expect(formats(publisher.answer)).to.equal('111');
    expect(formats(engine.subscriber(publisher, wants).answer)).to.equal('63 111 0');
    expect(formats(engine.subscriber(publisher, reads).answer)).to.equal('111 0');
  });

  for (const [what, parameters] of [
    ['of another codec', '0/0'],
    ['of several', '111/0'],
    ['of nothing', ''],
  ] as const) {
    it(`is not agreed when it is ${what}`, () => {
      const audioLines = ['a=rtpmap:63 red/48000/2', ...(parameters ? [`a=fmtp:63 ${parameters}`] : [])];
      expect(formats(engine.publisher({ ...wants, audioLines }).answer)).to.equal('111');
    });
  }

  it('is plain Opus to receivers that have no more, and what was lost on the way to us is there', () => {
    const publisher = engine.publisher(wants);
    const subscriber = engine.subscriber(publisher);
    for (const sequence of [1, 2, 5, 6]) sendsRedundant(publisher, sequence, 2);
    const packets = subscriber.received();
    expect(packets.map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3, 4, 5, 6]);
    for (const { payload, payloadType, sequence, timestamp } of packets) {
      expect(payloadType).to.equal(111);
      expect(payload).to.deep.equal(says(sequence));
      expect(timestamp).to.equal(sequence * 960);
    }
  });

  it('goes to receivers that want it, whatever the publisher sends', () => {
    const publisher = engine.publisher(reads);
    const subscriber = engine.subscriber(publisher, wants);
    for (const sequence of [1, 2, 3]) sends(publisher, sequence);
    const [first, ...others] = subscriber.received();
    expect(first).to.deep.include({ payloadType: 111, payload: says(1) });
    for (const { payloadType, payload, sequence } of others) {
      expect(payloadType).to.equal(red);
      expect(payload).to.deep.equal(redundant(sequence, 1));
    }
  });

  it('has copies of nothing after a pause, which is too long to be told', () => {
    const publisher = engine.publisher();
    const subscriber = engine.subscriber(publisher, wants);
    sends(publisher, 1);
    publisher.sends({ payloadType: 111, ssrc, sequence: 2, timestamp: 960 + 48_000, payload: says(2) });
    expect(subscriber.received().map(({ payloadType }) => payloadType)).to.deep.equal([111, 111]);
  });

  it('is passed over when it cannot be read', () => {
    const publisher = engine.publisher(wants);
    const subscriber = engine.subscriber(publisher);
    for (const payload of ['', 'ef', 'ef000003', 'ef0f00036f', '6f', 'ef0f00036f010203', '00f8fffe']) {
      publisher.sends({ payloadType: red, ssrc, sequence: 1, payload: Buffer.from(payload, 'hex') });
    }
    expect(subscriber.received()).to.deep.equal([]);
  });

  it('is read as it was written', () => {
    const bytes = (max: number) => fc.uint8Array({ minLength: 1, maxLength: max }).map((all) => Buffer.from(all));
    fc.assert(
      fc.property(bytes(1023), bytes(1200), fc.integer({ min: 1, max: 0x3fff }), (former, own, ago) => {
        const [one, other] = [former, own].map((each) => Buffer.concat([Buffer.alloc(12), each]));
        const packet = one && other && withRepeated(other, one, ago, 111, 12);
        const read = packet && readRedundant(packet, 111);
        expect(read?.repeated.map((each) => ({ ...each, payload: Buffer.from(each.payload) }))).to.deep.equal([
          { back: 1, ago, payload: former },
        ]);
        expect(packet?.subarray(read?.start)).to.deep.equal(own);
      }),
      { numRuns: 50 },
    );
  });
});
