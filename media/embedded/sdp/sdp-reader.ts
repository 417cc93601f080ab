import type { Fingerprint } from './description.js';
import type { Direction } from './direction.js';
import { directions, isDirection, receives, sends } from './direction.js';
import type { StreamGroups } from './stream-groups.js';
import { parseStreamGroups } from './stream-groups.js';

/** Characters of a description. A longer one is refused unread; a browser's offer has about 10,000. */
const largest = 200_000;
const mostSections = 64;

/** How to reach the other side, as a section says it, or the session for all sections. */
export interface TransportDescription {
  readonly ufrag: string | undefined;
  readonly password: string | undefined;
  readonly fingerprint: Fingerprint | undefined;
  readonly setup: string | undefined;
}

export interface OfferedCodec {
  readonly payloadType: number;
  /** As in the description; compare without case. */
  readonly name: string;
  readonly clockRate: number;
  readonly channels: number;
  /** The text of `a=fmtp`; empty: none. */
  readonly parameters: string;
  readonly feedback: readonly string[];
}

export interface OfferedSection {
  readonly index: number;
  /** `audio`, `video`, `application`, or any other text. */
  readonly media: string;
  readonly port: number;
  readonly protocol: string;
  readonly formats: string;
  readonly mid: string | undefined;
  /** It is in a group of sections that may share one transport (RFC 9143). */
  readonly bundled: boolean;
  readonly bundleOnly: boolean;
  readonly direction: Direction;
  readonly rtcpMux: boolean;
  readonly reducedSize: boolean;
  /** There is a line for RTCP without multiplexing (RFC 3605). */
  readonly rtcpPort: boolean;
  /** Candidates may come after the description (RFC 8840 §4.1.1). */
  readonly trickle: boolean;
  /** The session tells what its stream ids mean (`a=msid-semantic`, in drafts before RFC 8830). */
  readonly streamSemantics: boolean;
  readonly codecs: readonly OfferedCodec[];
  /** Header extensions that the other side sends: id by URI. */
  readonly extensions: ReadonlyMap<string, number>;
  /** Those that it takes. */
  readonly takenExtensions: ReadonlyMap<string, number>;
  /** Extensions of more than 16 bytes may be among shorter ones (RFC 8285 §6). */
  readonly mixedExtensions: boolean;
  readonly groups: StreamGroups;
  /** Names of the layers in which it sends its picture (RFC 8853), in their order; empty: in one. */
  readonly layers: readonly string[];
  readonly transport: TransportDescription;
  /** Port of data channels (RFC 8841 §5, or `a=sctpmap` in the drafts before); undefined: not given. */
  readonly sctpPort: number | undefined;
  readonly maxMessageSize: number | undefined;
  /** Texts that begin with `candidate:`. */
  readonly candidates: readonly string[];
}

/** An offer or an answer. */
export interface SessionDescription {
  readonly bundles: readonly (readonly string[])[];
  readonly sections: readonly OfferedSection[];
}

/** The text is no session description (RFC 8866 §5). The message is for the client, `reason` for us. */
export class InvalidSdp extends Error {
  override readonly name = 'InvalidSdp';

  constructor(
    readonly reason: string,
    message = 'Invalid SDP',
  ) {
    super(message);
  }
}

/** Reads an offer or an answer. @throws InvalidSdp */
export function parseSdp(text: string): SessionDescription {
  if (text.length > largest) throw new InvalidSdp('too long');
  const lines = text
    .split(/\r\n|\n|\r/)
    // Some programs leave spaces at the ends of their lines.
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  if (lines[0] !== 'v=0') throw new InvalidSdp('no version line');
  if (!lines.every((line) => /^[a-z]=/.test(line))) throw new InvalidSdp('not a line of SDP');
  const blocks: string[][] = [[]];
  for (const line of lines) {
    if (line.startsWith('m=')) blocks.push([]);
    blocks.at(-1)?.push(line);
  }
  const [head = [], ...rest] = blocks;
  if (!['o=', 's=', 't='].every((field) => head.some((line) => line.startsWith(field)))) {
    throw new InvalidSdp('a required line is missing');
  }
  if (rest.length > mostSections) throw new InvalidSdp('too many media sections');
  const session = new Attributes(head);
  const bundles = session
    .all('group')
    .map(words)
    .filter(([kind]) => kind === 'BUNDLE')
    .map((group) => group.slice(1));
  return { bundles, sections: rest.map((block, index) => parseSection(block, index, session, bundles)) };
}

function parseSection(
  block: readonly string[],
  index: number,
  session: Attributes,
  bundles: SessionDescription['bundles'],
): OfferedSection {
  const match = /^m=(\S+) (\d{1,5})(?:\/\d+)? (\S+) (\S.*)$/.exec(block[0] ?? '');
  if (!match) throw new InvalidSdp('a media line cannot be read');
  const [, media = '', port = '0', protocol = '', formats = ''] = match;
  const own = new Attributes(block);
  const mid = token(own.first('mid'));
  return {
    index,
    media,
    port: Number(port),
    protocol,
    formats,
    mid,
    bundled: mid !== undefined && bundles.some((mids) => mids.includes(mid)),
    bundleOnly: own.has('bundle-only'),
    direction: own.direction() ?? session.direction() ?? 'sendrecv',
    rtcpMux: own.has('rtcp-mux'),
    reducedSize: own.has('rtcp-rsize'),
    rtcpPort: own.has('rtcp'),
    trickle: [...own.all('ice-options'), ...session.all('ice-options')].flatMap(words).includes('trickle'),
    streamSemantics: session.all('msid-semantic').flatMap(words).includes('WMS'),
    codecs: parseCodecs(formats, own),
    extensions: parseExtensions(own, session, sends),
    takenExtensions: parseExtensions(own, session, receives),
    mixedExtensions: own.has('extmap-allow-mixed') || session.has('extmap-allow-mixed'),
    groups: parseStreamGroups(own.all('ssrc-group')),
    layers: parseLayers(own),
    transport: parseTransport(own, session),
    sctpPort: number(own.first('sctp-port')) ?? mappedPort(own, formats),
    maxMessageSize: number(own.first('max-message-size')),
    candidates: own.all('candidate').map((value) => `candidate:${value}`),
  };
}

