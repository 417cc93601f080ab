import { expect } from 'chai';
import fc from 'fast-check';
import { writeNack } from '../../../../media/embedded/rtp/rtcp.js';
import {
  headerSize,
  numberedHeaderSize,
  RtpPacket,
  writeNumberedHeader,
} from '../../../../media/embedded/rtp/rtp-packet.js';
import { TransportFeedback } from '../../../../media/embedded/rtp/transport-feedback.js';
import type { ReadRtp } from '../../../support/rtp.js';
import { interframe, keyframe } from '../../../support/rtp.js';
import type { Peer } from '../engine.js';
import { TestEngine } from '../engine.js';

const extension = 3;
const ssrc = 0x1234;

function numberOf({ extensions }: ReadRtp): number | undefined {
  return extensions.get(extension)?.readUInt16BE(0);
}

describe('packets with a number of their transport', () => {
  let engine: TestEngine;
  let publisher: Peer;
  let pictures: number;

  beforeEach(() => {
    pictures = 0;
    engine = new TestEngine();
    publisher = engine.publisher();
  });

  /** Video of one picture after another, and audio after each. */
  function sendMedia(from: number, to: number, transport?: { readonly id: number; readonly sequence: number }): void {
    for (let sequence = from; sequence <= to; sequence++) {
      const numbered = transport ? { transport } : {};
      publisher.sends({
        payloadType: 96,
        ssrc,
        sequence,
        payload: sequence === 1 ? keyframe : interframe,
        ...numbered,
      });
      publisher.sends({ payloadType: 111, ssrc: 77, sequence, ...numbered });
    }
  }

  it('are numbered over all streams of the transport, retransmissions too', () => {
    const subscriber = engine.subscriber(publisher);
    sendMedia(1, 3);
    subscriber.sendsRtcp(writeNack(1, subscriber.announcedSsrc('video'), [2]));
    const packets = subscriber.received();
    expect(packets.map(({ payloadType }) => payloadType)).to.deep.equal([96, 111, 96, 111, 96, 111, 97]);
    expect(packets.map(numberOf)).to.deep.equal([0, 1, 2, 3, 4, 5, 6]);
  });

  it('are the same to receivers with and without numbers, whether their publisher numbers them or not', () => {
    const one = engine.subscriber(publisher);
    const plain = engine.subscriber(publisher, { feedback: [] });
    const other = engine.subscriber(publisher);
    sendMedia(1, 2);
    sendMedia(3, 4, { id: extension, sequence: 9 });
    const video = ({ payloadType }: ReadRtp): boolean => payloadType === 96;
    const [numbered, unnumbered, again] = [one, plain, other].map((peer) => peer.received().filter(video));
    expect(unnumbered?.map((packet) => packet.extension)).to.deep.equal(Array(4).fill(false));
    const contents = (packets: ReadRtp[] = []): unknown[] =>
      packets.map(({ payload, sequence, timestamp, marker }) => ({ payload, sequence, timestamp, marker }));
    expect(contents(numbered)).to.deep.equal(contents(unnumbered));
    expect(contents(again)).to.deep.equal(contents(unnumbered));
    expect(unnumbered?.map(({ payload }) => payload)).to.deep.equal([keyframe, interframe, interframe, interframe]);
  });

  it('can be read, for every id', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 255 }), fc.nat(70_000), fc.boolean(), (id, number, marker) => {
        const bytes = Buffer.concat([Buffer.alloc(numberedHeaderSize), interframe]);
        writeNumberedHeader(bytes, false, marker, 96, 70_001, 90_000, 5, id, number);
        const packet = new RtpPacket();
        expect(packet.parse(bytes, id)).to.equal(true);
        expect(packet).to.include({ marker, payloadType: 96, sequence: 70_001 & 0xffff, timestamp: 90_000, ssrc: 5 });
        expect(packet.transportSequence).to.equal(number & 0xffff);
        expect(packet.body.subarray(headerSize)).to.deep.equal(interframe);
      }),
    );
  });

  /** Pictures of 30 a second for some time. @param delay of a packet that is sent at this time. @returns how many came again */
  function watch(subscriber: Peer, ms: number, delay: (at: number) => number): number {
    let repeats = 0;
    const feedback = new TransportFeedback();
    const began = engine.now;
    for (; engine.now < began + ms; pictures++) {
      const payload = Buffer.concat([pictures === 0 ? keyframe : interframe, Buffer.alloc(1000)]);
      publisher.sends({ payloadType: 96, ssrc, sequence: pictures, payload });
      for (const packet of subscriber.received()) {
        feedback.arrived(numberOf(packet) ?? 0, engine.now + delay(engine.now - began));
        if (packet.payloadType === 97) repeats += 1;
      }
      engine.pass(33);
      for (const message of feedback.take(1, 2)) subscriber.sendsRtcp(message);
    }
    return repeats;
  }

  /** What the publisher may send, in bit/s. */
  function limits(): number[] {
    return publisher.receivedRtcp('bitrateLimit').map(({ bitrate }) => bitrate);
  }

  function targetOf(subscriber: Peer): number | undefined {
    const entries = Object.values(subscriber.endpoint.stats('VIDEO') ?? {}) as {
      type: string;
      targetBitrate: number;
    }[];
    return entries.find(({ type }) => type === 'outboundrtp')?.targetBitrate;
  }

  it('limit their publisher to what comes through, once the queue on the way grows', () => {
    const subscriber = engine.subscriber(publisher);
    watch(subscriber, 2000, () => 20);
    expect(limits(), 'nothing shows a limit').to.deep.equal([]);
    expect(targetOf(subscriber)).to.be.at.least(250_000);
    // Half of what is sent comes through: each packet takes twice as long as the time between two.
    watch(subscriber, 3000, (at) => 20 + at);
    const limit = limits().at(-1);
    expect(limit).to.be.within(90_000, 200_000);
    expect(targetOf(subscriber)).to.be.below(200_000);
  });

  it('are sent again as probes while a limit holds', () => {
    const subscriber = engine.subscriber(publisher);
    watch(subscriber, 2000, () => 20);
    watch(subscriber, 3000, (at) => 20 + at);
    // The picture has stopped by then, so a part of them is padding, in small packets.
    expect(watch(subscriber, 10_000, () => 20)).to.be.within(5, 600);
    expect(targetOf(subscriber)).to.be.at.least(1_000_000);
  });
});
