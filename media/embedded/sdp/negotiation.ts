import type { Codec, RtpKind } from '../codecs/codec.js';
import { codecs } from '../codecs/codecs.js';
import type {
  AgreedCodec,
  AgreedData,
  AgreedDescriptor,
  AgreedMedia,
  AgreedRedundancy,
  AgreedSection,
  AgreedSimulcast,
  AgreedTransport,
  Agreement,
  SourceCodecs,
} from './agreement.js';
import { levelExtension, mappedProtocol, nameExtension, repairNameExtension, transportExtension } from './agreement.js';
import type { RemoteDescription } from './description.js';
import { mirrored, receives, sends } from './direction.js';
import type { OfferedCodec, OfferedSection, SessionDescription, TransportDescription } from './sdp-reader.js';
import { mostLayers } from './stream-groups.js';

/**
 * Decides what of an offer or an answer is served: one audio, one video and, with `dataChannels`, one section of data
 * channels. Undefined when nothing can be served.
 * @param preference Whose order of codecs counts: ours for an offer; theirs for an answer, all of whose codecs may be
 * sent. Our offers have one transport: of an answer that splits it, the part is served in which most flows.
 */
export function negotiate(
  offer: SessionDescription,
  sources: SourceCodecs,
  dataChannels = false,
  preference: 'ours' | 'theirs' = 'ours',
): Agreement | undefined {
  const paths = pathsOf(offer).map((sections) => ({ sections, choices: choicesOf(sections) }));
  // Of equal sections those are served that share a transport with others.
  paths.sort((one, other) => worthOfAll(other.choices) - worthOfAll(one.choices));
  const allowed = preference === 'theirs' ? paths.slice(0, 1) : paths;
  const chosen = bestOfEachKind(allowed.flatMap(({ choices }) => choices));
  const used = allowed
    .map(({ sections }) => ({ sections, choices: chosen.filter(({ offered }) => sections.includes(offered)) }))
    .filter(({ choices }) => choices.length > 0)
    .sort((one, other) => firstIndex(one.choices) - firstIndex(other.choices));
  if (used.length === 0) return undefined;
  const sections = offer.sections.map((offered): AgreedSection => {
    const transport = used.findIndex((path) => path.sections.includes(offered));
    const choice = chosen.find((one) => one.offered === offered);
    const place = { offered, transport: transport === -1 ? undefined : transport, media: choice?.media };
    return choice?.data ? { ...place, data: choice.data } : place;
  });
  return { sections, transports: used.flatMap((path) => agreedTransport(path.sections, path.choices)) };

  function choicesOf(sections: readonly OfferedSection[]): Choice[] {
    return bestOfEachKind(
      sections.flatMap((offered): Choice[] => {
        const media = agreedMedia(offered, sources, preference);
        if (media) return [{ offered, media, data: undefined, worth: worthOf(offered, sources[media.kind]) }];
        if (!dataChannels || !isData(offered)) return [];
        return [{ offered, media: undefined, data: agreedData(offered), worth: 1 }];
      }),
    );
  }
}

/** A section that can be served, and how. */
interface Choice {
  readonly offered: OfferedSection;
  readonly media: AgreedMedia | undefined;
  readonly data: AgreedData | undefined;
  readonly worth: number;
}

/** What shares a transport: the sections of a group, or one section alone (RFC 9143 §7). Those without one are left out. */
function pathsOf({ bundles, sections }: SessionDescription): OfferedSection[][] {
  const groups = new Map<unknown, OfferedSection[]>();
  for (const section of sections) {
    const group = bundles.find((mids) => section.mid !== undefined && mids.includes(section.mid)) ?? section;
    groups.set(group, [...(groups.get(group) ?? []), section]);
  }
  return [...groups.values()].filter((group) => group.some(({ transport }) => isComplete(transport)));
}

function bestOfEachKind(choices: readonly Choice[]): Choice[] {
  return ['audio', 'video', 'application'].flatMap((kind) => {
    const [best] = choices
      .filter(({ offered }) => offered.media === kind)
      .sort((one, other) => other.worth - one.worth);
    return best ? [best] : [];
  });
}

function worthOfAll(choices: readonly Choice[]): number {
  return choices.reduce((sum, { worth }) => sum + worth, 0);
}

function firstIndex(choices: readonly Choice[]): number {
  return Math.min(...choices.map(({ offered }) => offered.index));
}

/** Of several sections of a kind the one is served in which something flows, or can flow once there is a source. */
function worthOf({ direction }: OfferedSection, source: Codec | undefined): number {
  if (direction === 'inactive') return 1;
  return sends(direction) || source !== undefined ? 3 : 2;
}

