import { expect } from 'chai';
import type { Codec } from '../../../../media/embedded/codecs/codec.js';
import { opus } from '../../../../media/embedded/codecs/opus.js';
import { vp8 } from '../../../../media/embedded/codecs/vp8.js';
import { Incoming } from '../../../../media/embedded/rtp/incoming.js';
import { parseRtcp } from '../../../../media/embedded/rtp/rtcp.js';
import { RtpPacket } from '../../../../media/embedded/rtp/rtp-packet.js';
import type { AgreedMedia } from '../../../../media/embedded/sdp/agreement.js';
import type { RtpFields } from '../../../support/rtp.js';
import { rtp } from '../../../support/rtp.js';

function section(codec: Codec, feedback: readonly string[]): AgreedMedia {
  const { kind } = codec;
  const { payloadType, parameters, repairType } = codec.offer;
  const codecs = [{ codec, payloadType, parameters, feedback, repairType }];
  return { kind, direction: 'recvonly', codecs, transportExtension: 0 };
}

describe('the streams of one endpoint', () => {
  let incoming: Incoming;
  let sent: Buffer[];
  let videoFeedback: string[];

  beforeEach(() => {
    videoFeedback = ['nack', 'nack pli', 'ccm fir'];
    start();
  });

  function start(): void {
    sent = [];
    incoming = new Incoming({
      media: [section(vp8, videoFeedback), section(opus, [])],
      ownSsrc: 1,
      sendRtcp: (packet) => sent.push(packet),
    });
  }

  /** The SSRC of the stream to which a packet that is passed on belongs. */
  function take(fields: RtpFields): number | undefined {
    const packet = new RtpPacket();
    expect(packet.parse(rtp(fields), 0)).to.equal(true);
    return incoming.take(packet, 1000)?.ssrc;
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
