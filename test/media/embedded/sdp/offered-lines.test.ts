import { expect } from 'chai';
import fc from 'fast-check';
import { negotiate } from '../../../../media/embedded/sdp/negotiation.js';
import { parseSdp } from '../../../../media/embedded/sdp/sdp-reader.js';
import { writeDescription } from '../../../../media/embedded/sdp/sdp-writer.js';

const local = {
  ufrag: 'uuuu',
  password: 'pppp',
  fingerprint: { algorithm: 'sha-256', value: 'AA:BB' },
  setup: 'passive',
  sessionId: '42',
} as const;
const sent = { cname: 'name', streamId: 'stream', ssrcs: { audio: 11, video: 22 }, repairSsrc: 33 };

function answerTo(offer: string): string[] {
  const agreement = negotiate(parseSdp(offer), { audio: undefined, video: undefined }, true);
  if (!agreement) throw new Error('nothing agreed');
  return writeDescription(
    agreement.sections,
    agreement.transports.map(() => local),
    sent,
  ).split('\r\n');
}

const transport = [
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789abcdefghijkl',
  'a=fingerprint:sha-256 AB:CD',
  'a=setup:actpass',
];
const sessionLines = [
  'a=msid-semantic: WMS',
  'a=msid-semantic:WMS *',
  'a=extmap-allow-mixed',
  'a=ice-options:trickle',
  'a=ice-options:trickle renomination',
  'a=ice-lite',
  'a=group:BUNDLE 0 1 2',
  'a=group:BUNDLE 0 1',
  'a=group:BUNDLE 1 2',
  'a=group:LS 0 1',
];
const mediaLines = [
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=rtcp-rsize',
  'a=ice-options:trickle',
  'a=end-of-candidates',
  'a=bundle-only',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid',
  'a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'a=extmap:5/recvonly http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'a=extmap:6/sendonly http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'a=ssrc:1 cname:theirs',
  'a=ssrc-group:FID 1 2',
  'a=sendrecv',
  'a=sendonly',
  'a=recvonly',
  'a=inactive',
];
const codecLines = {
  audio: [
    'a=rtcp-fb:96 transport-cc',
    'a=rtcp-fb:* nack',
    'a=fmtp:96 useinbandfec=1',
    'a=fmtp:96 stereo=1;minptime=10',
  ],
  video: [
    'a=rtcp-fb:96 nack',
    'a=rtcp-fb:96 nack pli',
    'a=rtcp-fb:* ccm fir',
    'a=rtcp-fb:96 goog-remb',
    'a=rtcp-fb:96 transport-cc',
    'a=rtpmap:97 rtx/90000',
    'a=fmtp:97 apt=96',
    'a=fmtp:96 max-fr=30',
  ],
};

/** Payload types of a codec, and its lines. Some need none. */
interface Format {
  readonly types: readonly number[];
  readonly lines: readonly string[];
}
const formats: Readonly<Record<'audio' | 'video', readonly Format[]>> = {
  audio: [
    { types: [96], lines: ['a=rtpmap:96 opus/48000/2'] },
    { types: [63], lines: ['a=rtpmap:63 red/48000/2', 'a=fmtp:63 96/96'] },
    { types: [0], lines: [] },
    { types: [8], lines: ['a=rtpmap:8 PCMA/8000'] },
    { types: [13], lines: ['a=rtpmap:13 CN/8000'] },
  ],
  video: [
    { types: [96, 97], lines: ['a=rtpmap:96 VP8/90000'] },
    { types: [98], lines: ['a=rtpmap:98 VP9/90000', 'a=fmtp:98 profile-id=0'] },
    {
      types: [45, 46],
      lines: ['a=rtpmap:45 AV1/90000', 'a=fmtp:45 level-idx=5;profile=0;tier=0', 'a=rtcp-fb:45 nack'].concat(
        'a=rtpmap:46 rtx/90000',
        'a=fmtp:46 apt=45',
      ),
    },
    { types: [47], lines: ['a=rtpmap:47 AV1/90000', 'a=fmtp:47 profile=1'] },
  ],
};

