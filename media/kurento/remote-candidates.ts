import { isIP } from 'node:net';
import type { IceCandidate } from '../port.js';

/** `a=mid` of each section of an offer. */
export type Mids = readonly (string | undefined)[];

const maxHeld = 64;
/** RFC 8839 §5.1: foundation, component, transport, priority, address, port, type. */
const candidateGrammar = /^(?:a=)?(candidate:\S{1,32} \d{1,5} (\S+) \d{1,10} (\S+) \d{1,5} typ [a-z]+(?: .*)?)$/i;

/** Candidates of the client on their way to the media server. They are held back until it gathers; unusable ones are left out. */
export class RemoteCandidates {
  #held: IceCandidate[] | undefined = [];
  #mids: Mids | undefined;
  readonly #send: (candidate: IceCandidate) => void;

  constructor(send: (candidate: IceCandidate) => void) {
    this.#send = send;
  }

  add(candidate: IceCandidate): void {
    const text = usable(candidate.candidate);
    if (text === undefined) return;
    const known = { ...candidate, candidate: text };
    if (!this.#held) this.#send(this.#withSection(known));
    else if (this.#held.length < maxHeld) this.#held.push(known);
  }

  /** Those that come from now on are held back again. */
  hold(): void {
    this.#held ??= [];
  }

  /** Those of the offer. Undefined while candidates are held back. */
  get mids(): Mids | undefined {
    return this.#mids;
  }

  /** `mids` are of the offer, whose sections the candidates belong to. */
  open(mids: Mids): void {
    this.#mids = mids;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const candidate of held) this.#send(this.#withSection(candidate));
  }

  /**
   * Clients may give the index without the mid, or the mid without the index, and the mid counts more. A media server
   * needs both (docs/protocols/kurento-media.md#72-negotiation).
   */
  #withSection(candidate: IceCandidate): IceCandidate {
    const { sdpMid: mid, sdpMLineIndex: index } = candidate;
    const mids = this.#mids ?? [];
    if (mid === '') return { ...candidate, sdpMid: mids[index] ?? String(index) };
    const known = mids.indexOf(mid);
    return known === -1 ? candidate : { ...candidate, sdpMLineIndex: known };
  }
}

/**
 * The text to send, or undefined for a candidate that the media server cannot use: the empty text that ends the candidates, TCP
 * (browsers only connect, they do not accept), and the names behind which browsers hide addresses (`….local`), since a media
 * server cannot look them up.
 */
function usable(candidate: string): string | undefined {
  const [, text, transport = '', address = ''] = candidateGrammar.exec(candidate.trim()) ?? [];
  return transport.toLowerCase() === 'udp' && isIP(address) !== 0 ? text : undefined;
}

/** RFC 8843 §7.1: `a=mid` of each section. */
export function midsOf(sdp: string): Mids {
  const [, ...sections] = sdp.split(/^m=/m);
  return sections.map((section) => /^a=mid:(\S+)/m.exec(section)?.[1]);
}
