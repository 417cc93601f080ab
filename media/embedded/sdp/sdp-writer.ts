import type { AgreedCodec, AgreedData, AgreedMedia, AgreedSection } from './agreement.js';
import { transportExtension } from './agreement.js';
import type { LocalDescription, SentStreams } from './description.js';
import { sends } from './direction.js';

/**
 * Writes an offer or an answer without candidates, which are trickled (RFC 8829 §5.2.1, §5.3.1). An answer has nothing
 * that was not offered, but what describes us: our streams, transport and message size.
 */
export function writeDescription(
  sections: readonly AgreedSection[],
  local: LocalDescription,
  sent: SentStreams,
): string {
  const bundle = sections.flatMap(({ media, data, offered: { bundled, mid } }) =>
    (media ?? data) && bundled && mid ? mid : [],
  );
  const hasSemantics = sections.some(({ offered }) => offered.streamSemantics);
  const lines = [
    'v=0',
    `o=- ${local.sessionId} 1 IN IP4 0.0.0.0`,
    's=Atrium',
    't=0 0',
    ...(bundle.length > 0 ? [`a=group:BUNDLE ${bundle.join(' ')}`] : []),
    ...(hasSemantics ? [`a=msid-semantic: WMS ${sent.streamId}`] : []),
    ...sections.flatMap((section) => {
      if (section.media) return served(section, section.media, local, sent);
      return section.data ? servedData(section, section.data, local) : refused(section);
    }),
  ];
  return lines.join('\r\n') + '\r\n';
}

/** Adds candidates to each served section of a description. */
export function withCandidates(sdp: string, candidates: readonly string[]): string {
  const lines = candidates.map((candidate) => `a=${candidate}\r\n`).join('');
  return sdp.replaceAll(/^(m=\S+ [1-9][\s\S]*?)(?=^m=|(?![\s\S]))/gm, (section) => section + lines);
}

function served({ offered }: AgreedSection, media: AgreedMedia, local: LocalDescription, sent: SentStreams): string[] {
  const formats = media.codecs
    .flatMap(({ payloadType, repairType = [] }) => [payloadType].concat(repairType))
    .join(' ');
  return [
    `m=${media.kind} 9 ${offered.protocol} ${formats}`,
    'c=IN IP4 0.0.0.0',
    ...(media.limit ? [`b=AS:${media.limit}`] : []),
    ...(offered.rtcpPort ? ['a=rtcp:9 IN IP4 0.0.0.0'] : []),
    ...(offered.mid ? [`a=mid:${offered.mid}`] : []),
    `a=${media.direction}`,
    ...transportLines(local, offered.trickle),
    'a=rtcp-mux',
    ...(offered.reducedSize ? ['a=rtcp-rsize'] : []),
    ...(media.transportExtension ? [`a=extmap:${media.transportExtension} ${transportExtension}`] : []),
    ...media.codecs.flatMap(codecLines),
    ...(sends(media.direction) ? [`a=msid:${sent.streamId} ${media.kind}0`, ...streamLines(media, sent)] : []),
  ];
}

/** The longest message we take over a data channel, in bytes; browsers take as much. */
export const largestMessage = 262_144;

function servedData({ offered }: AgreedSection, { sctpPort }: AgreedData, local: LocalDescription): string[] {
  return [
    `m=application 9 ${offered.protocol} ${offered.formats}`,
    'c=IN IP4 0.0.0.0',
    ...(offered.mid ? [`a=mid:${offered.mid}`] : []),
    ...transportLines(local, offered.trickle),
    `a=sctp-port:${sctpPort}`,
    `a=max-message-size:${largestMessage}`,
  ];
}

function transportLines(local: LocalDescription, trickle: boolean): string[] {
  return [
    `a=ice-ufrag:${local.ufrag}`,
    `a=ice-pwd:${local.password}`,
    ...(trickle ? ['a=ice-options:trickle'] : []),
    `a=fingerprint:${local.fingerprint.algorithm} ${local.fingerprint.value}`,
    `a=setup:${local.setup}`,
  ];
}

function streamLines({ kind, codecs }: AgreedMedia, { ssrcs, repairSsrc, cname }: SentStreams): string[] {
  const own = `a=ssrc:${ssrcs[kind]} cname:${cname}`;
  if (codecs.every(({ repairType }) => repairType === undefined)) return [own];
  return [`a=ssrc-group:FID ${ssrcs[kind]} ${repairSsrc}`, own, `a=ssrc:${repairSsrc} cname:${cname}`];
}

function codecLines({ codec, payloadType, parameters, feedback, repairType }: AgreedCodec): string[] {
  const channels = codec.channels ? `/${codec.channels}` : '';
  return [
    `a=rtpmap:${payloadType} ${codec.name}/${codec.clockRate}${channels}`,
    ...feedback.map((text) => `a=rtcp-fb:${payloadType} ${text}`),
    ...(parameters ? [`a=fmtp:${payloadType} ${parameters}`] : []),
    ...(repairType === undefined
      ? []
      : [`a=rtpmap:${repairType} rtx/${codec.clockRate}`, `a=fmtp:${repairType} apt=${payloadType}`]),
  ];
}

function refused({ offered }: AgreedSection): string[] {
  return [
    `m=${offered.media} 0 ${offered.protocol} ${offered.formats}`,
    'c=IN IP4 0.0.0.0',
    ...(offered.mid ? [`a=mid:${offered.mid}`] : []),
    'a=inactive',
  ];
}
