import { expect } from 'chai';
import {
  writeBitrateLimit,
  writeFullIntra,
  writeNack,
  writePictureLoss,
  writeReceiverReport,
  writeSenderReport,
} from '../../../../media/embedded/rtp/rtcp.js';
import type { Peer } from '../engine.js';
import { TestEngine } from '../engine.js';
import { h264, vp8 } from '../offers.js';
import type { ReadRtp } from '../../../support/rtp.js';
import { interframe, keyframe } from '../../../support/rtp.js';

const ssrc = 0x1234;

function sendVideo(peer: Peer, from: number, to: number, payloadType = 96): void {
  for (let sequence = from; sequence <= to; sequence++) {
    peer.sends({ payloadType, ssrc, sequence, payload: sequence === from ? keyframe : interframe });
  }
}

/** Without its number in the transport: each sending has another one. */
function unnumbered(packets: readonly ReadRtp[]): unknown[] {
  return packets.map((packet) => ({ ...packet, extensions: undefined }));
}

describe('forwarding', () => {
  let engine: TestEngine;
  let publisher: Peer;

  beforeEach(() => {
    engine = new TestEngine();
    publisher = engine.publisher();
  });

  describe('from one publisher to many', () => {
    it('gives each subscriber the payload type it negotiated and the SSRC its answer announced', () => {
      const one = engine.subscriber(publisher);
      const other = engine.subscriber(publisher, { video: [{ ...vp8, payloadType: 120 }], opus: 63 });
      sendVideo(publisher, 10, 12);
      publisher.sends({ payloadType: 111, ssrc: 77, sequence: 5 });
      for (const [peer, video, audio] of [
        [one, 96, 111],
        [other, 120, 63],
      ] as const) {
        const packets = peer.received();
        expect(packets.map(({ payloadType }) => payloadType)).to.deep.equal([video, video, video, audio]);
        expect(packets.map((packet) => packet.ssrc)).to.deep.equal([
          ...Array<number>(3).fill(peer.announcedSsrc('video')),
          peer.announcedSsrc('audio'),
        ]);
        expect(packets.map(({ sequence }) => sequence)).to.deep.equal([10, 11, 12, 5]);
      }
    });

    it('leaves marker, timestamp and payload as they are and header extensions behind', () => {
      const subscriber = engine.subscriber(publisher, { feedback: [] });
      publisher.sends({
        payloadType: 96,
        ssrc,
        sequence: 1,
        timestamp: 4242,
        marker: true,
        payload: keyframe,
        transport: { id: 3, sequence: 9 },
      });
      const [packet] = subscriber.received();
      expect(packet).to.include({ extension: false, marker: true, timestamp: 4242, sequence: 1 });
      expect(packet?.payload).to.deep.equal(keyframe);
    });

    it('keeps packets of nothing but padding, so that the numbers have no gap', () => {
      const subscriber = engine.subscriber(publisher);
      sendVideo(publisher, 1, 1);
      publisher.sends({ payloadType: 96, ssrc, sequence: 2, payload: Buffer.alloc(0), paddingBytes: 20 });
      const packets = subscriber.received();
      expect(packets.map(({ sequence, padding }) => [sequence, padding])).to.deep.equal([
        [1, false],
        [2, true],
      ]);
    });

    it('drops duplicates and what is not RTP', () => {
      const subscriber = engine.subscriber(publisher);
      sendVideo(publisher, 1, 3);
      publisher.sends({ payloadType: 96, ssrc, sequence: 2, payload: interframe });
      publisher.transport.listener.rtp(Buffer.from([0x80, 1, 2]));
      publisher.transport.listener.rtp(Buffer.alloc(40));
      expect(subscriber.received().map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3]);
    });

    it('passes packets that come late in the order they come, across the wrap of the numbers', () => {
      const subscriber = engine.subscriber(publisher);
      for (const sequence of [65534, 0, 65535, 1]) {
        publisher.sends({ payloadType: 96, ssrc, sequence, payload: keyframe });
      }
      expect(subscriber.received().map(({ sequence }) => sequence)).to.deep.equal([65534, 0, 65535, 1]);
    });

    it('ignores payload types that were not agreed on', () => {
      const subscriber = engine.subscriber(publisher);
      publisher.sends({ payloadType: 97, ssrc: 5, sequence: 1, payload: keyframe });
      publisher.sends({ payloadType: 0, ssrc: 6, sequence: 1 });
      expect(subscriber.received()).to.deep.equal([]);
    });

    it('sends nothing to a subscriber after it was disconnected or released', () => {
      const disconnected = engine.subscriber(publisher);
      const released = engine.subscriber(publisher);
      sendVideo(publisher, 1, 2);
      publisher.endpoint.disconnect(disconnected.endpoint, 'VIDEO');
      engine.server.release(released.endpoint.id);
      disconnected.received();
      released.received();
      sendVideo(publisher, 3, 4);
      expect(disconnected.received()).to.deep.equal([]);
      expect(released.received()).to.deep.equal([]);
    });

    it('loops the media of an endpoint that is connected to itself', () => {
      const peer = engine.peer().negotiate({ direction: 'sendrecv' }).connect();
      peer.endpoint.connect(peer.endpoint, 'VIDEO');
      sendVideo(peer, 1, 2);
      expect(peer.received().map((packet) => packet.ssrc)).to.deep.equal(Array(2).fill(peer.announcedSsrc('video')));
    });
  });

  describe('of keyframes', () => {
    it('asks the publisher for one when a subscriber becomes connected', () => {
      sendVideo(publisher, 1, 5);
      publisher.transport.rtcp.length = 0;
      engine.now += 1000;
      engine.subscriber(publisher);
      expect(publisher.receivedRtcp('pictureLoss')).to.deep.equal([{ type: 'pictureLoss', ssrc }]);
    });

    it('begins with a keyframe', () => {
      sendVideo(publisher, 1, 5);
      const subscriber = engine.subscriber(publisher);
      publisher.sends({ payloadType: 96, ssrc, sequence: 6, payload: interframe });
      publisher.sends({ payloadType: 96, ssrc, sequence: 7, payload: keyframe });
      publisher.sends({ payloadType: 96, ssrc, sequence: 8, payload: interframe });
      expect(subscriber.received().map(({ sequence }) => sequence)).to.deep.equal([7, 8]);
    });

    it('asks again until one comes, and then no more', () => {
      sendVideo(publisher, 1, 5);
      engine.subscriber(publisher);
      engine.pass(1000);
      expect(publisher.receivedRtcp('pictureLoss').length).to.be.within(3, 4);
      sendVideo(publisher, 6, 6);
      engine.pass(1000);
      expect(publisher.receivedRtcp('pictureLoss')).to.deep.equal([]);
    });

    it('asks once for a crowd of subscribers', () => {
      sendVideo(publisher, 1, 5);
      engine.pass(1000);
      publisher.transport.rtcp.length = 0;
      for (let count = 0; count < 20; count++) engine.subscriber(publisher);
      expect(publisher.receivedRtcp('pictureLoss').length).to.equal(1);
    });

    for (const [name, write] of [
      ['a picture loss', (media: number) => writePictureLoss(1, media)],
      ['a full intra request', (media: number) => writeFullIntra(1, media, 1)],
    ] as const) {
      it(`passes ${name} of a subscriber on to the publisher, in its own words`, () => {
        const subscriber = engine.subscriber(publisher);
        sendVideo(publisher, 1, 5);
        engine.pass(1000);
        publisher.transport.rtcp.length = 0;
        subscriber.sendsRtcp(write(subscriber.announcedSsrc('video')));
        expect(publisher.receivedRtcp('pictureLoss')).to.deep.equal([{ type: 'pictureLoss', ssrc }]);
      });
    }
  });

  describe('to a subscriber whose source is replaced', () => {
    it('goes on in its numbers and its time, from a keyframe of the new source', () => {
      const subscriber = engine.subscriber(publisher);
      sendVideo(publisher, 100, 102);
      const before = subscriber.received();
      const second = engine.publisher();
      second.endpoint.connect(subscriber.endpoint, 'VIDEO');
      engine.now += 100;
      second.sends({ payloadType: 96, ssrc: 9, sequence: 60000, timestamp: 5, payload: interframe });
      second.sends({ payloadType: 96, ssrc: 9, sequence: 60001, timestamp: 3005, payload: keyframe });
      second.sends({ payloadType: 96, ssrc: 9, sequence: 60002, timestamp: 6005, payload: interframe });
      const after = subscriber.received();
      expect(after.map(({ sequence }) => sequence)).to.deep.equal([103, 104]);
      expect(after.map((packet) => packet.ssrc)).to.deep.equal(Array(2).fill(subscriber.announcedSsrc('video')));
      const last = before.at(-1)?.timestamp ?? 0;
      expect(after.map(({ timestamp }) => timestamp - last)).to.deep.equal([9000, 12000]);
    });

    it('hears nothing of the former source any more', () => {
      const subscriber = engine.subscriber(publisher);
      const second = engine.publisher();
      second.endpoint.connect(subscriber.endpoint, 'VIDEO');
      sendVideo(publisher, 1, 3);
      expect(subscriber.received()).to.deep.equal([]);
    });

    it('does the same when the publisher itself changes its SSRC', () => {
      const subscriber = engine.subscriber(publisher);
      sendVideo(publisher, 1, 3);
      publisher.sends({ payloadType: 96, ssrc: 555, sequence: 9000, payload: keyframe });
      expect(subscriber.received().map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3, 4]);
    });

    it('goes on without a gap when it was disconnected for a while', () => {
      const subscriber = engine.subscriber(publisher);
      sendVideo(publisher, 1, 3);
      publisher.endpoint.disconnect(subscriber.endpoint, 'VIDEO');
      sendVideo(publisher, 4, 50);
      publisher.endpoint.connect(subscriber.endpoint, 'VIDEO');
      sendVideo(publisher, 51, 52);
      expect(subscriber.received().map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3, 4, 5]);
    });
  });

  describe('of codecs', () => {
    it('gives a subscriber the codec of its source, whatever it would prefer', () => {
      const other = engine.publisher({ video: [h264] });
      const subscriber = engine.subscriber(other);
      sendVideo(other, 1, 1, h264.payloadType);
      other.sends({ payloadType: 102, ssrc, sequence: 2, payload: Buffer.from([0x67, 1, 2, 3]) });
      expect(subscriber.received().map(({ payloadType }) => payloadType)).to.deep.equal([102]);
      expect(/m=video 9 \S+ (\d+)/.exec(subscriber.answer)?.[1]).to.equal('102');
    });

    it('sends nothing that the subscriber cannot decode', () => {
      const subscriber = engine.subscriber(publisher, { video: [h264] });
      sendVideo(publisher, 1, 5);
      expect(subscriber.received()).to.deep.equal([]);
    });
  });

  describe('of lost packets', () => {
    it('asks the publisher at once for what is missing, again until it comes, and at most eight times', () => {
      engine.subscriber(publisher);
      sendVideo(publisher, 1, 2);
      publisher.sends({ payloadType: 96, ssrc, sequence: 5, payload: interframe });
      expect(publisher.receivedRtcp('nack')).to.deep.equal([{ type: 'nack', ssrc, sequences: [3, 4] }]);
      publisher.sends({ payloadType: 96, ssrc, sequence: 3, payload: interframe });
      engine.pass(1000);
      const again = publisher.receivedRtcp('nack');
      expect(again.length).to.equal(7);
      for (const { sequences } of again) expect(sequences).to.deep.equal([4]);
    });

    it('gives up on a wide gap and asks for a keyframe instead', () => {
      engine.subscriber(publisher);
      sendVideo(publisher, 1, 2);
      engine.pass(1000);
      publisher.transport.rtcp.length = 0;
      publisher.sends({ payloadType: 96, ssrc, sequence: 800, payload: interframe });
      const sent = publisher.transport.rtcp.map((bytes) => bytes.readUInt8(1));
      expect(sent).to.deep.equal([206]);
    });

    it('sends a subscriber again what it did not get, from what the publisher sent', () => {
      const subscriber = engine.subscriber(publisher, { repairs: false });
      sendVideo(publisher, 1, 20);
      const sent = subscriber.received();
      subscriber.sendsRtcp(writeNack(1, subscriber.announcedSsrc('video'), [7, 9]));
      expect(unnumbered(subscriber.received())).to.deep.equal(
        unnumbered(sent.filter(({ sequence }) => sequence === 7 || sequence === 9)),
      );
    });

    it('does so in the numbers of the subscriber', () => {
      const subscriber = engine.subscriber(publisher, { repairs: false });
      sendVideo(publisher, 1, 3);
      const second = engine.publisher();
      second.endpoint.connect(subscriber.endpoint, 'VIDEO');
      sendVideo(second, 500, 503);
      const sent = subscriber.received();
      subscriber.sendsRtcp(writeNack(1, subscriber.announcedSsrc('video'), [2, 5, 900]));
      expect(unnumbered(subscriber.received())).to.deep.equal(
        unnumbered(sent.filter(({ sequence }) => sequence === 5)),
      );
    });
  });

  describe('of packets that are sent again on a stream of their own (RFC 4588)', () => {
    /** What is sent again of a packet: its number, then its payload. */
    function again(sequence: number, payload: Buffer): Buffer {
      return Buffer.concat([Buffer.from([sequence >> 8, sequence & 0xff]), payload]);
    }

    it('answers a subscriber that asks on that stream, in numbers of its own, with the number the packet had', () => {
      const subscriber = engine.subscriber(publisher);
      sendVideo(publisher, 1, 20);
      const sent = subscriber.received();
      const ssrcs = [...subscriber.answer.matchAll(/a=ssrc-group:FID (\d+) (\d+)/g)].map(([, own, repair]) => [
        own,
        repair,
      ]);
      expect(ssrcs).to.have.lengthOf(1);
      expect(ssrcs[0]?.[0]).to.equal(String(subscriber.announcedSsrc('video')));
      subscriber.sendsRtcp(writeNack(1, subscriber.announcedSsrc('video'), [7, 9]));
      const packets = subscriber.received();
      expect(packets.map(({ payloadType, ssrc: from }) => [payloadType, String(from)])).to.deep.equal([
        [97, ssrcs[0]?.[1]],
        [97, ssrcs[0]?.[1]],
      ]);
      expect((packets[1]?.sequence ?? 0) - (packets[0]?.sequence ?? 0)).to.equal(1);
      for (const [index, original] of [7, 9].entries()) {
        const first = sent.find(({ sequence }) => sequence === original);
        expect(packets[index]?.payload).to.deep.equal(again(original, first?.payload ?? Buffer.alloc(0)));
        expect(packets[index]?.timestamp).to.equal(first?.timestamp);
      }
    });

    it('does not spoil what it keeps: the next receiver that asks gets the same', () => {
      const [one, other] = [engine.subscriber(publisher), engine.subscriber(publisher, { repairs: false })];
      sendVideo(publisher, 1, 20);
      const sent = other.received();
      one.sendsRtcp(writeNack(1, one.announcedSsrc('video'), [7]));
      other.sendsRtcp(writeNack(1, other.announcedSsrc('video'), [7]));
      expect(unnumbered(other.received())).to.deep.equal(unnumbered(sent.filter(({ sequence }) => sequence === 7)));
    });

    it('takes what the publisher sends again for what it was, once', () => {
      const subscriber = engine.subscriber(publisher);
      sendVideo(publisher, 1, 2);
      publisher.sends({ payloadType: 96, ssrc, sequence: 4, payload: interframe });
      subscriber.received();
      const lost = { payloadType: 97, ssrc: 99, sequence: 500, timestamp: 9000, payload: again(3, interframe) };
      publisher.sends(lost);
      publisher.sends({ ...lost, sequence: 501 });
      const packets = subscriber.received();
      expect(packets.map(({ payloadType, sequence, timestamp }) => [payloadType, sequence, timestamp])).to.deep.equal([
        [96, 3, 9000],
      ]);
      expect(packets[0]?.payload).to.deep.equal(interframe);
      expect(packets[0]?.ssrc).to.equal(subscriber.announcedSsrc('video'));
    });

    it('passes over what is sent again before anything was sent, and padding by which browsers try the bandwidth', () => {
      const subscriber = engine.subscriber(publisher);
      publisher.sends({ payloadType: 97, ssrc: 99, sequence: 1, payload: again(1, keyframe) });
      sendVideo(publisher, 1, 1);
      publisher.sends({ payloadType: 97, ssrc: 99, sequence: 2, payload: Buffer.alloc(0), paddingBytes: 200 });
      publisher.sends({ payloadType: 97, ssrc: 99, sequence: 3, payload: Buffer.alloc(1) });
      expect(subscriber.received().map(({ sequence }) => sequence)).to.deep.equal([1]);
    });
  });

  describe('of reports', () => {
    it('passes the sender report of the publisher on, in the terms of the subscriber', () => {
      const subscriber = engine.subscriber(publisher);
      sendVideo(publisher, 1, 3);
      publisher.sendsRtcp(writeSenderReport({ ssrc, ntpHigh: 11, ntpLow: 22, timestamp: 33 }, 3, 15, 'ann'));
      const [packet] = subscriber.receivedRtcp('senderReport');
      expect(packet?.report).to.deep.equal({
        ssrc: subscriber.announcedSsrc('video'),
        ntpHigh: 11,
        ntpLow: 22,
        timestamp: 33,
      });
    });

    it('tells the publisher what was lost', () => {
      sendVideo(publisher, 1, 5);
      for (let sequence = 11; sequence <= 15; sequence++) {
        publisher.sends({ payloadType: 96, ssrc, sequence, payload: interframe });
      }
      engine.pass(1100);
      const blocks = publisher.receivedRtcp('receiverReport').flatMap((packet) => packet.blocks);
      expect(blocks[0]).to.include({
        ssrc,
        packetsLost: 5,
        highestSequence: 15,
        fractionLost: Math.floor((5 * 256) / 15),
      });
    });

    it('knows from the reports of a subscriber how long a round trip takes', () => {
      const subscriber = engine.subscriber(publisher);
      sendVideo(publisher, 1, 3);
      publisher.sendsRtcp(
        writeSenderReport({ ssrc, ntpHigh: 0x0001abcd, ntpLow: 0x12340000, timestamp: 33 }, 3, 15, 'ann'),
      );
      engine.now += 80;
      const block = {
        ssrc: subscriber.announcedSsrc('video'),
        fractionLost: 128,
        packetsLost: 4,
        highestSequence: 3,
        jitter: 0,
        lastReport: 0xabcd1234,
        delay: 0.03 * 65536,
      };
      subscriber.sendsRtcp(writeReceiverReport(1, [block]));
      const stats = Object.values(subscriber.endpoint.stats('VIDEO') ?? {}).find(
        (entry) => (entry as { type: string }).type === 'outboundrtp',
      ) as { roundTripTime: number; packetsLost: number; fractionLost: number };
      expect(stats.roundTripTime).to.be.closeTo(0.05, 0.001);
      expect(stats).to.include({ packetsLost: 4, fractionLost: 0.5 });
    });

    it('feeds the bandwidth estimation of a publisher that numbers its packets', () => {
      for (let sequence = 0; sequence < 5; sequence++) {
        publisher.sends({ payloadType: 96, ssrc, sequence, payload: keyframe, transport: { id: 3, sequence } });
      }
      publisher.transport.rtcp.length = 0;
      engine.pass(50);
      const feedback = publisher.transport.rtcp.filter((bytes) => bytes[1] === 205 && ((bytes[0] ?? 0) & 0x1f) === 15);
      expect(feedback.length).to.equal(1);
      expect(feedback[0]?.readUInt16BE(14), 'packets covered').to.equal(5);
    });

    it('names a limit to a publisher that has no other estimation', () => {
      const old = engine.publisher({ feedback: ['nack', 'nack pli', 'goog-remb'] });
      sendVideo(old, 1, 1);
      engine.pass(500);
      expect(old.receivedRtcp('bitrateLimit').map(({ bitrate }) => bitrate)).to.deep.equal([2_500_000]);
    });

    it('names to a publisher what the fastest of its subscribers can take, and lifts it when that is unknown', () => {
      const [slow, fast] = [engine.subscriber(publisher), engine.subscriber(publisher)];
      sendVideo(publisher, 1, 1);
      const limits = (): number[] => {
        engine.pass(500);
        return publisher.receivedRtcp('bitrateLimit').map(({ bitrate }) => bitrate);
      };
      slow.sendsRtcp(writeBitrateLimit(1, 200_000, [slow.announcedSsrc('video')]));
      expect(limits(), 'nobody knows yet what the other one can take').to.deep.equal([]);
      fast.sendsRtcp(writeBitrateLimit(1, 1_000_000, [fast.announcedSsrc('video')]));
      expect(limits()).to.deep.equal([1_000_000]);
      fast.endpoint.release();
      expect(limits()).to.deep.equal([200_000]);
      engine.pass(5000);
      publisher.receivedRtcp('bitrateLimit');
      expect(limits(), 'what was said long ago counts no more, and the limit is lifted once').to.deep.equal([]);
    });

    it('lifts a limit that is there no more', () => {
      const subscriber = engine.subscriber(publisher);
      sendVideo(publisher, 1, 1);
      subscriber.sendsRtcp(writeBitrateLimit(1, 400_000, [subscriber.announcedSsrc('video')]));
      engine.pass(500);
      subscriber.endpoint.release();
      engine.pass(500);
      const [limit, lifted] = publisher.receivedRtcp('bitrateLimit').map(({ bitrate }) => bitrate);
      expect(limit).to.equal(400_000);
      expect(lifted).to.be.greaterThan(100_000_000);
    });

    it('names the most that any subscriber may get, where the application has set that for all of them', () => {
      const limits = (): (number | undefined)[] => {
        engine.pass(500);
        return publisher.receivedRtcp('bitrateLimit').map(({ bitrate }) => bitrate);
      };
      const [one, other] = [engine.subscriber(publisher), engine.subscriber(publisher)];
      sendVideo(publisher, 1, 1);
      one.endpoint.invoke('setMaxVideoSendBandwidth', { maxVideoSendBandwidth: 300 });
      expect(limits(), 'the other one has none').to.deep.equal([]);
      other.endpoint.invoke('setMaxVideoSendBandwidth', { maxVideoSendBandwidth: 700 });
      expect(limits()).to.deep.equal([700_000]);
      other.sendsRtcp(writeBitrateLimit(1, 500_000, [other.announcedSsrc('video')]));
      expect(limits()).to.deep.equal([500_000]);
      other.endpoint.invoke('setMaxVideoSendBandwidth', { maxVideoSendBandwidth: 0 });
      other.endpoint.release();
      expect(limits()).to.deep.equal([300_000]);
    });

    it('names the limit the application set', () => {
      publisher.endpoint.settings.maxVideoRecvBandwidth = 800;
      sendVideo(publisher, 1, 1);
      engine.pass(500);
      expect(publisher.receivedRtcp('bitrateLimit').map(({ bitrate }) => bitrate)).to.deep.equal([800_000]);
    });
  });
});
