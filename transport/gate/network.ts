import { isIPv6 } from 'node:net';

/**
 * What counts as one address in limits: an IPv4 address, or the first 64 bits of an IPv6 address, of which one client has all that begin
 * so. Link-local addresses begin alike for everybody, so each counts by itself.
 */
export function networkOf(address: string): string {
  // Asked several times for each connection: most addresses need no look at the rest.
  if (!address.includes(':') || !isIPv6(address) || /^fe[89ab]/i.test(address)) return address;
  const [head = '', tail] = address.split('::');
  const before = wordsOf(head);
  const missing = tail === undefined ? 0 : 8 - before.length - wordsOf(tail).length;
  const words = [...before, ...Array.from({ length: missing }, () => '0'), ...wordsOf(tail ?? '')];
  const network = words.slice(0, 4).map((word) => parseInt(word, 16).toString(16));
  return `${network.join(':')}::/64`;
}

/** So much of an address as says where somebody is, but not who: /24 of IPv4, /48 of IPv6. */
export function areaOf(address: string): string {
  const network = networkOf(address);
  if (network.endsWith('::/64')) return `${network.slice(0, -'::/64'.length).split(':').slice(0, 3).join(':')}::/48`;
  return address.includes(':') ? 'fe80::/10' : `${address.split('.').slice(0, 3).join('.')}.0/24`;
}

/** An IPv4 address at the end stands for two words; they are in the second half, whatever they are. */
function wordsOf(part: string): string[] {
  if (part === '') return [];
  return part.split(':').flatMap((word) => (word.includes('.') ? ['0', '0'] : [word]));
}
