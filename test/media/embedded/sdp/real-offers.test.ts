import { expect } from 'chai';
import { negotiate } from '../../../../media/embedded/sdp/negotiation.js';
import { parseSdp } from '../../../../media/embedded/sdp/sdp-reader.js';
import { writeDescription } from '../../../../media/embedded/sdp/sdp-writer.js';

const fingerprint = `a=fingerprint:sha-256 ${Array<string>(32).fill('AB').join(':')}`;
const ice = (name: string): string[] => [`a=ice-ufrag:${name}`, 'a=ice-pwd:0123456789abcdefghijkl'];
const dtls = [fingerprint, 'a=setup:actpass'];
const host = (component: number, port: number) =>
  `a=candidate:1 ${component} UDP 2122317823 192.0.2.60 ${port} typ host`;
const baseline = 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1';

interface Shape {
  readonly session: readonly string[];
  readonly sections: readonly (readonly string[])[];
  /** What becomes of each section, and the place of its transport. */
  readonly served: readonly string[];
  /** The groups of the answer. */
  readonly groups: readonly string[];
}

/** Offers as these programs write them, as far as one of the lines has ever mattered to somebody. */
const shapes: Readonly<Record<string, Shape>> = {
  // Everything about the transport stands in the session, and the candidates in the first section.
  'OBS Studio 30 (WHIP)': {
    session: ['a=group:BUNDLE 0 1', 'a=group:LS 0 1', 'a=msid-semantic:WMS *', 'a=ice-options:ice2,trickle']
      .concat(ice('obs'))
      .concat(dtls),
    sections: [
      [
        'm=audio 58712 UDP/TLS/RTP/SAVPF 111',
        'a=mid:0',
        'a=sendonly',
        'a=ssrc:21 cname:c',
        'a=ssrc:21 msid:s s-audio',
        'a=msid:s s-audio',
        'a=rtcp-mux',
        'a=rtpmap:111 OPUS/48000/2',
        'a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1',
        host(1, 58712),
        'a=end-of-candidates',
      ],
      [
        'm=video 58712 UDP/TLS/RTP/SAVPF 96',
        'a=mid:1',
        'a=sendonly',
        'a=ssrc:22 cname:c',
        'a=rtcp-mux',
        'a=rtpmap:96 H264/90000',
        'a=rtcp-fb:96 nack',
        'a=rtcp-fb:96 nack pli',
        'a=rtcp-fb:96 goog-remb',
        `a=fmtp:96 ${baseline}`,
      ],
    ],
    served: ['audio opus recvonly 0', 'video H264 recvonly 0'],
    groups: ['0 1'],
  },
  'FFmpeg 8 (WHIP)': {
    session: ['a=group:BUNDLE 0 1', 'a=extmap-allow-mixed', 'a=msid-semantic: WMS'],
    sections: [
      ['m=audio 9 UDP/TLS/RTP/SAVPF 111', ...ice('ff'), fingerprint, 'a=setup:passive', 'a=mid:0', 'a=sendonly'].concat(
        'a=msid:FFmpeg audio',
        'a=rtcp-mux',
        'a=rtpmap:111 opus/48000/2',
        'a=ssrc:1 cname:FFmpeg',
      ),
      ['m=video 9 UDP/TLS/RTP/SAVPF 106', ...ice('ff'), fingerprint, 'a=setup:passive', 'a=mid:1', 'a=sendonly']
        .concat('a=msid:FFmpeg video', 'a=rtcp-mux', 'a=rtcp-rsize', 'a=rtpmap:106 H264/90000')
        .concat(`a=fmtp:106 ${baseline}`, 'a=ssrc:2 cname:FFmpeg'),
    ],
    served: ['audio opus recvonly 0', 'video H264 recvonly 0'],
    groups: ['0 1'],
  },
  'webrtcbin (GStreamer 1.20)': {
    session: ['a=ice-options:trickle'],
    sections: [
      ['m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=setup:actpass', ...ice('one'), 'a=sendrecv', 'a=rtcp-mux', 'a=rtcp-rsize']
        .concat('a=rtpmap:96 VP8/90000', 'a=rtcp-fb:96 nack', 'a=rtcp-fb:96 nack pli', 'a=framerate:30')
        .concat('a=mid:video0', fingerprint),
      [
        'm=audio 9 UDP/TLS/RTP/SAVPF 97',
        'a=setup:actpass',
        ...ice('two'),
        'a=sendrecv',
        'a=rtcp-mux',
        'a=rtcp-rsize',
      ].concat('a=rtpmap:97 OPUS/48000/2', 'a=rtcp-fb:97 nack', 'a=rtcp-fb:97 nack pli', 'a=mid:audio1', fingerprint),
    ],
    served: ['video VP8 sendrecv 0', 'audio opus sendrecv 1'],
    groups: [],
  },
  'webrtcbin with max-bundle': {
    session: ['a=ice-options:trickle', 'a=group:BUNDLE video0 audio1 application2'],
    sections: [
      ['m=video 9 UDP/TLS/RTP/SAVPF 96', ...dtls, ...ice('one'), 'a=bundle-only', 'a=sendonly', 'a=rtcp-mux'].concat(
        'a=rtpmap:96 H264/90000',
        'a=fmtp:96 packetization-mode=1;profile-level-id=42c016',
        'a=mid:video0',
      ),
      ['m=audio 0 UDP/TLS/RTP/SAVPF 97', ...dtls, ...ice('one'), 'a=bundle-only', 'a=sendonly', 'a=rtcp-mux'].concat(
        'a=rtpmap:97 OPUS/48000/2',
        'a=mid:audio1',
      ),
      [
        'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
        ...dtls,
        ...ice('one'),
        'a=bundle-only',
        'a=mid:application2',
      ].concat('a=sctp-port:5000'),
    ],
    served: ['video H264 recvonly 0', 'audio opus recvonly 0', 'data 0'],
    groups: ['video0 audio1 application2'],
  },
  // No mid, real ports, and a feedback message that nobody else offers.
  'FreeSWITCH 1.10': {
    session: ['c=IN IP4 192.0.2.7', 'a=msid-semantic: WMS fs'],
    sections: [
      ['m=audio 22694 UDP/TLS/RTP/SAVPF 102 0 8 101', 'a=rtpmap:102 opus/48000/2']
        .concat('a=fmtp:102 useinbandfec=1; maxaveragebitrate=30000; maxplaybackrate=48000; ptime=20; minptime=10')
        .concat('a=rtpmap:0 PCMU/8000', 'a=rtpmap:101 telephone-event/8000', ...dtls, 'a=rtcp-mux', 'a=ptime:20')
        .concat('a=rtcp:22694 IN IP4 192.0.2.7', 'a=ssrc:5 cname:c', ...ice('sound'), host(1, 22694), 'a=sendrecv'),
      ['m=video 27626 UDP/TLS/RTP/SAVPF 103 104', 'b=AS:3072', 'a=rtpmap:103 H264/90000', 'a=rtpmap:104 VP8/90000']
        .concat('a=sendrecv', ...dtls, 'a=rtcp-mux', 'a=rtcp:27626 IN IP4 192.0.2.7', 'a=rtcp-fb:104 ccm fir')
        .concat('a=rtcp-fb:104 ccm tmmbr', 'a=rtcp-fb:104 nack', 'a=rtcp-fb:104 nack pli', 'a=ssrc:6 cname:c')
        .concat(ice('picture'), host(1, 27626)),
    ],
    served: ['audio opus sendrecv 0', 'video VP8 sendrecv 1'],
    groups: [],
  },
  // The fingerprint stands in the session, and an extension that it sends and does not receive.
  'Firefox 52': {
    session: [
      'a=sendrecv',
      fingerprint,
      'a=group:BUNDLE sdparta_0 sdparta_1 sdparta_2',
      'a=ice-options:trickle',
    ].concat('a=msid-semantic:WMS *'),
    sections: [
      ['m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101', 'a=sendonly', ...ice('58b99ead'), 'a=mid:sdparta_0', 'a=rtcp-mux']
        .concat('a=extmap:1/sendonly urn:ietf:params:rtp-hdrext:ssrc-audio-level', 'a=rtpmap:109 opus/48000/2')
        .concat('a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1', 'a=rtpmap:9 G722/8000/1')
        .concat('a=fmtp:101 0-15', 'a=msid:{5a99} {218c}', 'a=setup:actpass', 'a=ssrc:26 cname:{7354}'),
      ['m=video 9 UDP/TLS/RTP/SAVPF 120 126 97', 'a=sendonly', ...ice('58b99ead'), 'a=mid:sdparta_1', 'a=rtcp-mux']
        .concat('a=rtpmap:120 VP8/90000', 'a=fmtp:120 max-fs=12288;max-fr=60', 'a=rtcp-fb:120 nack pli')
        .concat('a=rtcp-fb:120 nack', 'a=rtcp-fb:120 goog-remb', 'a=rtpmap:126 H264/90000')
        .concat('a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1')
        .concat('a=rtpmap:97 H264/90000', 'a=fmtp:97 profile-level-id=42e01f;level-asymmetry-allowed=1')
        .concat('a=setup:actpass', 'a=ssrc:27 cname:{7354}'),
      ['m=application 9 DTLS/SCTP 5000', 'a=sendrecv', ...ice('58b99ead'), 'a=mid:sdparta_2', 'a=setup:actpass'].concat(
        'a=sctpmap:5000 webrtc-datachannel 256',
      ),
    ],
    served: ['audio opus recvonly 0', 'video VP8 recvonly 0', 'data 0'],
    groups: ['sdparta_0 sdparta_1 sdparta_2'],
  },
  'a Jitsi bridge of 2016': {
    session: ['a=group:BUNDLE audio video', 'a=msid-semantic: WMS *'],
    sections: [
      ['m=audio 1 RTP/SAVPF 111 103 104 126', 'a=rtcp:1 IN IP4 0.0.0.0', ...ice('jvb'), ...dtls, 'a=mid:audio']
        .concat('a=sendrecv', 'a=rtcp-mux', 'a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10')
        .concat('a=rtpmap:103 ISAC/16000', 'a=ssrc:1 cname:mixed', host(1, 10000), host(2, 10000)),
      ['m=video 1 RTP/SAVPF 100 96', 'a=rtcp:1 IN IP4 0.0.0.0', ...ice('jvb'), ...dtls, 'a=mid:video', 'a=sendrecv']
        .concat('a=rtcp-mux', 'a=rtpmap:100 VP8/90000', 'a=rtcp-fb:100 ccm fir', 'a=rtcp-fb:100 nack')
        .concat('a=rtcp-fb:100 goog-remb', 'a=rtpmap:96 rtx/90000', 'a=fmtp:96 apt=100', 'a=ssrc:2 cname:mixed'),
    ],
    served: ['audio opus sendrecv 0', 'video VP8 sendrecv 0 rtx'],
    groups: ['audio video'],
  },
  // Three fingerprints, the weakest of them first.
  'aiortc 1.9': {
    session: ['a=group:BUNDLE 0 1', 'a=msid-semantic:WMS *'],
    sections: [
      ['m=audio 39999 UDP/TLS/RTP/SAVPF 96 0 8', 'a=sendrecv', 'a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid']
        .concat('a=mid:0', 'a=msid:s t', 'a=rtcp:9 IN IP4 0.0.0.0', 'a=rtcp-mux', 'a=ssrc:1 cname:c')
        .concat('a=rtpmap:96 opus/48000/2', 'a=rtpmap:0 PCMU/8000', host(1, 39999), 'a=end-of-candidates', ...ice('a'))
        .concat(`a=fingerprint:sha-1 ${Array<string>(20).fill('CD').join(':')}`, ...dtls),
      ['m=video 39999 UDP/TLS/RTP/SAVPF 97 98 99 100', 'a=sendrecv', 'a=mid:1', 'a=rtcp:9 IN IP4 0.0.0.0']
        .concat('a=rtcp-mux', 'a=ssrc-group:FID 2 3', 'a=ssrc:2 cname:c', 'a=ssrc:3 cname:c', 'a=rtpmap:97 VP8/90000')
        .concat('a=rtcp-fb:97 nack', 'a=rtcp-fb:97 nack pli', 'a=rtcp-fb:97 goog-remb', 'a=rtpmap:98 rtx/90000')
        .concat('a=fmtp:98 apt=97', 'a=rtpmap:99 H264/90000', `a=fmtp:99 ${baseline}`, 'a=rtpmap:100 rtx/90000')
        .concat('a=fmtp:100 apt=99', ...ice('a'), ...dtls),
    ],
    served: ['audio opus sendrecv 0', 'video VP8 sendrecv 0 rtx'],
    groups: ['0 1'],
  },
  // Spaces at the ends of lines, and each candidate for two components.
  'pion 3': {
    session: [fingerprint, 'a=group:BUNDLE 0 1', 'a=extmap-allow-mixed'],
    sections: [
      ['m=video 9 UDP/TLS/RTP/SAVPF 96 97', 'a=setup:actpass', 'a=mid:0', ...ice('pion'), 'a=rtcp-mux', 'a=rtcp-rsize']
        .concat('a=rtpmap:96 VP8/90000', 'a=rtcp-fb:96 goog-remb ', 'a=rtcp-fb:96 ccm fir', 'a=rtcp-fb:96 nack ')
        .concat('a=rtcp-fb:96 nack pli', 'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96', 'a=ssrc:1 cname:v')
        .concat('a=sendrecv', host(1, 40000), host(2, 40000), 'a=end-of-candidates'),
      ['m=audio 9 UDP/TLS/RTP/SAVPF 111 9 0 8', 'a=setup:actpass', 'a=mid:1', ...ice('pion'), 'a=rtcp-mux'].concat(
        'a=rtcp-rsize',
        'a=rtpmap:111 opus/48000/2',
        'a=fmtp:111 minptime=10;useinbandfec=1',
        'a=sendrecv',
      ),
    ],
    served: ['video VP8 sendrecv 0 rtx', 'audio opus sendrecv 0'],
    groups: ['0 1'],
  },
  'Unity Render Streaming, which watches': {
    session: ['a=group:BUNDLE 0 1 2', 'a=extmap-allow-mixed', 'a=msid-semantic: WMS'],
    sections: [
      ['m=video 9 UDP/TLS/RTP/SAVPF 127 121', ...ice('u'), 'a=ice-options:trickle', ...dtls, 'a=mid:0', 'a=recvonly']
        .concat('a=rtcp-mux', 'a=rtcp-rsize', 'a=rtpmap:127 H264/90000', 'a=rtcp-fb:127 nack', `a=fmtp:127 ${baseline}`)
        .concat('a=rtpmap:121 rtx/90000', 'a=fmtp:121 apt=127'),
      [
        'm=audio 9 UDP/TLS/RTP/SAVPF 111',
        ...ice('u'),
        'a=ice-options:trickle',
        ...dtls,
        'a=mid:1',
        'a=recvonly',
      ].concat('a=rtcp-mux', 'a=rtpmap:111 opus/48000/2'),
      ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', ...ice('u'), ...dtls, 'a=mid:2', 'a=sctp-port:5000'].concat(
        'a=max-message-size:262144',
      ),
    ],
    served: ['video H264 sendonly 0 rtx', 'audio opus sendonly 0', 'data 0'],
    groups: ['0 1 2'],
  },
  // Keys in the description (SDES) beside DTLS, as long as both were in use.
  'an Android app of 2014': {
    session: ['a=group:BUNDLE audio video', 'a=msid-semantic: WMS ARDAMS'],
    sections: [
      ['m=audio 1 RTP/SAVPF 111 0', 'a=rtcp:1 IN IP4 0.0.0.0', ...ice('old'), 'a=ice-options:google-ice', ...dtls]
        .concat('a=mid:audio', 'a=sendrecv', 'a=rtcp-mux')
        .concat('a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:0123456789012345678901234567890123456789')
        .concat('a=rtpmap:111 opus/48000/2', 'a=maxptime:60', 'a=ssrc:1 mslabel:ARDAMS'),
      [
        'm=video 1 RTP/SAVPF 100 116 117',
        'a=rtcp:1 IN IP4 0.0.0.0',
        ...ice('old'),
        ...dtls,
        'a=mid:video',
        'a=sendrecv',
      ]
        .concat('a=rtcp-mux', 'a=rtpmap:100 VP8/90000', 'a=rtcp-fb:100 ccm fir', 'a=rtcp-fb:100 nack')
        .concat('a=rtpmap:116 red/90000', 'a=rtpmap:117 ulpfec/90000', 'a=ssrc:2 label:ARDAMSv0'),
    ],
    served: ['audio opus sendrecv 0', 'video VP8 sendrecv 0'],
    groups: ['audio video'],
  },
  'Safari 11, which knows H.264 alone': {
    session: ['a=group:BUNDLE audio video', 'a=msid-semantic: WMS s'],
    sections: [
      ['m=audio 9 UDP/TLS/RTP/SAVPF 111 103', ...ice('saf'), 'a=ice-options:trickle', ...dtls, 'a=mid:audio'].concat(
        'a=sendrecv',
        'a=rtcp-mux',
        'a=rtpmap:111 opus/48000/2',
      ),
      ['m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99', ...ice('saf'), 'a=ice-options:trickle', ...dtls, 'a=mid:video']
        .concat('a=sendrecv', 'a=rtcp-mux', 'a=rtcp-rsize', 'a=rtpmap:96 H264/90000', 'a=rtcp-fb:96 nack')
        .concat('a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f')
        .concat(
          'a=rtpmap:97 rtx/90000',
          'a=fmtp:97 apt=96',
          'a=rtpmap:98 H264/90000',
          'a=rtcp-fb:98 nack',
          `a=fmtp:98 ${baseline}`,
        )
        .concat('a=rtpmap:99 rtx/90000', 'a=fmtp:99 apt=98'),
    ],
    served: ['audio opus sendrecv 0', 'video H264 sendrecv 0 rtx'],
    groups: ['audio video'],
  },
};

