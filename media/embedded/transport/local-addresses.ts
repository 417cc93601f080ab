import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

export type AddressFamily = 'ipv4' | 'ipv6';

export const addressFamilies = ['ipv4', 'ipv6'] as const satisfies readonly AddressFamily[];

export interface LocalAddress {
  readonly address: string;
  readonly family: AddressFamily;
  /** Name, such as `eth0`. */
  readonly interface: string;
  readonly loopback: boolean;
}

/** Every address of this machine but link-local ones (RFC 3927, RFC 4291 §2.5.6). */
export function localAddresses(): LocalAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ address }) => !isLinkLocal(address))
      .map(({ address, internal }) => ({ address, family: familyOf(address), interface: name, loopback: internal })),
  );
}

/**
 * The addresses to which media is bound. Loopback ones are among them only if they are asked for, or the machine has
 * no other.
 */
export function mediaAddresses(bindAddress: string | undefined): LocalAddress[] {
  const all = localAddresses();
  const reachable = all.filter(({ loopback }) => !loopback);
  const bound = bindAddress ?? defaultBindAddress();
  if (bound === undefined || bound === '::') return reachable;
  if (bound === '0.0.0.0') return reachable.filter(({ family }) => family === 'ipv4');
  return all.filter(({ address }) => address === bound);
}

/**
 * The address to bind to when none was asked for; undefined: all but loopback. It is loopback when the machine has
 * nothing else. Clients on the same machine need no loopback address: they reach the others too.
 */
export function defaultBindAddress(): string | undefined {
  const all = localAddresses();
  if (all.some(({ loopback }) => !loopback)) return undefined;
  return all.find(({ family }) => family === 'ipv4')?.address ?? '127.0.0.1';
}

/** Whether a UDP socket can be bound to this address now. */
export async function canBind(address: string): Promise<boolean> {
  const socket = createSocket(isIPv4(address) ? 'udp4' : 'udp6');
  try {
    socket.bind({ address, exclusive: true });
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

export function familyOf(address: string): AddressFamily {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}

export function isLinkLocal(address: string): boolean {
  return /^(169\.254\.|fe[89ab][0-9a-f]:)/i.test(address);
}
