import { expect } from 'chai';
import { MediaError } from '../../../media/errors.js';
import { sentMedia, withCodecs } from '../../../media/spread/relay-offer.js';

/** A section as media servers write it. `formats`: payload type, codec, parameters. */
function section(
  kind: 'audio' | 'video',
  direction: string,
  formats: readonly (readonly [type: number, codec: string, parameters?: string])[],
  port = 9,
): string {
  return [
    `m=${kind} ${port} UDP/TLS/RTP/SAVPF ${formats.map(([type]) => type).join(' ')}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${kind}0`,
    `a=${direction}`,
    ...formats.flatMap(([type, codec, parameters]) => [
      `a=rtpmap:${type} ${codec}/90000`,
      `a=rtcp-fb:${type} nack pli`,
      ...(parameters === undefined ? [] : [`a=fmtp:${type} ${parameters}`]),
    ]),
    'a=ssrc:1 cname:x',
    '',
  ].join('\r\n');
}

const head = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=Atrium\r\nt=0 0\r\n';
const audio = section('audio', 'sendonly', [[111, 'opus']]);
const everyVideo = section('video', 'sendonly', [
  [96, 'VP8'],
  [97, 'rtx', 'apt=96'],
  [102, 'H264', 'packetization-mode=1;profile-level-id=42e01f'],
  [103, 'rtx', 'apt=102'],
  [104, 'H264', 'profile-level-id=42e01f'],
  [98, 'VP9', 'profile-id=0'],
]);

describe('the offer of a relay', () => {
  it('has only the codecs of the publisher, with their repairs', () => {
    const everyAudio = section('audio', 'sendonly', [
      [111, 'opus'],
      [0, 'PCMU'],
    ]);
    const codecs = { audio: { name: 'OPUS', parameters: '' }, video: { name: 'VP8', parameters: '' } };
    const offer = withCodecs(head + everyAudio + everyVideo, codecs);
    expect(offer).to.equal(
      head +
        audio +
        section('video', 'sendonly', [
          [96, 'VP8'],
          [97, 'rtx', 'apt=96'],
        ]),
    );
  });

  for (const [what, parameters, type] of [
    ['that sends several packets for a picture', 'packetization-mode=1;profile-level-id=640c1f', 102],
    ['that names no mode', 'profile-level-id=42001f', 104],
  ] as const) {
    it(`has the H.264 of a publisher ${what}, with its profile`, () => {
      const offer = withCodecs(head + audio + everyVideo, { video: { name: 'H264', parameters } });
      expect(offer).to.include(`m=video 9 UDP/TLS/RTP/SAVPF ${type}`);
      expect(offer.match(/^a=fmtp:.*$/gm)).to.include(`a=fmtp:${type} ${parameters}`);
      expect(offer.match(/^a=rtpmap:.*$/gm)).to.not.include('a=rtpmap:96 VP8/90000');
    });
  }

  it('is refused when the media server does not offer the codec', () => {
    expect(() => withCodecs(head + everyVideo, { video: { name: 'AV1', parameters: '' } }))
      .to.throw(MediaError)
      .with.property('code', 'not-supported');
  });

  it('carries what the publisher sends: the first of its codecs', () => {
    const phone = section('audio', 'recvonly', [
      [63, 'red', '0/0'],
      [0, 'PCMU'],
    ]);
    const answer = head + phone + everyVideo.replace('sendonly', 'recvonly');
    expect(sentMedia(answer)).to.deep.equal({
      kinds: ['audio', 'video'],
      codecs: { audio: { name: 'PCMU', parameters: '' }, video: { name: 'VP8', parameters: '' } },
    });
    const repairsFirst = section('video', 'sendrecv', [
      [103, 'rtx', 'apt=102'],
      [116, 'red'],
      [102, 'H264', 'packetization-mode=1'],
    ]);
    expect(sentMedia(head + repairsFirst)).to.deep.equal({
      kinds: ['video'],
      codecs: { video: { name: 'H264', parameters: 'packetization-mode=1' } },
    });
  });

  it('leaves out what the publisher does not send', () => {
    const refused = section('video', 'inactive', [[96, 'VP8']], 0);
    const silent = section('video', 'sendonly', [[96, 'VP8']]);
    for (const video of [refused, silent]) {
      const { kinds, codecs } = sentMedia(head + section('audio', 'recvonly', [[111, 'opus']]) + video);
      expect(kinds).to.deep.equal(['audio']);
      expect(codecs).to.deep.equal({ audio: { name: 'OPUS', parameters: '' } });
    }
    expect(sentMedia('anything').kinds).to.be.empty;
  });
});