const section = (mid: number, kind: 'audio' | 'video') =>
  fc
    .tuple(
      fc.subarray(mediaLines),
      fc.subarray(codecLines[kind]),
      fc.boolean(),
      fc.shuffledSubarray([...formats[kind]], { minLength: 1 }),
    )
    .map(([lines, codec, hasMid, offered]) => [
      `m=${kind} 9 UDP/TLS/RTP/SAVPF ${offered.flatMap(({ types }) => types).join(' ')}`,
      'c=IN IP4 0.0.0.0',
      ...(hasMid ? [`a=mid:${mid}`] : []),
      ...transport,
      'a=rtcp-mux',
      ...offered.flatMap((format) => format.lines),
      ...codec,
      ...lines,
    ]);
const data = fc
  .boolean()
  .map((hasMid) => [
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    ...(hasMid ? ['a=mid:2'] : []),
    ...transport,
    'a=sctp-port:5000',
  ]);
const offers = fc
  .tuple(fc.subarray(sessionLines), section(0, 'audio'), section(1, 'video'), data)
  .map(([session, ...sections]) =>
    [...['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0'], ...session, ...sections.flat(), ''].join('\r\n'),
  );

/** Lines that describe the answering side, and answer nothing (RFC 8829 §5.3.1; RFC 8830 §2; RFC 5576 §4). */
const ownLines = /^(v|o|s|t|c)=|^$|^a=(ice-ufrag|ice-pwd|fingerprint|setup|msid|ssrc|ssrc-group|max-message-size):/;
const feedback = (line: string): string => line.replace(/^a=rtcp-fb:(\d+|\*) /, '');

describe('answers to any offer', () => {
  it('have no line that was not offered', () => {
    fc.assert(
      fc.property(offers, (offer) => {
        const [head = '', ...blocks] = offer.split(/^(?=m=)/m);
        const [answerHead = '', ...answered] = answerTo(offer)
          .join('\r\n')
          .split(/^(?=m=)/m);
        expect(answered.length).to.equal(blocks.length);
        for (const line of answerHead.split('\r\n').filter((each) => !ownLines.test(each))) {
          if (line.startsWith('a=group:BUNDLE ')) {
            const offered = head.split('\r\n').filter((each) => each.startsWith('a=group:BUNDLE '));
            const fits = offered.some((each) => line.split(' ').every((word) => each.split(' ').includes(word)));
            expect(fits, `${line} of ${offered.join()}`).to.equal(true);
          } else expect([line, head]).to.satisfy(() => head.includes((line.split(':')[0] ?? '') + ':'));
        }
        for (const [position, block] of blocks.entries()) {
          const theirs = block.split('\r\n');
          const ours = (answered[position] ?? '').split('\r\n');
          if (/^m=\S+ 0 /.test(ours[0] ?? '')) continue;
          for (const line of ours.slice(1).filter((each) => !ownLines.test(each))) expectOffered(line, theirs, head);
          expect(typesOf(theirs)).to.include.members(typesOf(ours));
          expectChoice(typesOf(ours), theirs);
          if (!theirs.some((line) => line.includes(' rtx/'))) expect(ours.join()).to.not.contain('ssrc-group');
        }
      }),
      { numRuns: 500 },
    );
  });

  const typesOf = ([media = '']: readonly string[]): string[] => media.split(' ').slice(3);

  /** A section on which something comes in has one codec, the first of ours; and the others none that we do not know. */
  function expectChoice(served: readonly string[], theirs: readonly string[]): void {
    if (theirs[0]?.startsWith('m=application')) return;
    const preferred = theirs[0]?.startsWith('m=audio') ? ['96', '0', '8'] : ['96', '98', '45'];
    const known = preferred.filter((type) => typesOf(theirs).includes(type));
    const incoming = !theirs.includes('a=recvonly') || theirs.some((line) => line.startsWith('a=send'));
    const main = served.filter((type) => preferred.includes(type));
    if (incoming && !theirs.includes('a=inactive')) expect(main).to.deep.equal(known.slice(0, 1));
    else expect(known).to.include.members(main);
    // Copies of earlier packets go where they are wanted, and come from those that have them.
    if (served.includes('63')) expect(served).to.include('96');
  }

  function expectOffered(line: string, theirs: readonly string[], head: string): void {
    const [key = '', rest] = [line.split(':')[0], line];
    const everywhere = [...theirs, ...head.split('\r\n')];
    if (key === 'a=rtcp-fb') expect(theirs.map(feedback)).to.include(feedback(rest));
    else if (key === 'a=ice-options')
      expect(everywhere.some((each) => /^a=ice-options:.*trickle/.test(each))).to.equal(true);
    else if (key === 'a=extmap') {
      const [, id = '', uri = ''] = /^a=extmap:(\d+) (.*)$/.exec(line) ?? [];
      const offered = ['', '/sendonly', '/recvonly'].map((direction) => `a=extmap:${id}${direction} ${uri}`);
      expect(theirs.some((each) => offered.includes(each))).to.equal(true);
    } else if (/^a=(sendrecv|sendonly|recvonly|inactive)$/.test(line)) {
      const offered = ['sendrecv', 'sendonly', 'recvonly', 'inactive'].find((each) => theirs.includes(`a=${each}`));
      const mirror = { sendonly: 'recvonly', recvonly: 'sendonly', inactive: 'inactive' }[offered ?? ''] ?? 'sendrecv';
      expect(line).to.equal(`a=${mirror}`);
    } else expect([...theirs, 'a=rtpmap:0 PCMU/8000'], line).to.include(line);
  }
});

