import { parseCandidate } from '../sdp/candidates.js';
import type { AddressScope } from './address-scope.js';
import { scopeOf } from './address-scope.js';
import type { LocalAddress } from './local-addresses.js';
import type { CandidateOptions } from './told-candidates.js';
import { ToldCandidates } from './told-candidates.js';

export interface ToldAddresses {
  /** With their scope: `192.0.2.2 (private)`. */
  readonly addresses: readonly string[];
  /** For the operator, when no client on another machine could use any of the addresses. */
  readonly warning: string | undefined;
}

const nobodyElse: readonly AddressScope[] = ['loopback', 'link-local', 'container'];
const remedy =
  'Announce the address by which clients reach this machine: MEDIA_ANNOUNCED_ADDRESSES of the server, ' +
  '--announced-address of a media server by itself; or name a STUN or TURN server';

/** The addresses that clients will be told, of these addresses of the machine. */
export function toldAddresses(local: readonly LocalAddress[], options: CandidateOptions): ToldAddresses {
  const told = new ToldCandidates(options);
  const addresses = local
    .flatMap(({ address }) => told.of(`candidate:1 1 UDP 1 ${address} 9 typ host`))
    .flatMap((text) => parseCandidate(text)?.address ?? [])
    .map((address) => {
      const own = local.find((candidate) => candidate.address === address);
      return { address, scope: scopeOf(address, own?.interface) };
    });
  return {
    addresses: addresses.map(({ address, scope }) => `${address} (${scope})`),
    warning: warningFor(addresses.map(({ scope }) => scope)),
  };
}

function warningFor(scopes: readonly AddressScope[]): string | undefined {
  if (scopes.length === 0) return `There is no address to tell clients: none can send or receive media. ${remedy}`;
  if (scopes.some((scope) => !nobodyElse.includes(scope))) return undefined;
  const kinds = [...new Set(scopes)].join(' and ');
  return `Only ${kinds} addresses are told: clients on other machines get no media. ${remedy}`;
}
