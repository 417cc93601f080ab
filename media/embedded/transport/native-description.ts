import type { AgreedData } from '../sdp/agreement.js';
import type { LocalDescription, RemoteDescription } from '../sdp/description.js';

/** The one section for all media (see NativeTransport). */
export const mediaSection = { mid: 'media', payloadType: 96 };
/** The mid that the library gives data in its offers. In answers it takes any. */
const dataMid = '0';
const setups = ['active', 'passive', 'actpass'] as const;

/** Describes the other side to the library: one section of media, and one of data if there is any. */
export function describeRemote(remote: RemoteDescription, data: AgreedData | undefined): string {
  const transport = [
    `a=ice-ufrag:${remote.ufrag}`,
    `a=ice-pwd:${remote.password}`,
    'a=ice-options:trickle',
    `a=fingerprint:${remote.fingerprint.algorithm} ${remote.fingerprint.value}`,
    `a=setup:${remote.setup}`,
  ];
  return [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    `a=group:BUNDLE ${mediaSection.mid}${data ? ` ${dataMid}` : ''}`,
    `m=video 9 UDP/TLS/RTP/SAVPF ${mediaSection.payloadType}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mediaSection.mid}`,
    'a=sendrecv',
    'a=rtcp-mux',
    `a=rtpmap:${mediaSection.payloadType} VP8/90000`,
    ...transport,
    ...(data
      ? [
          'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
          'c=IN IP4 0.0.0.0',
          `a=mid:${dataMid}`,
          ...transport,
          `a=sctp-port:${data.sctpPort}`,
          `a=max-message-size:${data.maxMessageSize}`,
        ]
      : []),
    '',
  ].join('\r\n');
}

/** Reads the library's description of itself. @throws Error when something is missing */
export function readLocal(sdp: string): LocalDescription {
  const value = (pattern: RegExp): string => {
    const text = pattern.exec(sdp)?.[1];
    if (text === undefined) throw new Error('The media library gave an incomplete description');
    return text.trim();
  };
  return {
    ufrag: value(/^a=ice-ufrag:(.*)$/m),
    password: value(/^a=ice-pwd:(.*)$/m),
    fingerprint: {
      algorithm: value(/^a=fingerprint:(\S+) /m),
      value: value(/^a=fingerprint:\S+ (.*)$/m),
    },
    setup: setups.find((setup) => setup === value(/^a=setup:(.*)$/m)) ?? 'passive',
    sessionId: value(/^o=\S+ (\d+)/m),
  };
}