interface MediaOptions {
  readonly direction?: string;
  readonly mid?: string;
  readonly lines?: readonly string[];
}

/** Offers in the shapes of programs that are no browsers. */
describe('answers to offers', () => {
  const media = (kind: 'audio' | 'video', { direction = 'sendonly', mid = kind, lines = [] }: MediaOptions = {}) => [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF 96`,
    'c=IN IP4 0.0.0.0',
    ...(mid ? [`a=mid:${mid}`] : []),
    ...transport,
    'a=rtcp-mux',
    `a=${direction}`,
    ...(lines.length > 0 ? lines : [`a=rtpmap:96 ${kind === 'audio' ? 'opus/48000/2' : 'VP8/90000'}`]),
  ];
  const channels = ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:data', ...transport, 'a=sctp-port:5000'];
  const offer = (bundle: string, ...sections: readonly string[][]): string =>
    ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', ...(bundle ? [`a=group:BUNDLE ${bundle}`] : [])]
      .concat(sections.flat(), '')
      .join('\r\n');
  const served = (text: string): string[] => answerTo(text).filter((line) => /^m=\S+ 9 /.test(line));
  const mids = (text: string): string[] =>
    answerTo(text)
      .join('\r\n')
      .split(/^(?=m=)/m)
      .filter((block) => /^m=\S+ 9 /.test(block))
      .map((block) => /^a=mid:(\S+)/m.exec(block)?.[1] ?? '');

  it('without BUNDLE have none', () => {
    const text = offer('', media('audio'), media('video'), channels);
    expect(answerTo(text).some((line) => line.startsWith('a=group'))).to.equal(false);
    expect(mids(text)).to.deep.equal(['audio', 'video', 'data']);
  });

  it('have the groups of the offer, without what is refused', () => {
    const second = media('video', { mid: 'second' });
    const groups = (...args: Parameters<typeof offer>) =>
      answerTo(offer(...args)).filter((line) => line.startsWith('a=group'));
    const sections = [media('audio'), media('video'), second, channels] as const;
    expect(groups('audio video second', ...sections)).to.deep.equal(['a=group:BUNDLE audio video']);
    expect(groups('second data', ...sections)).to.deep.equal(['a=group:BUNDLE second data']);
    expect(groups('audio data', ...sections)).to.deep.equal(['a=group:BUNDLE audio data']);
    const two = groups('audio data\r\na=group:BUNDLE video second', ...sections);
    expect(two).to.deep.equal(['a=group:BUNDLE audio data', 'a=group:BUNDLE video']);
  });

  it('take no section for bundled that is in no group', () => {
    const only = media('video', { mid: 'only' }).map((line) => line.replace('m=video 9', 'm=video 0'));
    const text = (group: string) => offer(group, media('audio'), [...only, 'a=bundle-only']);
    expect(mids(text('audio only'))).to.deep.equal(['audio', 'only']);
    expect(mids(text('audio'))).to.deep.equal(['audio']);
  });

  it('serve the camera that follows a stopped transceiver', () => {
    const stopped = media('video', { direction: 'inactive', mid: 'stopped' });
    const camera = media('video', { mid: 'camera' });
    expect(mids(offer('audio stopped camera', media('audio'), stopped, camera))).to.deep.equal(['audio', 'camera']);
    const ended = stopped.map((line) => line.replace('m=video 9', 'm=video 0'));
    expect(mids(offer('audio camera', media('audio'), ended, camera))).to.deep.equal(['audio', 'camera']);
    expect(mids(offer('audio stopped', media('audio'), stopped))).to.deep.equal(['audio', 'stopped']);
  });

  it('serve what a client sends before what it waits for, when there is nothing to send to it', () => {
    const waiting = media('video', { direction: 'recvonly', mid: 'waiting' });
    const camera = media('video', { mid: 'camera' });
    expect(mids(offer('waiting camera', waiting, camera))).to.deep.equal(['camera']);
  });

  it('serve the section whose codec is known', () => {
    const future = media('video', { mid: 'future', lines: ['a=rtpmap:96 FUTURE/90000'] });
    expect(mids(offer('future camera', future, media('video', { mid: 'camera' })))).to.deep.equal(['camera']);
  });

  it('serve sound and picture in a group when a data section stands before it, alone', () => {
    const text = offer('audio video', channels, media('audio'), media('video'));
    expect(mids(text)).to.deep.equal(['data', 'audio', 'video']);
    expect(answerTo(text)).to.include('a=group:BUNDLE audio video');
    expect(mids(offer('data audio video', channels, media('audio'), media('video')))).to.deep.equal([
      'data',
      'audio',
      'video',
    ]);
    expect(mids(offer('', channels, media('audio')))).to.deep.equal(['data', 'audio']);
  });

  it('take spaces at the ends of lines for nothing', () => {
    const text = offer('audio video', media('audio'), media('video'));
    for (const spaces of [' ', '   ', '\t', ' \t '])
      expect(answerTo(text.replaceAll('\r\n', `${spaces}\r\n`))).to.deep.equal(answerTo(text));
  });

  describe('of H.264', () => {
    const h264 = (direction: string, ...formats: readonly (string | undefined)[]): string =>
      offer(
        '',
        media('video', {
          direction,
          lines: formats.flatMap((format, index) => [
            `a=rtpmap:${96 + index} H264/90000`,
            ...(format === undefined ? [] : [`a=fmtp:${96 + index} ${format}`]),
          ]),
        }).map((line) => line.replace(/SAVPF 96$/, `SAVPF ${formats.map((_, index) => 96 + index).join(' ')}`)),
      );

    for (const [what, format] of [
      ['in packetization mode 0', 'packetization-mode=0;profile-level-id=42e01f'],
      ['that names no mode', 'profile-level-id=42e01f'],
      ['without parameters', undefined],
      ['in mode 1, written in another way', 'profile-level-id=42E01F; packetization-mode=1'],
    ] as const) {
      it(`take a publisher ${what}`, () => {
        expect(served(h264('sendonly', format))).to.deep.equal(['m=video 9 UDP/TLS/RTP/SAVPF 96']);
      });
    }

    it('prefer mode 1 where a publisher has both, and take no interleaving', () => {
      expect(served(h264('sendonly', 'packetization-mode=0', 'packetization-mode=1'))).to.deep.equal([
        'm=video 9 UDP/TLS/RTP/SAVPF 97',
      ]);
      expect(() => answerTo(h264('sendonly', 'packetization-mode=2'))).to.throw('nothing agreed');
    });

    it('refuse a receiver that knows mode 0 alone', () => {
      expect(() => answerTo(h264('recvonly', 'packetization-mode=0;profile-level-id=42e01f'))).to.throw(
        'nothing agreed',
      );
      expect(() => answerTo(h264('recvonly', undefined))).to.throw('nothing agreed');
    });
  });
});
