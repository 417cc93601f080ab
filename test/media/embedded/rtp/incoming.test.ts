import { expect } from 'chai';
import type { Codec } from '../../../../media/embedded/codecs/codec.js';
import { opus } from '../../../../media/embedded/codecs/opus.js';
import { vp8 } from '../../../../media/embedded/codecs/vp8.js';
import { Incoming } from '../../../../media/embedded/rtp/incoming.js';
import { parseRtcp } from '../../../../media/embedded/rtp/rtcp.js';
import { RtpPacket } from '../../../../media/embedded/rtp/rtp-packet.js';
import type { AgreedMedia } from '../../../../media/embedded/sdp/agreement.js';
import type { StreamGroups } from '../../../../media/embedded/sdp/stream-groups.js';
import { parseStreamGroups } from '../../../../media/embedded/sdp/stream-groups.js';
import type { RtpFields } from '../../../support/rtp.js';
import { rtp } from '../../../support/rtp.js';

function section(codec: Codec, feedback: readonly string[], groups: StreamGroups = noGroups): AgreedMedia {
  const { kind } = codec;
  const { payloadType, parameters, repairType } = codec.offer;
  const codecs = [{ codec, payloadType, parameters, feedback, repairType }];
  return { kind, direction: 'recvonly', codecs, transportExtension: 0, sentExtension: 0, groups };
}

const noGroups: StreamGroups = { repaired: new Map(), layers: [] };

