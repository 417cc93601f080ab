import { fail, ok, warn } from './found.js';
import type { Check, Found } from './found.js';
import { thisMachine, toldAddresses } from './told-addresses.js';
import type { Machine } from './told-addresses.js';
import type { Config } from '../config.js';

/** Networks whose addresses nobody outside reaches (RFC 1918, RFC 6598, RFC 4193). */
const inner = /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|::1$)/i;
const loopback = /^(127\.|::1$)/;
/** Interfaces that lead to containers of this machine, as Docker, Podman, libvirt and networks of Kubernetes call theirs. */
const ofContainers = /^(docker|br-[\da-f]{12}|veth|podman|cni|virbr|lxc|lxd|flannel|cali|cilium|weave)/;

export const checkAddresses: Check = (config) => addressesFound(config, thisMachine());

/** Whether clients reach what they are told to send media to, as far as the addresses show it. */
export function addressesFound(config: Config, machine: Machine): readonly Found[] {
  if (config.kmsUris.length > 0) return [];
  const there = Object.entries(machine.interfaces).flatMap(([of, list = []]) =>
    list.map(({ address }) => ({ address, of })),
  );
  const wrong = [config.mediaBindAddress, ...config.mediaInterfaces].filter(
    (each) => !/^(0\.0\.0\.0|::)?$/.test(each) && !there.some(({ address, of }) => each === address || each === of),
  );
  if (wrong.length > 0) {
    const known = [...new Set(there.map(({ of }) => of))].join(', ');
    const text = `this machine has no ${wrong.join(', ')} (MEDIA_BIND_ADDRESS, MEDIA_INTERFACES)`;
    return [fail(`${text}; it has ${known}`)];
  }
  const { named, own } = toldAddresses(config, machine);
  return named.length > 0 ? ofNamed(named, there) : ofOwn(own, config, machine);
}

function ofNamed(named: readonly string[], there: readonly { address: string; of: string }[]): Found[] {
  const unreached = named.flatMap((address) => {
    if (loopback.test(address)) return [`${address} is this machine alone`];
    const bridge = there.find((each) => each.address === address && ofContainers.test(each.of));
    return bridge ? [`${address} is of ${bridge.of}, a network of containers on this machine`] : [];
  });
  if (unreached.length > 0) {
    return [fail(`${unreached.join('; ')}. Set MEDIA_ANNOUNCED_ADDRESSES to the address that clients reach`)];
  }
  const foreign = named.filter((address) => !there.some((each) => each.address === address));
  const forwarded = `${foreign.join(', ')} (not of this machine: a NAT has to forward the media ports to it)`;
  return [foreign.length > 0 ? ok(forwarded) : ofReach(named)];
}

function ofOwn(
  own: readonly { address: string; of: string }[],
  { mediaStunServer, mediaTurnUrl }: Config,
  { isContainer }: Machine,
): Found[] {
  const [bridges, others] = [
    own.filter(({ of }) => ofContainers.test(of)),
    own.filter(({ of }) => !ofContainers.test(of)),
  ];
  const told = others.map(({ address }) => address);
  const found: Found[] = [];
  if (bridges.length > 0 && others.length > 0) {
    const names = [...new Set(bridges.map(({ of }) => of))].join(', ');
    const except = [...new Set(others.map(({ of }) => of))].join(',');
    const text = `clients are also told addresses of networks of containers (${names}), which they try in vain`;
    found.push(warn(`${text}. MEDIA_INTERFACES=${except} leaves them out`));
  }
  if (told.some((address) => !inner.test(address))) return [ok(told.join(', ')), ...found];
  if (mediaStunServer || mediaTurnUrl !== '') return [ok('found by MEDIA_STUN_SERVER or MEDIA_TURN_URL'), ...found];
  if (isContainer && told.length > 0) {
    const text = `${told.join(', ')}: this is a container, and its network may be inside one machine alone`;
    return [warn(`${text}. Set MEDIA_ANNOUNCED_ADDRESSES to the address of the host, and publish the media ports`)];
  }
  return [ofReach(told), ...found];
}

function ofReach(told: readonly string[]): Found {
  if (told.some((address) => !inner.test(address))) return ok(told.join(', '));
  const where = told.length === 0 ? 'this machine alone' : `${told.join(', ')}: its own network alone`;
  return warn(`clients reach ${where}. For others set MEDIA_ANNOUNCED_ADDRESSES to the public address`);
}
