import { isOffered } from '../../rooms/index.js';
import { Refusal } from './errors.js';

/** What candidates that come later are held against. */
export interface OfferedIce {
  /** Of the sections, in their order. */
  readonly mids: readonly string[];
  /** Of the ICE session. */
  readonly ufrags: readonly string[];
}

/** An offer of a client, made one-way. */
export interface Offer extends OfferedIce {
  readonly sdp: string;
}

/** Which way the media of a client goes. */
export type Way = 'sendonly' | 'recvonly';

const direction = /^a=(sendrecv|sendonly|recvonly|inactive)(?=\s*$)/m;

/**
 * A client may offer both directions, and is answered one. What no section asks for is refused here, before anybody is in the room.
 * @throws Refusal 400 for what is no offer; 406 for one that wants something else
 */
export function readOffer(text: string, way: Way): Offer {
  const [session = '', ...sections] = text.split(/^(?=m=)/m);
  if (!/^v=0\r?\n/.test(session) || sections.length === 0) throw new Refusal(400, 'The body is no SDP offer');
  const usual = direction.exec(session)?.[1] ?? 'sendrecv';
  const oneWay = sections.map((section) => oneWayOnly(section, usual, way));
  if (!oneWay.some((section) => direction.exec(section)?.[1] === way)) {
    throw new Refusal(406, way === 'sendonly' ? 'Nothing in the offer sends' : 'Nothing in the offer receives');
  }
  return {
    sdp: [session, ...oneWay].join(''),
    mids: sections.map((section) => midOf(section) ?? ''),
    ufrags: [...new Set([...text.matchAll(/^a=ice-ufrag:(\S+)/gm)].map(([, ufrag = '']) => ufrag))],
  };
}

/** Whether the answer leaves out something that was offered: then all of it is refused. */
export function isCut(offer: string, answer: string): boolean {
  const answered = sectionsOf(answer);
  return sectionsOf(offer).some((section, index) => isOffered(section) && !isOffered(answered[index] ?? 'm=none 0 '));
}

export function midOf(section: string): string | undefined {
  return /^a=mid:(\S+)/m.exec(section)?.[1];
}

/** @throws Refusal 406 */
function oneWayOnly(section: string, usual: string, way: Way): string {
  const [, kind = ''] = /^m=(\S+) /.exec(section) ?? [];
  if (!isOffered(section)) return section;
  if (kind !== 'audio' && kind !== 'video') throw new Refusal(406, 'There are sections of audio and video alone here');
  const own = direction.exec(section)?.[1];
  const given = own ?? usual;
  if (given === way) return own === undefined ? withLine(section, way) : section;
  if (given === 'inactive') return section;
  if (given !== 'sendrecv') throw new Refusal(406, `Media goes one way here: ${way}`);
  return own === undefined ? withLine(section, way) : section.replace(direction, `a=${way}`);
}

function withLine(section: string, way: Way): string {
  const end = section.includes('\r\n') ? '\r\n' : '\n';
  return `${section.trimEnd()}${end}a=${way}${end}`;
}

export function sectionsOf(sdp: string): string[] {
  return sdp.split(/^(?=m=)/m).slice(1);
}