describe('the streams of one endpoint', () => {
  let incoming: Incoming;
  let sent: Buffer[];
  let videoFeedback: string[];
  let groups: StreamGroups;
  let now: number;

  beforeEach(() => {
    now = 1000;
    groups = noGroups;
    videoFeedback = ['nack', 'nack pli', 'ccm fir'];
    start();
  });

  function start(): void {
    sent = [];
    incoming = new Incoming({
      media: [section(vp8, videoFeedback, groups), section(opus, [])],
      ownSsrc: 1,
      sendRtcp: (packet) => sent.push(packet),
    });
  }

  /** The SSRC of the stream to which a packet that is passed on belongs. */
  function take(fields: RtpFields): number | undefined {
    const packet = new RtpPacket();
    expect(packet.parse(rtp(fields), 0)).to.equal(true);
    return incoming.take(packet, now)?.ssrc;
  }

  const video = (ssrc: number, sequence: number): number | undefined => take({ payloadType: 96, ssrc, sequence });
  const audio = (ssrc: number, sequence: number): number | undefined => take({ payloadType: 111, ssrc, sequence });

  it('are listed with the audio first, whichever comes first', () => {
    expect(video(7, 1)).to.equal(7);
    expect(audio(8, 1)).to.equal(8);
    expect(incoming.current.map(({ ssrc }) => ssrc)).to.deep.equal([8, 7]);
  });

  it('pass each packet on once, and none of a payload type that was not agreed', () => {
    expect([video(7, 1), video(7, 1), video(7, 2)]).to.deep.equal([7, undefined, 7]);
    expect(take({ payloadType: 100, ssrc: 9, sequence: 1 })).to.equal(undefined);
    expect(incoming.current.map(({ ssrc }) => ssrc)).to.deep.equal([7]);
  });

  it('pass nothing on of a stream that was replaced by another of its kind', () => {
    expect([video(7, 1), video(8, 1), video(7, 2), video(8, 2)]).to.deep.equal([7, 8, undefined, 8]);
    expect(audio(9, 1)).to.equal(9);
    expect(incoming.current.map(({ ssrc }) => ssrc)).to.deep.equal([9, 8]);
  });

  it('forget the oldest of five: when it comes back it is new', () => {
    expect([1, 2, 3, 4, 5].map((ssrc) => video(ssrc, 1))).to.deep.equal([1, 2, 3, 4, 5]);
    expect([video(2, 2), video(1, 2)]).to.deep.equal([undefined, 1]);
  });

  it('ignore a packet whose payload type is not that of its stream', () => {
    expect([video(7, 1), audio(7, 2)]).to.deep.equal([7, undefined]);
  });

  it('take a retransmission for the packet it was', () => {
    expect([video(7, 1), video(7, 3)]).to.deep.equal([7, 7]);
    const payload = Buffer.from([0, 2, 0x10, 0x01]);
    expect(take({ payloadType: 97, ssrc: 70, sequence: 1, payload })).to.equal(7);
    expect(video(7, 2)).to.equal(undefined);
    expect(incoming.current.map(({ counters }) => counters.repairs)).to.deep.equal([1]);
  });

  /** Feeds one packet of each stream every 20 ms. Returns the last one that was passed on in each step. */
  function feed(steps: number, ...ssrcs: readonly number[]): (number | undefined)[] {
    return Array.from({ length: steps }, () => {
      now += 20;
      const passed = ssrcs.map((ssrc) => video(ssrc, numberOf(ssrc)));
      return passed.find((ssrc) => ssrc !== undefined);
    });
  }

  const numbers = new Map<number, number>();
  function numberOf(ssrc: number): number {
    const number = (numbers.get(ssrc) ?? 0) + 1;
    numbers.set(ssrc, number);
    return number;
  }

  const requests = () => sent.splice(0).flatMap((bytes) => parseRtcp(bytes));

  it('pass a stream on again that gave way to another, when that one has ended', () => {
    feed(5, 7);
    expect(feed(50, 8)).to.deep.equal(new Array(50).fill(8));
    sent = [];
    const back = feed(60, 7);
    expect(back.slice(50)).to.deep.equal(new Array(10).fill(7));
    expect(requests()).to.deep.include({ type: 'pictureLoss', ssrc: 7 });
    expect(incoming.current.map(({ ssrc }) => ssrc)).to.deep.equal([7]);
  });

  it('keep the one of several that was chosen, as long as it sends', () => {
    feed(1, 7, 8, 9);
    expect(feed(200, 7, 8, 9)).to.deep.equal(new Array(200).fill(9));
    const pause = feed(60, 7, 8);
    expect(pause.slice(50)).to.deep.equal(new Array(10).fill(7));
    expect(feed(100, 7, 8, 9)).to.deep.equal(new Array(100).fill(7));
  });

  it('keep the chosen one when all of them were silent for a while', () => {
    feed(10, 7, 8);
    now += 300;
    expect(feed(50, 7, 8)).to.deep.equal(new Array(50).fill(8));
  });

  it('number the pictures of a stream after those of the one before it', () => {
    const descriptors: string[] = [];
    const picture = (ssrc: number, sequence: number, descriptor: string): void => {
      const packet = new RtpPacket();
      const payload = Buffer.from(`${descriptor}00`, 'hex');
      expect(packet.parse(rtp({ payloadType: 96, ssrc, sequence, payload }), 0)).to.equal(true);
      if (incoming.take(packet, now)) descriptors.push(packet.body.toString('hex', 12, 17));
    };
    // RFC 7741 §4.2: 90 c0, then M and 15 bits of picture number, then the number of the lowest layer.
    picture(7, 1, '90c0fffeff');
    picture(8, 1, '90c0800510');
    picture(8, 2, '90c0800611');
    now += 2000;
    picture(7, 2, '90c0ffff00');
    picture(7, 3, '90c0800001');
    expect(descriptors).to.deep.equal(['90c0fffeff', '90c0ffff00', '90c0800001', '90c0800102', '90c0800203']);
  });

  it('take a stream back at once when the current one has been silent for long', () => {
    feed(5, 7);
    feed(5, 8);
    now += 2000;
    expect(feed(1, 7)).to.deep.equal([7]);
  });

  it('do not take padding for a stream that sends', () => {
    feed(1, 7);
    feed(1, 8);
    for (let step = 0; step < 100; step++) {
      now += 20;
      const padding = { payloadType: 96, ssrc: 7, sequence: numberOf(7), payload: Buffer.alloc(0), paddingBytes: 200 };
      expect(take(padding)).to.equal(undefined);
    }
    expect(incoming.current.map(({ ssrc }) => ssrc)).to.deep.equal([8]);
  });

  it('pass on all layers of a picture, and of more than three the largest', () => {
    groups = { repaired: new Map(), layers: [[7, 8, 9]] };
    start();
    expect([video(9, 1), video(7, 1), video(8, 1), video(9, 2)]).to.deep.equal([9, 7, 8, 9]);
    expect(audio(5, 1)).to.equal(5);
    expect(incoming.current.map(({ ssrc }) => ssrc)).to.deep.equal([5, 7, 8, 9]);
    expect(parseStreamGroups(['SIM 5 6 7 8 9']).layers).to.deep.equal([[7, 8, 9]]);
  });

  it('pass nothing more on of a stream that gave way to layers', () => {
    groups = { repaired: new Map(), layers: [[7, 8, 9]] };
    start();
    expect([video(3, 1), video(7, 1), video(3, 2), video(7, 2)]).to.deep.equal([3, 7, undefined, 7]);
  });

  it('ask for no packets of a stream that is not passed on', () => {
    video(7, 1);
    video(8, 1);
    sent = [];
    video(7, 9);
    expect(requests()).to.deep.equal([]);
  });

  it('take a retransmission for a packet of the stream that the offer says', () => {
    groups = {
      repaired: new Map([
        [70, 7],
        [80, 8],
      ]),
      layers: [],
    };
    start();
    feed(5, 7);
    const before = numbers.get(8) ?? 0;
    feed(1, 8);
    for (let number = 100; number < 105; number++) {
      const payload = Buffer.from([0, number, 0x10, 0x01]);
      expect(take({ payloadType: 97, ssrc: 70, sequence: number, payload })).to.equal(undefined);
    }
    expect(feed(50, 8)).to.deep.equal(new Array(50).fill(8));
    expect(numbers.get(8)).to.equal(before + 51);
  });

  it('take a retransmission that no offer names for the missing packet that it fits, and else for none', () => {
    video(7, 1);
    video(8, 1);
    const again = (number: number) => {
      const payload = Buffer.concat([Buffer.from([number >> 8, number & 0xff]), Buffer.from([0x10, 0x01])]);
      return take({ payloadType: 97, ssrc: 70, sequence: number, payload });
    };
    expect([0xfff0, 90, 91, 92].map(again)).to.deep.equal([undefined, undefined, undefined, undefined]);
    expect(video(8, 4)).to.equal(8);
    expect([again(2), again(2), again(5), again(3)]).to.deep.equal([8, undefined, undefined, 8]);
    expect([video(8, 5), video(8, 6)]).to.deep.equal([8, 8]);
  });

  for (const [feedback, expected] of [
    [['nack', 'nack pli', 'ccm fir'], 'pictureLoss'],
    [['ccm fir'], 'fullIntra'],
  ] as const) {
    it(`ask for a keyframe by ${expected} when the sender takes ${feedback.join(', ')}`, () => {
      videoFeedback = [...feedback];
      start();
      video(7, 1);
      incoming.current[0]?.keyframes.request(1000);
      expect(sent.flatMap((bytes) => parseRtcp(bytes)).map(({ type }) => type)).to.deep.equal([expected]);
    });
  }
});
