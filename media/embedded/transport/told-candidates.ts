import { parseCandidate } from '../sdp/candidates.js';
import type { AddressFamily } from './local-addresses.js';
import { familyOf, localAddresses } from './local-addresses.js';

export interface CandidateOptions {
  /** Told to clients instead of the local addresses; empty: the local ones are told. */
  readonly announcedAddresses: readonly string[];
  /** Families of the local addresses that are told. */
  readonly families: readonly AddressFamily[];
  /** Interfaces, by name or by address, whose addresses are told; empty: all. */
  readonly interfaces: readonly string[];
  /**
   * Told instead of the local addresses of that family. It overrides `announcedAddresses`
   * (docs/protocols/kurento-media.md#73-properties).
   */
  readonly externalIpv4?: string | undefined;
  readonly externalIpv6?: string | undefined;
  /** Whether the local addresses are told too, before those that are told in their place. Default: no. */
  readonly tellsOwn?: boolean | undefined;
}

/**
 * Turns the candidates that one transport finds into those that clients are told. Local ones are told, left out, or
 * told with other addresses, by which clients reach this machine. Those from a STUN or TURN server are told
 * unchanged.
 */
export class ToldCandidates {
  readonly #options: CandidateOptions;
  readonly #told = new Set<string>();

  constructor(options: CandidateOptions) {
    this.#options = options;
  }

  /** The candidates that are told for this one. */
  of(text: string): string[] {
    const candidate = parseCandidate(text);
    if (candidate?.type !== 'host') return [text];
    if (!this.#isTold(candidate.address)) return [];
    const inPlace = this.#inPlaceOf(candidate.address);
    if (!inPlace) return [text];
    const own = this.#options.tellsOwn === true ? [text] : [];
    const others = inPlace.flatMap((address, index) => {
      const key = `${address} ${candidate.port}`;
      if (this.#told.has(key)) return [];
      this.#told.add(key);
      const { transport, port, rest } = candidate;
      // A foundation for each: candidates with one foundation are not checked independently (RFC 8445 §5.1.1.3).
      return `candidate:a${this.#told.size} 1 ${transport} ${candidate.priority - index * 256} ${address} ${port} ${rest}`;
    });
    return [...own, ...others];
  }

  #isTold(address: string): boolean {
    const { families, interfaces } = this.#options;
    if (!families.includes(familyOf(address))) return false;
    if (interfaces.length === 0 || interfaces.includes(address)) return true;
    return localAddresses().some((local) => local.address === address && interfaces.includes(local.interface));
  }

  #inPlaceOf(address: string): readonly string[] | undefined {
    const { announcedAddresses, externalIpv4, externalIpv6 } = this.#options;
    const external = familyOf(address) === 'ipv4' ? externalIpv4 : externalIpv6;
    if (external) return [external];
    return announcedAddresses.length > 0 && !externalIpv4 && !externalIpv6 ? announcedAddresses : undefined;
  }
}
