import { existsSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { defaultBindAddress } from '../sdp/candidates.js';

/** Who can reach an address: this machine alone, what runs in containers on it, those on the same cable, or others as well. */
export type Reach = 'machine' | 'container' | 'link' | 'network';

export interface LocalAddress {
  readonly address: string;
  /** The name of the interface that has it. */
  readonly device: string;
  readonly internal: boolean;
}

export interface OfferedAddresses {
  readonly addresses: readonly string[];
  /** Why browsers on other machines will not reach any of them. */
  readonly warning?: string;
}

/** Interfaces by which a machine reaches its own containers and virtual machines. */
const containerDevice = /^(docker|br-|veth|cni|podman|virbr|lxc|lxd)/;

/** Which addresses clients will get in candidates, announced ones in place of local ones. */
export function offeredAddresses(
  announced: readonly string[],
  bindAddress = defaultBindAddress(),
  local: readonly LocalAddress[] = localAddresses(),
  inContainer = isContainer(),
): OfferedAddresses {
  const own = announced.map((address) => ({ address, device: '', internal: isLoopback(address) }));
  const used = announced.length > 0 ? own : local.filter((each) => isOffered(each, bindAddress));
  const reaches = new Set(used.map((each) => reachOf(each, inContainer && announced.length === 0)));
  const addresses = used.map(({ address }) => address);
  if (reaches.has('network')) return { addresses };
  return { addresses, warning: warningOf(reaches) };
}

export function reachOf({ address, device, internal }: LocalAddress, inContainer: boolean): Reach {
  if (internal || isLoopback(address)) return 'machine';
  if (isLinkLocal(address)) return 'link';
  return containerDevice.test(device) || (inContainer && isPrivate(address)) ? 'container' : 'network';
}

function warningOf(reaches: ReadonlySet<Reach>): string {
  if (reaches.size === 0) return 'There is no address that media could be sent to';
  const kinds = [
    ...(reaches.has('machine') ? ['of this machine alone'] : []),
    ...(reaches.has('container') ? ['of containers'] : []),
    ...(reaches.has('link') ? ['that are valid on one link only'] : []),
  ];
  return (
    `Browsers on other machines get no picture: the only addresses are those ${kinds.join(' and ')}. ` +
    'Announce the address by which this machine is reached'
  );
}

/** Loopback is offered only by who is bound to it. */
function isOffered({ address, internal }: LocalAddress, bindAddress: string | undefined): boolean {
  return bindAddress === undefined ? !internal && !isLinkLocal6(address) : address === bindAddress;
}

function localAddresses(): LocalAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([device, addresses = []]) =>
    addresses.map(({ address, internal }) => ({ address, device, internal })),
  );
}

function isContainer(): boolean {
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv');
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function isLinkLocal6(address: string): boolean {
  return /^fe[89ab]/i.test(address);
}

function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || isLinkLocal6(address);
}

/** RFC 1918, RFC 4193. */
function isPrivate(address: string): boolean {
  return isIPv4(address) ? /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address) : /^f[cd]/i.test(address);
}
