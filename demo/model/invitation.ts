import { invitation, isLocal } from './address.js';

/** What leads others to a room. */
export interface Invitation {
  /** What leads there from other machines, by one link for each network of the server. The first is copied at once. */
  readonly links: readonly [string, ...string[]];
  /** Whom it leads there: everybody, machines of the local network, or this computer alone. */
  readonly reach: 'everywhere' | 'network' | 'computer';
  /** With `computer`: what the operator changes, the certificate (`TLS`) or the address to listen at (`HOST`). */
  readonly remedy?: 'tls' | 'host';
}

/**
 * @param home address of the server's page
 * @param elsewhere its addresses for other machines, with spaces between, which clients on its machine are told (rest/page.ts)
 */
export function invitationTo(room: string, home: string, elsewhere = ''): Invitation {
  if (!isLocal(home)) return { links: [invitation(home, room)], reach: 'everywhere' };
  const [first, ...more] = elsewhere
    .split(' ')
    .filter((address) => isForOthers(address))
    .map((address) => invitation(address, room));
  if (first !== undefined) return { links: [first, ...more], reach: 'network' };
  const remedy = new URL(home).protocol === 'https:' ? 'host' : 'tls';
  return { links: [invitation(home, room)], reach: 'computer', remedy };
}

/** Browsers give no camera to pages without TLS. */
function isForOthers(address: string): boolean {
  return URL.canParse(address) && new URL(address).protocol === 'https:' && !isLocal(address);
}
