import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Codec } from '../../../../media/embedded/codecs/codec.js';
import { h264 as h264Codec } from '../../../../media/embedded/codecs/h264.js';
import { vp9 as vp9Codec } from '../../../../media/embedded/codecs/vp9.js';
import type { Agreement } from '../../../../media/embedded/sdp/agreement.js';
import { negotiate } from '../../../../media/embedded/sdp/negotiation.js';
import { InvalidSdp, parseSdp } from '../../../../media/embedded/sdp/sdp-reader.js';
import { withCandidates, writeDescription } from '../../../../media/embedded/sdp/sdp-writer.js';
import type { OfferOptions } from '../offers.js';
import { browserOffer, h264, h264Single, vp8, vp9, vp9Profile2 } from '../offers.js';

const local = {
  ufrag: 'uuuu',
  password: 'pppp',
  fingerprint: { algorithm: 'sha-256', value: 'AA:BB' },
  setup: 'passive',
  sessionId: '42',
} as const;
const sent = { cname: 'name', streamId: 'stream', ssrcs: { audio: 11, video: 22 }, repairSsrc: 33 };

function locals({ transports }: Agreement) {
  return transports.map(() => local);
}

function answerTo(offer: string, source?: Codec): string {
  const agreement = negotiate(parseSdp(offer), { audio: undefined, video: source });
  if (!agreement) throw new Error('nothing agreed');
  return writeDescription(agreement.sections, locals(agreement), sent);
}

/** The lines of one section of an answer, by its position; 0 is the session's part. */
function section(sdp: string, position: number): string[] {
  return (sdp.split(/^(?=m=)/m)[position] ?? '').split('\r\n').filter((line) => line !== '');
}

function videoFormats(options: OfferOptions, source?: Codec): string {
  return section(answerTo(browserOffer(options), source), 2)[0] ?? '';
}