const local = {
  ufrag: 'uuuu',
  password: 'pppp',
  fingerprint: { algorithm: 'sha-256', value: 'AA:BB' },
  setup: 'active',
  sessionId: '42',
} as const;
const sent = { cname: 'name', streamId: 'stream', ssrcs: { audio: 11, video: 22 }, repairSsrc: 33 };

describe('the offer of', () => {
  for (const [who, { session, sections, served, groups }] of Object.entries(shapes)) {
    const text = ['v=0', 'o=- 1 2 IN IP4 0.0.0.0', 's=-', 't=0 0', ...session, ...sections.flat(), ''].join('\r\n');

    it(`${who} is served`, () => {
      const agreement = negotiate(parseSdp(text), { audio: undefined, video: undefined }, true);
      if (!agreement) throw new Error('nothing is served');
      const found = agreement.sections.map(({ media, data, transport }) => {
        if (data) return `data ${String(transport)}`;
        const [first] = media?.codecs ?? [];
        if (!media || !first) return 'refused';
        const repair = first.repairType === undefined ? '' : ' rtx';
        return `${media.kind} ${first.codec.name} ${media.direction} ${String(transport)}${repair}`;
      });
      expect(found).to.deep.equal(served);
      for (const { remote } of agreement.transports) {
        expect(remote.fingerprint.algorithm).to.equal('sha-256');
        expect(remote.setup).to.equal('passive');
      }
      const answer = writeDescription(
        agreement.sections,
        agreement.transports.map(() => local),
        sent,
      ).split('\r\n');
      expect(answer.filter((line) => line.startsWith('a=group'))).to.deep.equal(
        groups.map((group) => `a=group:BUNDLE ${group}`),
      );
      expect(answer.filter((line) => line.startsWith('m=')).length).to.equal(sections.length);
      expect(parseSdp(answer.join('\r\n')).sections.map(({ mid }) => mid)).to.deep.equal(
        parseSdp(text).sections.map(({ mid }) => mid),
      );
    });
  }

  it('Firefox 52 gets its data channels in its own words, which are older than RFC 8841', () => {
    const { session = [], sections = [] } = shapes['Firefox 52'] ?? {};
    const [, , data = []] = sections;
    const offer = (section: readonly string[]) =>
      ['v=0', 'o=- 1 2 IN IP4 0.0.0.0', 's=-', 't=0 0', ...session, ...section, ''].join('\r\n');
    const agree = (text: string) => negotiate(parseSdp(text), { audio: undefined, video: undefined }, true);
    const agreement = agree(offer(data));
    expect(agreement?.transports.map((one) => one.data?.sctpPort)).to.deep.equal([5000]);
    const answer = writeDescription(agreement?.sections ?? [], [local], sent).split('\r\n');
    expect(answer).to.include('m=application 9 DTLS/SCTP 5000').and.include('a=sctpmap:5000 webrtc-datachannel 1024');
    expect(answer.filter((line) => /^a=(sctp-port|max-message-size)/.test(line))).to.deep.equal([]);
    for (const [line, other] of [
      ['a=sctpmap:5000 webrtc-datachannel 256', 'a=x'],
      ['a=sctpmap:5000 webrtc-datachannel 256', 'a=sctpmap:5001 webrtc-datachannel 256'],
      ['a=sctpmap:5000 webrtc-datachannel 256', 'a=sctpmap:5000 another 256'],
    ] as const)
      expect(agree(offer(data.map((each) => (each === line ? other : each))))).to.equal(undefined);
  });
});

