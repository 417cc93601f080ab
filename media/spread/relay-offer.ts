import { MediaError } from '../errors.js';
import type { MediaKind } from '../port.js';

/** What a client sends to the endpoint that has given it an answer. */
export interface SentMedia {
  readonly kinds: readonly MediaKind[];
  /** Of the kinds that it sends. */
  readonly codecs: SentCodecs;
}

export type SentCodecs = Readonly<Partial<Record<MediaKind, SentCodec>>>;

export interface SentCodec {
  /** As in `a=rtpmap`, in capitals. */
  readonly name: string;
  /** The text of `a=fmtp`; empty: none. */
  readonly parameters: string;
}

interface Format extends SentCodec {
  readonly payloadType: string;
}

/** They repair other payload types, or carry them. */
const repairs: readonly string[] = ['RTX', 'RED', 'ULPFEC', 'FLEXFEC-03'];
/** Receivers with different values do not take each other's video (RFC 6184 §8.1, RFC 9628 §6). */
const decisive = ['packetization-mode', 'profile-id'] as const;

/** @param answer the SDP of the media server. Of several codecs a client sends the first */
export function sentMedia(answer: string): SentMedia {
  const received = sectionsOf(answer).filter((section) => /^m=\S+ [1-9]/.test(section) && !isSilent(section));
  const kinds = mediaKinds.filter((kind) => received.some((section) => isOf(kind, section)));
  const codecs = kinds.flatMap((kind) => {
    const section = received.find((each) => isOf(kind, each)) ?? '';
    const codec = formatsOf(section).find(({ name }) => !repairs.includes(name));
    return codec ? [[kind, { name: codec.name, parameters: codec.parameters }] as const] : [];
  });
  return { kinds, codecs: Object.fromEntries(codecs) };
}

/**
 * Takes all codecs of a kind but one out of an offer: two media servers would agree on another one otherwise, and nothing would come
 * through. Its parameters become those of the client, so that subscribers learn what they get.
 * @throws MediaError `not-supported` when it is not offered
 */
export function withCodecs(offer: string, codecs: SentCodecs): string {
  const [head = '', ...sections] = offer.split(/^(?=m=)/m);
  const chosen = sections.map((section) => {
    const codec = mediaKinds.flatMap((kind) => (isOf(kind, section) ? (codecs[kind] ?? []) : []))[0];
    return codec ? withCodec(section, codec) : section;
  });
  return head + chosen.join('');
}

const mediaKinds = ['audio', 'video'] as const;

function isOf(kind: MediaKind, section: string): boolean {
  return section.startsWith(`m=${kind} `);
}

function withCodec(section: string, { name, parameters }: SentCodec): string {
  const formats = formatsOf(section);
  const same = formats.filter((format) => format.name === name);
  const chosen = same.find((format) =>
    decisive.every((key) => valueOf(key, format.parameters) === valueOf(key, parameters)),
  );
  const { payloadType } = chosen ?? same[0] ?? {};
  if (payloadType === undefined) throw new MediaError('not-supported', `The media server cannot pass ${name} on`);
  const repair = formats.filter((format) => format.name === 'RTX' && valueOf('apt', format.parameters) === payloadType);
  const kept = [payloadType, ...repair.map((format) => format.payloadType)];
  const lines = section.split(/\r?\n/).filter((line) => {
    const [, of] = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line) ?? [];
    return of === undefined || kept.includes(of);
  });
  const [media = '', ...others] = lines;
  const head = media.replace(/^(m=\S+ \S+ \S+).*/, `$1 ${kept.join(' ')}`);
  return [head, ...withParameters(others, payloadType, parameters)].join('\r\n');
}

function withParameters(lines: readonly string[], payloadType: string, parameters: string): string[] {
  if (parameters === '') return [...lines];
  const described = lines.filter((line) => !line.startsWith(`a=fmtp:${payloadType} `));
  const at = described.findIndex((line) => line.startsWith(`a=rtpmap:${payloadType} `));
  return described.toSpliced(at + 1, 0, `a=fmtp:${payloadType} ${parameters}`);
}

/** In their order. */
function formatsOf(section: string): Format[] {
  const [, types = ''] = /^m=\S+ \S+ \S+ ([\d ]*)/.exec(section) ?? [];
  return types
    .split(' ')
    .filter(Boolean)
    .flatMap((payloadType) => {
      const [, name] = new RegExp(`^a=rtpmap:${payloadType} ([^/\\s]+)/`, 'm').exec(section) ?? [];
      const [, parameters = ''] = new RegExp(`^a=fmtp:${payloadType} ([^\\r\\n]*)`, 'm').exec(section) ?? [];
      return name === undefined ? [] : [{ payloadType, name: name.toUpperCase(), parameters }];
    });
}

/** What a parameter says. Without it the default of each is 0. */
function valueOf(key: string, parameters: string): string {
  return new RegExp(`(?:^|;\\s*)${key}\\s*=\\s*([^;\\s]+)`, 'i').exec(parameters)?.[1] ?? '0';
}

function isSilent(section: string): boolean {
  return /^a=(?:sendonly|inactive)\s*$/m.test(section);
}

function sectionsOf(sdp: string): string[] {
  return sdp.split(/^(?=m=)/m).slice(1);
}
