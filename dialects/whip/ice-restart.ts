import { Refusal } from './errors.js';
import type { Credentials, Fragment } from './fragment.js';
import { sectionsOf } from './offer.js';

/** What RFC 8839 §5.4 allows. */
const ufragForm = /^[A-Za-z0-9+/]{4,256}$/;
const passwordForm = /^[A-Za-z0-9+/]{22,256}$/;

/** Lines of an answer that a fragment has, too (RFC 8840 §9). */
const shared =
  /^(?:m=|a=(?:mid|ice-ufrag|ice-pwd|ice-options|ice-lite|candidate|end-of-candidates|group:BUNDLE)(?::|\b))/;

/**
 * The offer by which a fragment restarts ICE: the first one, with the credentials of the fragment and no candidates but its own.
 * @throws Refusal 400 when it has no credentials
 */
export function restartOffer(sdpOffer: string, { credentials, candidates }: Fragment): string {
  const [first] = credentials.values();
  if (!first) throw new Refusal(400, 'A restart of ICE needs ice-ufrag and ice-pwd');
  for (const { ufrag, password } of credentials.values()) {
    if (!ufragForm.test(ufrag) || !passwordForm.test(password)) {
      throw new Refusal(400, 'ice-ufrag or ice-pwd is malformed');
    }
  }
  const usual = credentials.get(undefined) ?? first;
  const sections = sectionsOf(sdpOffer).map((section, index) => {
    const own = candidates.filter(({ sdpMLineIndex }) => sdpMLineIndex === index);
    return [
      withCredentials(section, credentials.get(index) ?? usual),
      ...own.map(({ candidate }) => `a=${candidate}\r\n`),
    ].join('');
  });
  return [withCredentials(sessionOf(sdpOffer), usual), ...sections].join('');
}

/** Of an answer, what the client needs to go on by other paths. */
export function restartFragment(answer: string): string {
  const lines = answer.split(/\r?\n/).filter((line) => shared.test(line));
  return [...lines, ''].join('\r\n');
}

/** By which the client knows the other side of its DTLS association: a fragment cannot name another one. */
export function fingerprintsOf(sdp: string): string {
  return [...new Set(sdp.match(/^a=fingerprint:\S+ \S+/gm))].join(' ');
}

function sessionOf(sdp: string): string {
  return sdp.split(/^(?=m=)/m)[0] ?? '';
}

function withCredentials(lines: string, { ufrag, password }: Credentials): string {
  return lines
    .replaceAll(/^a=(?:candidate:.*|end-of-candidates)\r?\n/gm, '')
    .replaceAll(/^a=ice-ufrag:\S*/gm, `a=ice-ufrag:${ufrag}`)
    .replaceAll(/^a=ice-pwd:\S*/gm, `a=ice-pwd:${password}`);
}
