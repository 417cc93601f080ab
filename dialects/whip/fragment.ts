import type { IceCandidate } from '../../media/port.js';
import { Refusal } from './errors.js';
import type { OfferedIce } from './offer.js';

/** Candidates of a client, as `application/trickle-ice-sdpfrag` has them (RFC 8840 §9). */
export interface Fragment {
  readonly ufrags: readonly string[];
  readonly candidates: readonly IceCandidate[];
}

/** @param offered with the offer to which they belong. @throws Refusal 400 */
export function readFragment(text: string, { mids }: Pick<OfferedIce, 'mids'>): Fragment {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  if (lines.length === 0 || !lines.every((line) => /^[a-z]=./.test(line))) {
    throw new Refusal(400, 'The body is no fragment of SDP');
  }
  const ufrags: string[] = [];
  const candidates: IceCandidate[] = [];
  let index = 0;
  let sections = 0;
  for (const line of lines) {
    const [, name = '', value = ''] = /^a=([\w-]+):?(.*)$/.exec(line) ?? [];
    if (line.startsWith('m=')) index = sections++;
    else if (name === 'mid') index = placeOf(value.trim(), mids);
    else if (name === 'ice-ufrag') ufrags.push(value.trim());
    else if (name === 'candidate') {
      candidates.push({ candidate: line.slice(2).trim(), sdpMid: mids[index] ?? '', sdpMLineIndex: index });
    }
  }
  return { ufrags, candidates };
}

/** @throws Refusal 400 */
function placeOf(mid: string, mids: readonly string[]): number {
  const place = mids.indexOf(mid);
  if (place < 0) throw new Refusal(400, 'The offer has no section of that mid');
  return place;
}