function agreedData({ sctpPort, maxMessageSize }: OfferedSection): AgreedData {
  return { sctpPort: sctpPort ?? defaultSctpPort, maxMessageSize: maxMessageSize ?? defaultMessageSize };
}

function agreedMedia(
  offered: OfferedSection,
  sources: SourceCodecs,
  preference: 'ours' | 'theirs',
): AgreedMedia | undefined {
  const { direction, extensions, takenExtensions, groups, media: kind } = offered;
  if ((kind !== 'audio' && kind !== 'video') || !isUsable(offered)) return undefined;
  const agreed = agreedCodecs(offered, kind, sources, preference);
  if (agreed.length === 0) return undefined;
  const [first] = agreed;
  const descriptor = first && preference === 'ours' ? agreedDescriptor(offered, first) : undefined;
  const simulcast = kind === 'video' && preference === 'ours' ? agreedSimulcast(offered) : undefined;
  return {
    kind,
    direction: mirrored(direction),
    codecs: agreed,
    transportExtension: sends(direction) ? (extensions.get(transportExtension) ?? 0) : 0,
    sentExtension: receives(direction) ? (takenExtensions.get(transportExtension) ?? 0) : 0,
    levelExtension: kind === 'audio' && sends(direction) ? (extensions.get(levelExtension) ?? 0) : 0,
    ...(descriptor && { descriptor }),
    ...(simulcast && { simulcast }),
    groups,
  };
}

/** It is longer than others can be at times, so it is agreed to where that is no harm. */
function agreedDescriptor(offered: OfferedSection, { codec }: AgreedCodec): AgreedDescriptor | undefined {
  const { direction, extensions, takenExtensions, mixedExtensions } = offered;
  const { descriptor: name } = codec;
  if (name === undefined || !mixedExtensions) return undefined;
  const received = sends(direction) ? (extensions.get(name) ?? 0) : 0;
  const sent = receives(direction) ? (takenExtensions.get(name) ?? 0) : 0;
  return received === 0 && sent === 0 ? undefined : { name, received, sent };
}

/** Of more than three layers the other side sends the first (RFC 8853 §5.3.2). Without names in packets nobody could tell them apart. */
function agreedSimulcast({ direction, layers, extensions }: OfferedSection): AgreedSimulcast | undefined {
  const name = extensions.get(nameExtension);
  if (!sends(direction) || layers.length === 0 || name === undefined) return undefined;
  return {
    names: layers.slice(0, mostLayers),
    nameExtension: name,
    repairExtension: extensions.get(repairNameExtension) ?? 0,
  };
}

/** Defaults of attributes that are missing (RFC 8841 §5 and §6). */
const defaultSctpPort = 5000;
const defaultMessageSize = 65_536;

function isData(offered: OfferedSection): boolean {
  const { media, protocol, formats, sctpPort } = offered;
  const sctp = /^(UDP|TCP)\/DTLS\/SCTP$/.test(protocol) && formats.trim() === 'webrtc-datachannel';
  const mapped = protocol === mappedProtocol && sctpPort !== undefined;
  return media === 'application' && (sctp || mapped) && isWanted(offered);
}

/** Port 0 stands for a section that is stopped, and in a group for one that has no transport of its own. */
function isWanted({ port, bundled, bundleOnly }: OfferedSection): boolean {
  return port !== 0 || (bundled && bundleOnly);
}

function isUsable(offered: OfferedSection): boolean {
  const secure = /^(UDP|TCP)\/TLS\/RTP\/SAVPF$|^RTP\/SAVPF$/.test(offered.protocol);
  return secure && offered.rtcpMux && isWanted(offered);
}

/** In a bundle the transport may be described in another section than the first we accept (RFC 9143 §7.1.3). */
function agreedTransport(sections: readonly OfferedSection[], choices: readonly Choice[]): AgreedTransport[] {
  const first = firstIndex(choices);
  const ordered = [...sections].sort((one, other) => Number(other.index === first) - Number(one.index === first));
  const transport = ordered.map((section) => section.transport).find(isComplete);
  if (!transport) return [];
  const { ufrag, password, fingerprint, setup } = transport;
  const remote: RemoteDescription = {
    ufrag,
    password,
    fingerprint,
    // We open DTLS whenever we may: the library can fail when a handshake reaches it before it listens (README).
    setup: setup === 'passive' || setup === 'actpass' ? 'passive' : 'active',
    mayOpen: setup !== 'passive',
    candidates: [...new Set(ordered.flatMap(({ candidates }) => candidates))],
  };
  return [{ remote, data: choices.find(({ data }) => data)?.data }];
}

type CompleteDescription = TransportDescription & Pick<RemoteDescription, 'ufrag' | 'password' | 'fingerprint'>;

function isComplete(transport: TransportDescription): transport is CompleteDescription {
  return Boolean(transport.ufrag && transport.password && transport.fingerprint);
}

