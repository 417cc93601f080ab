import type { Codec, RtpKind } from '../codecs/codec.js';
import { codecs } from '../codecs/codecs.js';
import type { AgreedCodec, AgreedData, AgreedSection, Agreement, SourceCodecs } from './agreement.js';
import { transportExtension } from './agreement.js';
import type { Direction, RemoteDescription } from './description.js';
import type { OfferedCodec, OfferedSection, SessionDescription } from './sdp-reader.js';

/**
 * Decides what of an offer or an answer is served: the first audio, the first video and, with `dataChannels`, the first
 * section of data channels, all on one transport. Undefined when nothing can be served.
 * @param preference Whose order of codecs counts: ours for an offer; theirs for an answer, all of whose codecs may be sent.
 */
export function negotiate(
  offer: SessionDescription,
  sources: SourceCodecs,
  dataChannels = false,
  preference: 'ours' | 'theirs' = 'ours',
): Agreement | undefined {
  let data: AgreedData | undefined;
  const taken = new Map<RtpKind, OfferedSection>();
  let remote: RemoteDescription | undefined;
  let bundle: readonly string[] = [];
  const sections = offer.sections.map((offered): AgreedSection => {
    const inBundle = !remote || bundle.includes(offered.mid ?? '');
    if (dataChannels && !data && inBundle && isData(offered)) {
      const reachable = remote ?? remoteDescription(offer, offered);
      if (!reachable) return { offered, media: undefined };
      if (!remote) bundle = offer.bundles.find((group) => group.includes(offered.mid ?? '')) ?? [];
      remote = reachable;
      data = {
        sctpPort: offered.sctpPort ?? defaultSctpPort,
        maxMessageSize: offered.maxMessageSize ?? defaultMessageSize,
      };
      return { offered, media: undefined, data };
    }
    const kind = offered.media === 'audio' || offered.media === 'video' ? offered.media : undefined;
    if (!kind || taken.has(kind) || !isUsable(offered)) return { offered, media: undefined };
    if (!inBundle) return { offered, media: undefined };
    const reachable = remote ?? remoteDescription(offer, offered);
    const agreed = agreedCodecs(offered, kind, sources[kind], preference);
    if (!reachable || agreed.length === 0) return { offered, media: undefined };
    if (!remote) bundle = offer.bundles.find((group) => group.includes(offered.mid ?? '')) ?? [];
    remote = reachable;
    taken.set(kind, offered);
    const receives = offered.direction === 'sendrecv' || offered.direction === 'sendonly';
    return {
      offered,
      media: {
        kind,
        direction: mirrored(offered.direction),
        codecs: agreed,
        transportExtension: receives ? (offered.extensions.get(transportExtension) ?? 0) : 0,
      },
    };
  });
  return remote && { sections, remote, data };
}

/** Defaults of attributes that are missing (RFC 8841 §5 and §6). */
const defaultSctpPort = 5000;
const defaultMessageSize = 65_536;

function isData({ media, protocol, formats, port, bundleOnly }: OfferedSection): boolean {
  const sctp = /^(UDP|TCP)\/DTLS\/SCTP$/.test(protocol) && formats.trim() === 'webrtc-datachannel';
  return media === 'application' && sctp && (port !== 0 || bundleOnly);
}

function isUsable(offered: OfferedSection): boolean {
  const secure = /^(UDP|TCP)\/TLS\/RTP\/SAVPF$|^RTP\/SAVPF$/.test(offered.protocol);
  return secure && offered.rtcpMux && (offered.port !== 0 || offered.bundleOnly);
}

function mirrored(direction: Direction): Direction {
  if (direction === 'sendonly') return 'recvonly';
  if (direction === 'recvonly') return 'sendonly';
  return direction;
}

/** In a bundle the transport may be described in another section than the first we accept (RFC 9143 §7.1.3). */
function remoteDescription(offer: SessionDescription, offered: OfferedSection): RemoteDescription | undefined {
  const group = offer.bundles.find((mids) => mids.includes(offered.mid ?? '')) ?? [];
  const others = offer.sections.filter(({ mid }) => mid !== undefined && group.includes(mid));
  for (const { transport } of [offered, ...others]) {
    const { ufrag, password, fingerprint, setup } = transport;
    if (!ufrag || !password || !fingerprint) continue;
    return {
      ufrag,
      password,
      fingerprint,
      // The other side opens DTLS whenever it may: our own first message would be lost while it is not ready.
      setup: setup === 'passive' ? 'passive' : 'active',
      candidates: [...new Set([offered, ...others].flatMap(({ candidates }) => candidates))],
    };
  }
  return undefined;
}

function agreedCodecs(
  offered: OfferedSection,
  kind: RtpKind,
  source: Codec | undefined,
  preference: 'ours' | 'theirs',
): AgreedCodec[] {
  const matches = codecsOf(kind, source).flatMap((codec) => {
    const match = bestMatch(codec, offered.codecs);
    return match ? { codec, match } : [];
  });
  const place = ({ match }: { match: OfferedCodec }): number => offered.codecs.indexOf(match);
  if (preference === 'theirs') matches.sort((one, other) => place(one) - place(other));
  const agreed = matches.map(({ codec, match }) => agreedCodec(codec, match, offered));
  return offered.direction === 'recvonly' || preference === 'theirs' ? agreed : agreed.slice(0, 1);
}

/** Our codecs of one kind in order of preference; the source's is first. */
export function codecsOf(kind: RtpKind, source: Codec | undefined): Codec[] {
  const known = codecs.filter((codec) => codec.kind === kind);
  return known.sort((one, other) => Number(other === source) - Number(one === source));
}

function bestMatch(codec: Codec, offered: readonly OfferedCodec[]): OfferedCodec | undefined {
  const matches = offered.filter(
    ({ name, clockRate, parameters }) =>
      name.toLowerCase() === codec.name.toLowerCase() && clockRate === codec.clockRate && codec.accepts(parameters),
  );
  return matches.find(({ parameters }) => codec.prefers(parameters)) ?? matches[0];
}

/** The feedback we use. `transport-cc` is for media that comes in only: we do not pace what we send. */
export function feedbackFor(kind: RtpKind, receives: boolean): string[] {
  return [...(kind === 'video' ? videoFeedback : []), ...(receives ? ['transport-cc'] : [])];
}

const videoFeedback = ['nack', 'nack pli', 'ccm fir', 'goog-remb'];

function agreedCodec(codec: Codec, match: OfferedCodec, { direction, codecs: all }: OfferedSection): AgreedCodec {
  const receives = direction === 'sendrecv' || direction === 'sendonly';
  return {
    codec,
    payloadType: match.payloadType,
    parameters: match.parameters,
    feedback: feedbackFor(codec.kind, receives).filter((feedback) => match.feedback.includes(feedback)),
    repairType: match.feedback.includes('nack') ? repairTypeOf(match.payloadType, all) : undefined,
  };
}

/** The payload type of retransmissions: its `apt` is this one (RFC 4588 §8.1). */
function repairTypeOf(payloadType: number, all: readonly OfferedCodec[]): number | undefined {
  const apt = new RegExp(`(^|;\\s*)apt=${payloadType}(;|$)`);
  return all.find(({ name, parameters }) => name.toLowerCase() === 'rtx' && apt.test(parameters))?.payloadType;
}
