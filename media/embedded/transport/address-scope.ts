import { existsSync } from 'node:fs';
import { BlockList, isIPv4 } from 'node:net';
import { isLinkLocal } from './local-addresses.js';

/** Who can reach an address: this machine, its own link, what runs in containers on it, a private network, everybody. */
export type AddressScope = 'loopback' | 'link-local' | 'container' | 'private' | 'public';

/** RFC 1918, RFC 6598 and RFC 4193. */
const privateNetworks = blockList(
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
);
const loopback = blockList(['127.0.0.0', 8], ['::1', 128]);
/** Docker gives its first bridge 172.17, and whatever it runs on that is an address of this bridge. */
const dockerBridge = blockList(['172.17.0.0', 16]);
/** Where the addresses of containers come from: Docker's further networks, and Podman's. */
const containerNetworks = blockList(['172.16.0.0', 12], ['10.88.0.0', 15]);
const bridgeName = /^(docker|br-|veth|cni|podman|virbr|lxc|lxdbr|flannel|cali)/;

/**
 * `interfaceName`: of the interface that has the address, where it is known. `containerised`: whether this process runs in a
 * container; with the network of its host it has none of those addresses.
 */
export function scopeOf(address: string, interfaceName = '', containerised = isContainer()): AddressScope {
  const within = (networks: BlockList): boolean => networks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  if (within(loopback)) return 'loopback';
  if (isLinkLocal(address)) return 'link-local';
  if (bridgeName.test(interfaceName) || within(dockerBridge)) return 'container';
  if (containerised && within(containerNetworks)) return 'container';
  return within(privateNetworks) ? 'private' : 'public';
}

/** Docker and Podman leave a file at the root, which is all there is to go by. */
function isContainer(): boolean {
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv');
}

function blockList(...networks: readonly (readonly [address: string, bits: number])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of networks) list.addSubnet(address, bits, isIPv4(address) ? 'ipv4' : 'ipv6');
  return list;
}