function agreedCodecs(
  offered: OfferedSection,
  kind: RtpKind,
  sources: SourceCodecs,
  preference: 'ours' | 'theirs',
): AgreedCodec[] {
  const matches = codecsFor(kind, sends(offered.direction), sources[kind]).flatMap((codec) => {
    const match = bestMatch(codec, offered, sources);
    return match ? { codec, match } : [];
  });
  const place = ({ match }: { match: OfferedCodec }): number => offered.codecs.indexOf(match);
  if (preference === 'theirs') matches.sort((one, other) => place(one) - place(other));
  const agreed = matches.map(({ codec, match }) => agreedCodec(codec, match, offered));
  return offered.direction === 'recvonly' || preference === 'theirs' ? agreed : agreed.slice(0, 1);
}

/**
 * Our codecs of one kind in order of preference; the source's is first. A codec that another one carries is for those
 * that send it: a receiver of that codec alone can take few sources. `incoming`: the other side sends.
 */
export function codecsFor(kind: RtpKind, incoming: boolean, source: Codec | undefined): Codec[] {
  const known = codecs.filter((codec) => codec.kind === kind && (incoming || !codec.carriedBy || codec === source));
  const place = (codec: Codec): number => [source, source?.carriedBy].indexOf(codec) + 1 || codecs.length;
  return source ? known.sort((one, other) => place(one) - place(other)) : known;
}

function bestMatch(codec: Codec, offered: OfferedSection, sources: SourceCodecs): OfferedCodec | undefined {
  const matches = offered.codecs.filter(
    ({ name, clockRate, parameters }) =>
      name.toLowerCase() === codec.name.toLowerCase() && clockRate === codec.clockRate && codec.accepts(parameters),
  );
  const source = sources[codec.kind];
  if (
    codec.kind === 'video' &&
    sources.videoParameters !== undefined &&
    (codec === source || codec === source?.carriedBy)
  )
    return nearest(codec, sources.videoParameters, matches, offered.direction);
  return matches.find(({ parameters }) => codec.prefers(parameters)) ?? matches[0];
}

/** The type for a source with these parameters. A receiver that cannot decode the source is promised nothing. */
function nearest(
  codec: Codec,
  source: string,
  matches: readonly OfferedCodec[],
  direction: OfferedSection['direction'],
): OfferedCodec | undefined {
  const ranked = matches.flatMap((match) => {
    const distance = codec.distance(source, match.parameters) ?? (sends(direction) ? Infinity : undefined);
    return distance === undefined ? [] : [{ match, distance }];
  });
  return ranked.sort((one, other) => (one.distance > other.distance ? 1 : one.distance < other.distance ? -1 : 0))[0]
    ?.match;
}

/** The feedback we use. */
export const usedFeedback: Readonly<Record<RtpKind, readonly string[]>> = {
  audio: ['transport-cc'],
  video: ['nack', 'nack pli', 'ccm fir', 'goog-remb', 'transport-cc'],
};

function agreedCodec(codec: Codec, match: OfferedCodec, { direction, codecs: all }: OfferedSection): AgreedCodec {
  return {
    codec,
    payloadType: match.payloadType,
    parameters: match.parameters,
    feedback: usedFeedback[codec.kind].filter((feedback) => match.feedback.includes(feedback)),
    repairType: match.feedback.includes('nack') ? repairTypeOf(match.payloadType, all) : undefined,
    redundancy: codec.repeatable ? redundancyOf(match, direction, all) : undefined,
  };
}

/** Each part is of the codec. A receiver that does not want it gets none, so nothing is agreed. */
function redundancyOf(
  match: OfferedCodec,
  direction: OfferedSection['direction'],
  all: readonly OfferedCodec[],
): AgreedRedundancy | undefined {
  const { clockRate, channels, payloadType: own } = match;
  const found = all.find(
    (one) =>
      one.name.toLowerCase() === 'red' &&
      one.clockRate === clockRate &&
      one.channels === channels &&
      one.parameters.split('/').every((part) => Number(part) === own),
  );
  const isPreferred = found !== undefined && all.indexOf(found) < all.indexOf(match);
  if (!found || (!isPreferred && !sends(direction))) return undefined;
  return { payloadType: found.payloadType, parameters: found.parameters, isPreferred };
}

/** The payload type of retransmissions: its `apt` is this one (RFC 4588 §8.1). */
function repairTypeOf(payloadType: number, all: readonly OfferedCodec[]): number | undefined {
  const apt = new RegExp(`(^|;\\s*)apt=${payloadType}(;|$)`);
  return all.find(({ name, parameters }) => name.toLowerCase() === 'rtx' && apt.test(parameters))?.payloadType;
}
