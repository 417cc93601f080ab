import type { IceCandidate } from '../media/port.js';

/** RFC 8839 §5.4 */
const longestUfrag = 256;
/** A description has one for each connection: mostly one alone. */
const mostUfrags = 16;

/** Those of a description: each names what its candidates are for. Empty where it has none. */
export function ufragsIn(sdp: string): readonly string[] {
  const found = [...sdp.matchAll(/^a=ice-ufrag:(\S+)/gm)].map(([, ufrag = '']) => ufrag);
  return [...new Set(found)].filter(({ length }) => length <= longestUfrag).slice(0, mostUfrags);
}

/** That of a candidate, as browsers write it behind the rest. */
export function ufragOf({ candidate }: IceCandidate): string | undefined {
  return / ufrag (\S+)/.exec(candidate)?.[1];
}
