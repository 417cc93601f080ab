import type { AgreedCodec, AgreedData, AgreedMedia, AgreedSection } from './agreement.js';
import { levelExtension, mappedProtocol, nameExtension, repairNameExtension, transportExtension } from './agreement.js';
import type { LocalDescription, SentStreams } from './description.js';
import { sends } from './direction.js';

/**
 * `locals`: our side of each transport, in the order of the agreement. Writes an offer or an answer without candidates, which are trickled (RFC 8829 §5.2.1, §5.3.1). An answer has nothing
 * that was not offered, but what describes us: our streams, transport and message size.
 */
export function writeDescription(
  sections: readonly AgreedSection[],
  locals: readonly LocalDescription[],
  sent: SentStreams,
): string {
  const hasSemantics = sections.some(({ offered }) => offered.streamSemantics);
  const lines = [
    'v=0',
    `o=- ${locals[0]?.sessionId ?? '0'} 1 IN IP4 0.0.0.0`,
    's=Atrium',
    't=0 0',
    ...locals.flatMap((_local, transport) =>
      bundleLines(sections.filter((section) => section.transport === transport)),
    ),
    ...(hasSemantics ? [`a=msid-semantic: WMS ${sent.streamId}`] : []),
    ...sections.flatMap((section) => {
      const local = locals[section.transport ?? -1];
      if (local && section.media) return served(section, section.media, local, sent);
      return local && section.data ? servedData(section, section.data, local) : refused(section);
    }),
  ];
  return lines.join('\r\n') + '\r\n';
}

/** Adds candidates to each served section of a description. `candidatesOf`: those of the section at this place. */
export function withCandidates(sdp: string, candidatesOf: (index: number) => readonly string[]): string {
  const [head = '', ...sections] = sdp.split(/^(?=m=)/m);
  return [head, ...sections.map((section, index) => section + (isServed(section) ? lines(index) : ''))].join('');

  function lines(index: number): string {
    return candidatesOf(index)
      .map((candidate) => `a=${candidate}\r\n`)
      .join('');
  }
}

function isServed(section: string): boolean {
  return /^m=\S+ [1-9]/.test(section);
}

/** `sections`: those of one transport. */
function bundleLines(sections: readonly AgreedSection[]): string[] {
  const mids = sections.flatMap(({ media, data, offered: { bundled, mid } }) =>
    (media ?? data) && bundled && mid ? mid : [],
  );
  return mids.length > 0 ? [`a=group:BUNDLE ${mids.join(' ')}`] : [];
}

function served({ offered }: AgreedSection, media: AgreedMedia, local: LocalDescription, sent: SentStreams): string[] {
  const formats = media.codecs.flatMap(formatsOf).join(' ');
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
    ...extensionLines(media),
    ...(media.levelExtension ? [`a=extmap:${media.levelExtension} ${levelExtension}`] : []),
    ...descriptorLines(media),
    ...media.codecs.flatMap(codecLines),
    ...simulcastLines(media),
    ...(sends(media.direction) ? [`a=msid:${sent.streamId} ${media.kind}0`, ...streamLines(media, sent)] : []),
  ];
}

function descriptorLines({ descriptor }: AgreedMedia): string[] {
  if (!descriptor) return [];
  const { name, received, sent } = descriptor;
  const ids = [...new Set([received, sent])].filter((id) => id !== 0);
  return [...ids.map((id) => `a=extmap:${id} ${name}`), 'a=extmap-allow-mixed'];
}

/** RFC 8853 §5.3.2, RFC 8851. */
function simulcastLines({ simulcast }: AgreedMedia): string[] {
  if (!simulcast) return [];
  const { names, nameExtension: name, repairExtension: repair } = simulcast;
  return [
    `a=extmap:${name} ${nameExtension}`,
    ...(repair ? [`a=extmap:${repair} ${repairNameExtension}`] : []),
    ...names.map((each) => `a=rid:${each} recv`),
    `a=simulcast:recv ${names.join(';')}`,
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
    ...(offered.protocol === mappedProtocol
      ? [`a=sctpmap:${sctpPort} webrtc-datachannel 1024`]
      : [`a=sctp-port:${sctpPort}`, `a=max-message-size:${largestMessage}`]),
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

function extensionLines({ transportExtension: received, sentExtension: own }: AgreedMedia): string[] {
  const ids = [...new Set([received, own])].filter((id) => id !== 0);
  return ids.map((id) => `a=extmap:${id} ${transportExtension}`);
}

function streamLines({ kind, codecs }: AgreedMedia, { ssrcs, repairSsrc, cname }: SentStreams): string[] {
  const own = `a=ssrc:${ssrcs[kind]} cname:${cname}`;
  if (codecs.every(({ repairType }) => repairType === undefined)) return [own];
  return [`a=ssrc-group:FID ${ssrcs[kind]} ${repairSsrc}`, own, `a=ssrc:${repairSsrc} cname:${cname}`];
}

/** In the order of the offer: the other side sends the first. */
function formatsOf({ payloadType, repairType, redundancy }: AgreedCodec): number[] {
  const own = [payloadType, ...(repairType === undefined ? [] : [repairType])];
  if (!redundancy) return own;
  return redundancy.isPreferred ? [redundancy.payloadType, ...own] : [...own, redundancy.payloadType];
}

function codecLines({ codec, payloadType, parameters, feedback, repairType, redundancy }: AgreedCodec): string[] {
  const channels = codec.channels ? `/${codec.channels}` : '';
  return [
    `a=rtpmap:${payloadType} ${codec.name}/${codec.clockRate}${channels}`,
    ...feedback.map((text) => `a=rtcp-fb:${payloadType} ${text}`),
    ...(parameters ? [`a=fmtp:${payloadType} ${parameters}`] : []),
    ...(repairType === undefined
      ? []
      : [`a=rtpmap:${repairType} rtx/${codec.clockRate}`, `a=fmtp:${repairType} apt=${payloadType}`]),
    ...(redundancy
      ? [
          `a=rtpmap:${redundancy.payloadType} red/${codec.clockRate}${channels}`,
          `a=fmtp:${redundancy.payloadType} ${redundancy.parameters}`,
        ]
      : []),
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
