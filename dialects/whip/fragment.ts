import type { IceCandidate } from '../../media/port.js';
import { Refusal } from './errors.js';
import type { OfferedIce } from './offer.js';

export interface Credentials {
  readonly ufrag: string;
  readonly password: string;
}

/** What a client tells of its ICE session, as `application/trickle-ice-sdpfrag` has it (RFC 8840 §9). */
export interface Fragment {
  readonly ufrags: readonly string[];
  /** Of the sections that have both parts, by their places; undefined: of all that have none of their own. */
  readonly credentials: ReadonlyMap<number | undefined, Credentials>;
  readonly candidates: readonly IceCandidate[];
}

/** @param offered with the offer to which it belongs. @throws Refusal 400 */
export function readFragment(text: string, { mids }: Pick<OfferedIce, 'mids'>): Fragment {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  if (lines.length === 0 || !lines.every((line) => /^[a-z]=./.test(line))) {
    throw new Refusal(400, 'The body is no fragment of SDP');
  }
  let part: Part = { index: undefined };
  const parts = [part];
  const candidates: IceCandidate[] = [];
  let index = 0;
  let sections = 0;
  for (const line of lines) {
    const [, name = '', given = ''] = /^a=([\w-]+):?(.*)$/.exec(line) ?? [];
    const value = given.trim();
    if (line.startsWith('m=')) {
      index = sections++;
      part = { index };
      parts.push(part);
    } else if (name === 'mid') {
      index = placeOf(value, mids);
      if (part.index !== undefined) part.index = index;
    } else if (name === 'ice-ufrag') part.ufrag = value;
    else if (name === 'ice-pwd') part.password = value;
    else if (name === 'candidate') {
      candidates.push({ candidate: line.slice(2).trim(), sdpMid: mids[index] ?? '', sdpMLineIndex: index });
    }
  }
  return {
    ufrags: parts.flatMap(({ ufrag }) => ufrag ?? []),
    credentials: new Map(
      parts.flatMap(({ index: of, ufrag, password }) =>
        ufrag === undefined || password === undefined ? [] : [[of, { ufrag, password }] as const],
      ),
    ),
    candidates,
  };
}

/** The lines of a section, or those before all sections. */
interface Part {
  index: number | undefined;
  ufrag?: string;
  password?: string;
}

/** @throws Refusal 400 */
function placeOf(mid: string, mids: readonly string[]): number {
  const place = mids.indexOf(mid);
  if (place < 0) throw new Refusal(400, 'The offer has no section of that mid');
  return place;
}