/** The lines about layers in the section of video, as these programs write them, and those of our answer. */
const layered: Readonly<Record<string, { readonly offered: readonly string[]; readonly answered: readonly string[] }>> =
  {
    'Chromium and Safari': {
      offered: [
        'a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid',
        'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
        'a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
        ...['a=rid:q send', 'a=rid:h send', 'a=rid:f send', 'a=simulcast:send q;h;f'],
      ],
      answered: [
        'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
        'a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
        ...['a=rid:q recv', 'a=rid:h recv', 'a=rid:f recv', 'a=simulcast:recv q;h;f'],
      ],
    },
    'Firefox, which sends the names and takes none': {
      offered: [
        'a=extmap:8/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
        'a=extmap:9/sendonly urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
        ...['a=rid:f send', 'a=rid:q send', 'a=simulcast:send f;q', 'a=ssrc:7 cname:{c}', 'a=ssrc:8 cname:{c}'],
      ],
      answered: [
        'a=extmap:8 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
        'a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
        ...['a=rid:f recv', 'a=rid:q recv', 'a=simulcast:recv f;q'],
      ],
    },
    'RFC 8853: alternatives, a layer that is paused, and more than three': {
      offered: [
        'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
        ...['1', '2', '3', '4', '5'].map((name) => `a=rid:${name} send`),
        ...['a=rid:6 recv', 'a=simulcast:recv 6 send 1,2;~3;4;5'],
      ],
      answered: [
        'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
        ...['a=rid:1 recv', 'a=rid:3 recv', 'a=rid:4 recv', 'a=simulcast:recv 1;3;4'],
      ],
    },
    'a program whose packets bear no names': {
      offered: ['a=rid:q send', 'a=rid:h send', 'a=simulcast:send q;h'],
      answered: [],
    },
    'a program that names layers without saying what they are': {
      offered: ['a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', 'a=simulcast:send q;h\x01;'],
      answered: [],
    },
  };

describe('the layers that are offered by', () => {
  for (const [who, { offered, answered }] of Object.entries(layered)) {
    it(`${who} are answered`, () => {
      const video = ['m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=sendonly', ...ice('l'), 'a=mid:0', 'a=rtcp-mux', ...dtls];
      const head = ['v=0', 'o=- 1 2 IN IP4 0.0.0.0', 's=-', 't=0 0'];
      const text = [...head, ...video, 'a=rtpmap:96 VP8/90000', ...offered, ''].join('\r\n');
      const agreement = negotiate(parseSdp(text), { audio: undefined, video: undefined });
      const answer = writeDescription(agreement?.sections ?? [], [local], sent).split('\r\n');
      expect(answer.filter((line) => /^a=(extmap|rid|simulcast):/.test(line))).to.deep.equal(answered);
    });
  }
});