/** Payload types that need no `a=rtpmap`: number, then what such a line would say (RFC 3551 §6). */
const assigned: ReadonlyMap<number, readonly string[]> = new Map([
  [0, ['', '0', 'PCMU', '8000']],
  [8, ['', '8', 'PCMA', '8000']],
]);

function parseCodecs(formats: string, own: Attributes): OfferedCodec[] {
  const maps = new Map<number, RegExpExecArray>();
  for (const value of own.all('rtpmap')) {
    const match = /^(\d{1,3}) ([\w.-]+)\/(\d{1,6})(?:\/(\d{1,2}))?/.exec(value);
    if (match) maps.set(Number(match[1]), match);
  }
  const parameters = new Map(own.all('fmtp').map(splitNumber));
  const feedback = own.all('rtcp-fb').map(splitNumber);
  return words(formats).flatMap((format) => {
    const payloadType = Number(format);
    const [, , name = '', clockRate = '0', channels = '1'] = maps.get(payloadType) ?? assigned.get(payloadType) ?? [];
    if (!name || payloadType > 127) return [];
    return {
      payloadType,
      name,
      clockRate: Number(clockRate),
      channels: Number(channels),
      parameters: parameters.get(format) ?? '',
      feedback: feedback.filter(([target]) => target === format || target === '*').map(([, value]) => value),
    };
  });
}

/** Of alternatives the first. A layer that is paused at first (`~`) is one too. Firefox before 2018 wrote `rid=`. */
function parseLayers(own: Attributes): string[] {
  const [, list = ''] = /(?:^|\s)send (?:rid=)?(\S+)/.exec(own.first('simulcast')?.trim() ?? '') ?? [];
  const sent = new Set(own.all('rid').flatMap((rid) => /^(\S+) send(?:\s|$)/.exec(rid)?.[1] ?? []));
  const names = list.split(';').map((alternatives) => (alternatives.split(',')[0] ?? '').replace(/^~/, ''));
  return [...new Set(names)].filter((name) => /^[\w-]{1,255}$/.test(name) && sent.has(name));
}

/** Ids are 1 to 255 (RFC 8285 §4). @param used whether an extension of this direction counts (§6) */
function parseExtensions(
  own: Attributes,
  session: Attributes,
  used: (direction: Direction) => boolean,
): Map<string, number> {
  const extensions = new Map<string, number>();
  for (const value of [...session.all('extmap'), ...own.all('extmap')]) {
    const [, number, direction = 'sendrecv', name] = /^(\d{1,3})(?:\/(\w+))? (\S+)/.exec(value) ?? [];
    const id = Number(number);
    if (!name || id < 1 || id > 255) continue;
    if (isDirection(direction) && !used(direction)) extensions.delete(name);
    else extensions.set(name, id);
  }
  return extensions;
}

function parseTransport(own: Attributes, session: Attributes): TransportDescription {
  const text = (name: string): string | undefined => token(own.first(name) ?? session.first(name));
  return {
    ufrag: text('ice-ufrag'),
    password: text('ice-pwd'),
    fingerprint: parseFingerprint(own) ?? parseFingerprint(session),
    setup: text('setup'),
  };
}

/** Clients from before 2019 have the port in the media line, and a line that says what it is for. */
function mappedPort(own: Attributes, formats: string): number | undefined {
  const [port, use] = words(own.first('sctpmap') ?? '');
  return port === formats.trim() && use === 'webrtc-datachannel' ? number(port) : undefined;
}

function parseFingerprint(attributes: Attributes): Fingerprint | undefined {
  const all = attributes.all('fingerprint').flatMap((text) => {
    const match = /^(sha-\d+) ((?:[\da-f]{2}:)+[\da-f]{2})$/i.exec(text.trim());
    return match ? { algorithm: (match[1] ?? '').toLowerCase(), value: (match[2] ?? '').toUpperCase() } : [];
  });
  return all.find(({ algorithm }) => algorithm === 'sha-256') ?? all[0];
}

/** The `a=` lines of one block. */
class Attributes {
  readonly #values = new Map<string, string[]>();

  constructor(block: readonly string[]) {
    for (const line of block) {
      if (!line.startsWith('a=')) continue;
      const colon = line.indexOf(':');
      const name = colon === -1 ? line.slice(2) : line.slice(2, colon);
      const value = colon === -1 ? '' : line.slice(colon + 1);
      const values = this.#values.get(name);
      if (values) values.push(value);
      else this.#values.set(name, [value]);
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  first(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  direction(): Direction | undefined {
    return directions.find((name) => this.has(name));
  }
}

/** The text if it is one word. We repeat it in answers, where it must not add lines or fields. */
function token(text: string | undefined): string | undefined {
  return text !== undefined && /^[\x21-\x7e]{1,256}$/.test(text) ? text : undefined;
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text.trim()) ? Number(text) : undefined;
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

function splitNumber(value: string): [string, string] {
  const space = value.indexOf(' ');
  return space === -1 ? [value, ''] : [value.slice(0, space), value.slice(space + 1)];
}
