import type { IceCandidate } from '../../media/port.js';
import { midOf } from './offer.js';

/**
 * An answer with its candidates, since the client is told nothing afterwards. Of sections that share a transport the first one has them
 * (RFC 9429 §5.3.1).
 * @param isAll whether there are no others
 */
export function wholeAnswer(answer: string, candidates: readonly IceCandidate[], isAll: boolean): string {
  const [session = '', ...sections] = answer.split(/^(?=m=)/m);
  const bundled = /^a=group:BUNDLE (.*)$/m.exec(session)?.[1]?.trim().split(' ') ?? [];
  const mids = sections.map((section) => midOf(section) ?? '');
  const whole = sections.map((section, index) => {
    const place = bundled.indexOf(mids[index] ?? '');
    if (/^m=\S+ 0 /.test(section) || place > 0) return section;
    const own = candidates.filter(
      ({ sdpMLineIndex: of }) => of === index || (place === 0 && bundled.includes(mids[of] ?? '')),
    );
    const lines = [...new Set(own.map(({ candidate }) => `a=${candidate}`))].filter((line) => !section.includes(line));
    return [section.trimEnd(), ...lines, ...(isAll ? ['a=end-of-candidates'] : []), ''].join('\r\n');
  });
  return [session, ...whole].join('');
}
