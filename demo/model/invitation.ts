import { invitation, isLocal } from './address.js';

/** What leads others to a room. */
export interface Invitation {
  /** The link to copy: it leads there from as many machines as the server knows an address for. */
  readonly link: string;
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
  if (!isLocal(home)) return { link: invitation(home, room), reach: 'everywhere' };
  const other = elsewhere.split(' ').find((address) => isForOthers(address));
  if (other !== undefined) return { link: invitation(other, room), reach: 'network' };
  const remedy = new URL(home).protocol === 'https:' ? 'host' : 'tls';
  return { link: invitation(home, room), reach: 'computer', remedy };
}

/** Browsers give no camera to pages without TLS. */
function isForOthers(address: string): boolean {
  return URL.canParse(address) && new URL(address).protocol === 'https:' && !isLocal(address);
}