describe('SDP answers', () => {
  it('bundle one audio and one video section under the mids of the offer', () => {
    const answer = answerTo(browserOffer());
    expect(section(answer, 0)).to.include('a=group:BUNDLE 0 1');
    for (const [position, mid, ssrc] of [
      [1, '0', 11],
      [2, '1', 22],
    ] as const) {
      expect(section(answer, position)).to.include.members([
        `a=mid:${mid}`,
        'a=sendrecv',
        'a=rtcp-mux',
        'a=rtcp-rsize',
        'a=setup:passive',
        'a=ice-ufrag:uuuu',
        'a=ice-pwd:pppp',
        'a=ice-options:trickle',
        'a=fingerprint:sha-256 AA:BB',
        `a=ssrc:${ssrc} cname:name`,
      ]);
    }
  });

  it('announce audio and video as one stream', () => {
    const answer = answerTo(browserOffer());
    expect(section(answer, 1)).to.include('a=msid:stream audio0');
    expect(section(answer, 2)).to.include('a=msid:stream video0');
  });

  it('mirror the direction, and announce no source where nothing is sent', () => {
    const receiving = answerTo(browserOffer({ direction: 'sendonly' }));
    expect(receiving).to.contain('a=recvonly').and.not.contain('a=ssrc');
    expect(answerTo(browserOffer({ direction: 'recvonly' })))
      .to.contain('a=sendonly')
      .and.contain('a=ssrc');
  });

  it('number packets in both directions, and tell what came, where that is offered', () => {
    const feedback = ['nack', 'nack pli', 'ccm fir', 'goog-remb', 'transport-cc'].map((one) => `a=rtcp-fb:96 ${one}`);
    for (const direction of ['sendonly', 'recvonly'] as const) {
      const video = section(answerTo(browserOffer({ direction })), 2);
      expect(video.filter((line) => line.startsWith('a=rtcp-fb:96'))).to.deep.equal(feedback);
      expect(video.some((line) => line.startsWith('a=extmap:3 '))).to.equal(true);
    }
  });

  it('send no number that the other side does not take', () => {
    const oneWay = browserOffer({ direction: 'recvonly' }).replaceAll('a=extmap:3 ', 'a=extmap:3/sendonly ');
    expect(section(answerTo(oneWay), 2).some((line) => line.startsWith('a=extmap'))).to.equal(false);
  });

  it('agree to no feedback that was not offered', () => {
    expect(answerTo(browserOffer({ feedback: ['nack pli'] }))).to.not.contain('goog-remb');
  });

  it('send again on a stream of its own where that is offered, and tell which (RFC 4588)', () => {
    const subscribing = section(answerTo(browserOffer({ direction: 'recvonly' })), 2);
    expect(subscribing).to.include.members([
      'a=rtpmap:97 rtx/90000',
      'a=fmtp:97 apt=96',
      'a=ssrc-group:FID 22 33',
      'a=ssrc:22 cname:name',
      'a=ssrc:33 cname:name',
    ]);
    for (const other of [browserOffer({ repairs: false }), browserOffer({ feedback: ['nack pli'] })]) {
      expect(answerTo(other)).to.not.match(/rtx|ssrc-group/);
    }
  });

  it('refuse data channels and further sections with port 0', () => {
    const answer = answerTo(browserOffer({ application: true }));
    expect(section(answer, 3)).to.deep.equal([
      'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
      'c=IN IP4 0.0.0.0',
      'a=mid:2',
      'a=inactive',
    ]);
    const offer = browserOffer();
    const video = offer.slice(offer.indexOf('m=video')).replace('a=mid:1', 'a=mid:2');
    const twice = answerTo(offer.replace('BUNDLE 0 1', 'BUNDLE 0 1 2') + video);
    expect(section(twice, 3)[0]).to.match(/^m=video 0 /);
    expect(section(twice, 0)).to.include('a=group:BUNDLE 0 1');
  });

  describe('for the codec of video', () => {
    it('choose VP8, then H.264 in packetization mode 1, then VP9', () => {
      expect(videoFormats({ video: [vp9, h264, vp8] })).to.match(/SAVPF 96 97$/);
      expect(videoFormats({ video: [vp9, h264Single, h264] })).to.match(/SAVPF 102 103$/);
      expect(videoFormats({ video: [h264Single, vp9Profile2, vp9] })).to.match(/SAVPF 98 99$/);
    });

    it('prefer the codec of the source', () => {
      expect(videoFormats({}, h264Codec)).to.match(/SAVPF 102 103$/);
    });

    it('let a subscriber receive any of them, that of the source first', () => {
      expect(videoFormats({ direction: 'recvonly' }, vp9Codec)).to.match(/SAVPF 98 99 96 97 102 103$/);
    });

    it('refuse the section when there is none', () => {
      const video = [h264Single, { payloadType: 45, name: 'FUTURE' }];
      expect(videoFormats({ direction: 'recvonly', video })).to.match(/^m=video 0 /);
      expect(videoFormats({ direction: 'sendonly', video: video.slice(1) })).to.match(/^m=video 0 /);
    });
  });

  // The library can fail when a handshake comes before it listens (media/embedded/README.md).
  it('open DTLS themselves, unless the other side insists on it', () => {
    const remote = (setup: string) =>
      negotiate(parseSdp(browserOffer({ setup })), { audio: undefined, video: undefined })?.transports[0]?.remote.setup;
    expect(remote('actpass')).to.equal('passive');
    expect(remote('active')).to.equal('active');
    expect(remote('passive')).to.equal('passive');
  });

  it('agree to nothing that is not encrypted, not multiplexed or has no transport', () => {
    const variants = [
      browserOffer().replaceAll('UDP/TLS/RTP/SAVPF', 'RTP/AVP'),
      browserOffer().replaceAll('a=rtcp-mux\r\n', ''),
      browserOffer().replaceAll(/a=fingerprint.*\r\n/g, ''),
      browserOffer().replaceAll(/a=ice-ufrag.*\r\n/g, ''),
    ];
    for (const offer of variants) {
      expect(negotiate(parseSdp(offer), { audio: undefined, video: undefined })).to.equal(undefined);
    }
  });

  it('read what is said once for the whole session', () => {
    const transport = /a=(ice-ufrag|ice-pwd|fingerprint|setup).*\r\n/g;
    const lines = [...new Set(browserOffer().match(transport))].join('');
    const offer = browserOffer().replaceAll(transport, '').replace('a=extmap-allow-mixed\r\n', lines);
    expect(answerTo(offer)).to.equal(answerTo(browserOffer()));
  });

  it('carry candidates only when they are asked for later', () => {
    const answer = answerTo(browserOffer({ application: true }));
    expect(answer).to.not.contain('a=candidate');
    const complete = withCandidates(answer, () => ['candidate:1 1 UDP 1 192.0.2.1 9 typ host']);
    const lines = [1, 2, 3].map((position) =>
      section(complete, position).filter((line) => line.startsWith('a=candidate')),
    );
    expect(lines.map(({ length }) => length)).to.deep.equal([1, 1, 0]);
  });

  it('can be written for offers of Chromium', () => {
    const read = (name: string) => readFileSync(new URL(`offers/${name}.sdp`, import.meta.url), 'utf8');
    expect(section(answerTo(read('chromium-sendrecv')), 0)).to.include('a=group:BUNDLE 0 1');
    expect(section(answerTo(read('chromium-recvonly')), 2)[0]).to.match(/^m=video 9 UDP\/TLS\/RTP\/SAVPF 96 /);
  });
});

describe('offers', () => {
  for (const [what, text] of [
    ['nothing', ''],
    ['a word', 'garbage'],
    ['only a version', 'v=0\r\n'],
    ['a line that is none', 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nnonsense\r\n'],
    ['a broken media line', 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio\r\n'],
    ['half a megabyte', browserOffer() + 'a=x\r\n'.repeat(100_000)],
    ['a thousand sections', browserOffer() + 'm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n'.repeat(1000)],
  ] as const) {
    it(`that are ${what} are no SDP`, () => {
      expect(() => parseSdp(text)).to.throw(InvalidSdp);
    });
  }

  it('may end their lines in any way', () => {
    expect(parseSdp(browserOffer().replaceAll('\r\n', '\n'))).to.deep.equal(parseSdp(browserOffer()));
  });

  it('do not get a word of their own into our answer', () => {
    const offer = browserOffer().replace('a=mid:0', 'a=mid:0 injected');
    expect(answerTo(offer)).to.not.contain('injected');
  });

  it('are answered, refused or called invalid, whatever is broken in them', () => {
    const lines = browserOffer({ application: true }).split('\r\n');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(lines.length - 1), fc.string({ maxLength: 30 }), fc.boolean()), { maxLength: 8 }),
        (changes) => {
          const broken = [...lines];
          for (const [position, text, keepsKey] of changes) {
            broken[position] = keepsKey ? (broken[position] ?? '').slice(0, 6) + text : text;
          }
          try {
            const agreement = negotiate(parseSdp(broken.join('\r\n')), { audio: undefined, video: undefined });
            if (agreement) writeDescription(agreement.sections, locals(agreement), sent);
          } catch (error) {
            expect(error).to.be.instanceOf(InvalidSdp);
          }
        },
      ),
    );
  });
});
