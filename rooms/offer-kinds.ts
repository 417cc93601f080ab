import type { MediaKind } from '../media/port.js';

/** The kinds of media that an SDP offer sends: the sections of them that are neither refused nor one way towards the client. */
export function kindsSentBy(offer: string): readonly MediaKind[] {
  const [session = '', ...sections] = sectionsOf(offer);
  const standard = directionOf(session) ?? 'sendrecv';
  const kinds = new Set<MediaKind>();
  for (const section of sections) {
    const kind = kindOf(section);
    if (kind && sends(directionOf(section) ?? standard)) kinds.add(kind);
  }
  return [...kinds];
}

/** The offer without the sections of the kinds: they stand in it as refused, so that the answer refuses them too (RFC 3264 §6). */
export function offerWithout(offer: string, kinds: readonly MediaKind[]): string {
  if (kinds.length === 0) return offer;
  const [session = '', ...sections] = sectionsOf(offer);
  const refused = new Set<string>();
  const rest = sections.map((section) => {
    const kind = kindOf(section);
    if (!kind || !kinds.includes(kind)) return section;
    const mid = /^a=mid:(\S+)/m.exec(section)?.[1];
    if (mid !== undefined) refused.add(mid);
    return section.replace(/^m=(audio|video) \S+/, 'm=$1 0').replace(/^a=bundle-only\r?\n/m, '');
  });
  const grouped = session.replace(/^(a=group:BUNDLE)((?: \S+)*)/gm, (_line, group: string, mids: string) => {
    const kept = mids.split(' ').filter((mid) => mid !== '' && !refused.has(mid));
    return [group, ...kept].join(' ');
  });
  return [grouped, ...rest].join('');
}

function sectionsOf(sdp: string): string[] {
  return sdp.split(/^(?=m=)/m);
}

/** Whether a section of an offer is there to be answered. One without a port may share that of another section (RFC 9143 §6). */
export function isOffered(section: string): boolean {
  return !/^m=\S+ 0 /.test(section) || /^a=bundle-only\s*$/m.test(section);
}

function kindOf(section: string): MediaKind | undefined {
  const [, kind] = /^m=(audio|video) /.exec(section) ?? [];
  return (kind === 'audio' || kind === 'video') && isOffered(section) ? kind : undefined;
}

function directionOf(part: string): string | undefined {
  return /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(part)?.[1];
}

function sends(direction: string): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}
