import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

export type AddressFamily = 'ipv4' | 'ipv6';

export const addressFamilies = ['ipv4', 'ipv6'] as const satisfies readonly AddressFamily[];

export interface LocalAddress {
  readonly address: string;
  readonly family: AddressFamily;
  /** As `eth0`. */
  readonly interface: string;
  readonly loopback: boolean;
}

/** Every address of this machine but those that only mean something on their own link (RFC 3927, RFC 4291 §2.5.6). */
export function localAddresses(): LocalAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ address }) => !isLinkLocal(address))
      .map(({ address, internal }) => ({ address, family: familyOf(address), interface: name, loopback: internal })),
  );
}

/** Those that media is bound to when nothing else was asked for: loopback ones only when the machine has nothing else. */
export function mediaAddresses(bindAddress: string | undefined): LocalAddress[] {
  const all = localAddresses();
  const reachable = all.filter(({ loopback }) => !loopback);
  const bound = bindAddress ?? defaultBindAddress();
  if (bound === undefined || bound === '::') return reachable;
  if (bound === '0.0.0.0') return reachable.filter(({ family }) => family === 'ipv4');
  return all.filter(({ address }) => address === bound);
}

/**
 * The address to bind to when none was asked for: loopback when the machine has nothing else, otherwise all (undefined).
 * Loopback is not told to clients next to real addresses: they reach those from the same machine too.
 */
export function defaultBindAddress(): string | undefined {
  const all = localAddresses();
  if (all.some(({ loopback }) => !loopback)) return undefined;
  return all.find(({ family }) => family === 'ipv4')?.address ?? '127.0.0.1';
}

/** Whether a UDP socket can have this address at present. */
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
