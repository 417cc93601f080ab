import { existsSync } from 'node:fs';
import { BlockList, isIPv4 } from 'node:net';
import { isLinkLocal } from './local-addresses.js';

/** From where an address can be reached: this machine, its link, containers on it, a private network, everywhere. */
export type AddressScope = 'loopback' | 'link-local' | 'container' | 'private' | 'public';

/** Private networks: RFC 1918, RFC 6598, RFC 4193. */
const privateNetworks = blockList(
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
);
const loopback = blockList(['127.0.0.0', 8], ['::1', 128]);
/** The default network of Docker's first bridge, also for the host's own address on it. */
const dockerBridge = blockList(['172.17.0.0', 16]);
/** Default networks of containers: Docker's further ones, and Podman's. */
const containerNetworks = blockList(['172.16.0.0', 12], ['10.88.0.0', 15]);
const bridgeName = /^(docker|br-|veth|cni|podman|virbr|lxc|lxdbr|flannel|cali)/;

/**
 * @param interfaceName The interface of the address, when it is known.
 * @param containerised Whether this process runs in a container. (In the network of its host a container has none of the
 * addresses of container networks.)
 */
export function scopeOf(address: string, interfaceName = '', containerised = isContainer()): AddressScope {
  const within = (networks: BlockList): boolean => networks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  if (within(loopback)) return 'loopback';
  if (isLinkLocal(address)) return 'link-local';
  if (bridgeName.test(interfaceName) || within(dockerBridge)) return 'container';
  if (containerised && within(containerNetworks)) return 'container';
  return within(privateNetworks) ? 'private' : 'public';
}

/** Docker and Podman put a file there. There is no better sign. */
function isContainer(): boolean {
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv');
}

function blockList(...networks: readonly (readonly [address: string, bits: number])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of networks) list.addSubnet(address, bits, isIPv4(address) ? 'ipv4' : 'ipv6');
  return list;
}
