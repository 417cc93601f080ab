/** Offers as browsers write them, cut down to the lines that matter. */

export type OfferedDirection = 'sendrecv' | 'sendonly' | 'recvonly';

export interface OfferedVideo {
  readonly payloadType: number;
  readonly name: string;
  readonly parameters?: string;
}

export interface OfferOptions {
  readonly direction?: OfferedDirection;
  readonly video?: readonly OfferedVideo[];
  readonly opus?: number;
  /** Payload types of audio, in their order. Default: Opus, then PCMU. */
  readonly audio?: readonly number[];
  /** More lines of the audio section. */
  readonly audioLines?: readonly string[];
  /** Id of the extension by which pictures of AV1 are described. Default: it is not offered. */
  readonly descriptor?: number;
  /** Whether short and long extensions may be mixed. Default: yes. */
  readonly mixes?: boolean;
  readonly application?: boolean;
  readonly setup?: string;
  readonly transportExtension?: number;
  readonly feedback?: readonly string[];
  /** Whether lost packets may be sent again on a stream of their own (RTX). */
  readonly repairs?: boolean;
  /** Sections that are offered for one transport. Default: all. */
  readonly bundle?: readonly string[];
  /** Names of layers in which the picture is sent. The extensions for names are 10 and 11. */
  readonly layers?: readonly string[];
}

export const vp8 = { payloadType: 96, name: 'VP8' };
export const vp9 = { payloadType: 98, name: 'VP9', parameters: 'profile-id=0' };
export const vp9Profile2 = { payloadType: 100, name: 'VP9', parameters: 'profile-id=2' };
export const h264 = {
  payloadType: 102,
  name: 'H264',
  parameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
};
export const h264Single = {
  payloadType: 104,
  name: 'H264',
  parameters: 'level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f',
};

export const av1 = { payloadType: 45, name: 'AV1', parameters: 'level-idx=5;profile=0;tier=0' };

export const descriptorName = 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';

const everyVideo: readonly OfferedVideo[] = [vp8, vp9, h264Single, h264];
const browserFeedback = ['goog-remb', 'transport-cc', 'ccm fir', 'nack', 'nack pli'];

export function browserOffer(options: OfferOptions = {}): string {
  const { direction = 'sendrecv', video = everyVideo, opus = 111, feedback = browserFeedback } = options;
  const { repairs = true, transportExtension: extension = 3 } = options;
  const { audio = [opus, 0], audioLines = [] } = options;
  const { bundle = ['0', '1', ...(options.application ? ['2'] : [])] } = options;
  const common = (mid: string): string[] => [
    'c=IN IP4 0.0.0.0',
    'a=rtcp:9 IN IP4 0.0.0.0',
    'a=ice-ufrag:abcd',
    'a=ice-pwd:0123456789abcdefghijkl',
    'a=ice-options:trickle',
    'a=fingerprint:sha-256 3E:E9:22:82:9C:62:7F:76:9E:3C:42:C8:65:4B:20:8F:22:19:7C:27:B9:58:91:26:40:17:C4:7E:E5:E3:51:E9',
    `a=setup:${options.setup ?? 'actpass'}`,
    `a=mid:${mid}`,
  ];
  const transportCc = `a=extmap:${extension} http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01`;
  const lines = [
    'v=0',
    'o=- 7704330403677243544 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    ...(bundle.length > 0 ? [`a=group:BUNDLE ${bundle.join(' ')}`] : []),
    ...(options.mixes === false ? [] : ['a=extmap-allow-mixed']),
    'a=msid-semantic: WMS',
    `m=audio 9 UDP/TLS/RTP/SAVPF ${audio.join(' ')}`,
    ...common('0'),
    'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
    transportCc,
    `a=${direction}`,
    'a=rtcp-mux',
    'a=rtcp-rsize',
    `a=rtpmap:${opus} opus/48000/2`,
    `a=rtcp-fb:${opus} transport-cc`,
    `a=fmtp:${opus} minptime=10;useinbandfec=1`,
    'a=rtpmap:0 PCMU/8000',
    ...audioLines,
    `m=video 9 UDP/TLS/RTP/SAVPF ${video.map(({ payloadType }) => (repairs ? `${payloadType} ${payloadType + 1}` : payloadType)).join(' ')}`,
    ...common('1'),
    'a=extmap:13 urn:3gpp:video-orientation',
    ...(options.descriptor === undefined ? [] : [`a=extmap:${options.descriptor} ${descriptorName}`]),
    transportCc,
    `a=${direction}`,
    'a=rtcp-mux',
    'a=rtcp-rsize',
    ...video.flatMap(({ payloadType, name, parameters }) => [
      `a=rtpmap:${payloadType} ${name}/90000`,
      ...feedback.map((one) => `a=rtcp-fb:${payloadType} ${one}`),
      ...(parameters ? [`a=fmtp:${payloadType} ${parameters}`] : []),
      ...(repairs ? [`a=rtpmap:${payloadType + 1} rtx/90000`, `a=fmtp:${payloadType + 1} apt=${payloadType}`] : []),
    ]),
    ...(options.layers
      ? [
          'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
          'a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
          ...options.layers.map((name) => `a=rid:${name} send`),
          `a=simulcast:send ${options.layers.join(';')}`,
        ]
      : []),
    ...(options.application
      ? ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', ...common('2'), 'a=sctp-port:5000']
      : []),
  ];
  return lines.join('\r\n') + '\r\n';
}
