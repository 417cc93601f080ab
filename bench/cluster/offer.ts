/** What a browser may say that publishes. Nobody is there: no packet ever comes. */
const fingerprint = Array.from({ length: 32 }, (_, index) => (index + 16).toString(16).toUpperCase()).join(':');

const transport = [
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:bnch',
  'a=ice-pwd:0123456789abcdef01234567',
  `a=fingerprint:sha-256 ${fingerprint}`,
  'a=setup:actpass',
  'a=sendonly',
  'a=rtcp-mux',
];

export const offer = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  ...transport,
  'a=mid:0',
  'a=rtpmap:111 opus/48000/2',
  'a=ssrc:1001 cname:bench',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  ...transport,
  'a=mid:1',
  'a=rtpmap:96 VP8/90000',
  'a=rtcp-fb:96 nack',
  'a=rtcp-fb:96 nack pli',
  'a=ssrc:1002 cname:bench',
  '',
].join('\r\n');

/** @param number makes it another one: a port at which nobody listens */
export function candidate(number: number) {
  return {
    candidate: `candidate:${number} 1 udp 2122260223 127.0.0.1 ${9_000 + number} typ host`,
    sdpMid: '0',
    sdpMLineIndex: 0,
  };
}
