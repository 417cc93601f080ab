import type { Codec, RtpKind } from '../codecs/codec.js';
import { codecs } from '../codecs/codecs.js';
import type { AgreedCodec, AgreedData, AgreedMedia, AgreedSection, Agreement, SourceCodecs } from './agreement.js';
import { transportExtension } from './agreement.js';
import type { RemoteDescription } from './description.js';
import { mirrored, sends } from './direction.js';
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
  const transport = new SharedTransport(offer);
  const taken = new Set<RtpKind>();
  let data: AgreedData | undefined;
  const sections = offer.sections.map((offered): AgreedSection => {
    const refused = { offered, media: undefined };
    if (!transport.reaches(offered)) return refused;
    if (dataChannels && !data && isData(offered)) {
      transport.use(offered);
      data = agreedData(offered);
      return { offered, media: undefined, data };
    }
    const media = agreedMedia(offered, sources, preference);
    if (!media || taken.has(media.kind)) return refused;
    transport.use(offered);
    taken.add(media.kind);
    return { offered, media };
  });
  return transport.remote && { sections, remote: transport.remote, data };
}

/** The one transport of all sections: that of the first section that is served, and of those in a bundle with it. */
class SharedTransport {
  readonly #offer: SessionDescription;
  #bundle: readonly string[] = [];
  #remote: RemoteDescription | undefined;

  constructor(offer: SessionDescription) {
    this.#offer = offer;
  }

  /** Undefined while no section is served. */
  get remote(): RemoteDescription | undefined {
    return this.#remote;
  }

  reaches(offered: OfferedSection): boolean {
    if (this.#remote) return this.#bundle.includes(offered.mid ?? '');
    return remoteDescription(this.#offer, offered) !== undefined;
  }

  use(offered: OfferedSection): void {
    this.#remote ??= remoteDescription(this.#offer, offered);
    if (this.#bundle.length === 0) this.#bundle = bundleOf(this.#offer, offered);
  }
}

function bundleOf({ bundles }: SessionDescription, { mid = '' }: OfferedSection): readonly string[] {
  return bundles.find((mids) => mids.includes(mid)) ?? [];
}

function agreedData({ sctpPort, maxMessageSize }: OfferedSection): AgreedData {
  return { sctpPort: sctpPort ?? defaultSctpPort, maxMessageSize: maxMessageSize ?? defaultMessageSize };
}

function agreedMedia(
  offered: OfferedSection,
  sources: SourceCodecs,
  preference: 'ours' | 'theirs',
): AgreedMedia | undefined {
  const { direction, extensions, groups, media: kind } = offered;
  if ((kind !== 'audio' && kind !== 'video') || !isUsable(offered)) return undefined;
  const agreed = agreedCodecs(offered, kind, sources[kind], preference);
  if (agreed.length === 0) return undefined;
  return {
    kind,
    direction: mirrored(direction),
    codecs: agreed,
    transportExtension: sends(direction) ? (extensions.get(transportExtension) ?? 0) : 0,
    groups,
  };
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

/** In a bundle the transport may be described in another section than the first we accept (RFC 9143 §7.1.3). */
function remoteDescription(offer: SessionDescription, offered: OfferedSection): RemoteDescription | undefined {
  const group = bundleOf(offer, offered);
  const others = offer.sections.filter(({ mid }) => mid !== undefined && group.includes(mid));
  for (const { transport } of [offered, ...others]) {
    const { ufrag, password, fingerprint, setup } = transport;
    if (!ufrag || !password || !fingerprint) continue;
    return {
      ufrag,
      password,
      fingerprint,
      // We open DTLS whenever we may: the library can fail when a handshake reaches it before it listens (README).
      setup: setup === 'passive' || setup === 'actpass' ? 'passive' : 'active',
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
  return {
    codec,
    payloadType: match.payloadType,
    parameters: match.parameters,
    feedback: feedbackFor(codec.kind, sends(direction)).filter((feedback) => match.feedback.includes(feedback)),
    repairType: match.feedback.includes('nack') ? repairTypeOf(match.payloadType, all) : undefined,
  };
}

/** The payload type of retransmissions: its `apt` is this one (RFC 4588 §8.1). */
function repairTypeOf(payloadType: number, all: readonly OfferedCodec[]): number | undefined {
  const apt = new RegExp(`(^|;\\s*)apt=${payloadType}(;|$)`);
  return all.find(({ name, parameters }) => name.toLowerCase() === 'rtx' && apt.test(parameters))?.payloadType;
}
