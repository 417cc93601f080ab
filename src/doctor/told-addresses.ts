import { networkInterfaces } from 'node:os';
import type { NetworkInterfaceInfo } from 'node:os';
import { existsSync } from 'node:fs';
import type { Config } from '../config.js';

/** What the machine is, as far as media is concerned. Tests have their own. */
export interface Machine {
  readonly interfaces: NodeJS.Dict<Pick<NetworkInterfaceInfo, 'address' | 'internal'>[]>;
  readonly isContainer: boolean;
}

/** An address of an interface. */
export interface OwnAddress {
  readonly address: string;
  readonly of: string;
}

export function thisMachine(): Machine {
  const marks = ['/.dockerenv', '/run/.containerenv'];
  const isContainer = process.env.KUBERNETES_SERVICE_HOST !== undefined || marks.some((file) => existsSync(file));
  return { interfaces: networkInterfaces(), isContainer };
}

/** What clients are told to send media to: what was named, or else the addresses of the machine. */
export function toldAddresses(config: Config, { interfaces }: Machine): { named: string[]; own: OwnAddress[] } {
  const { mediaAnnouncedAddresses, mediaExternalIpv4, mediaExternalIpv6 } = config;
  const { mediaBindAddress, mediaInterfaces, mediaAddressFamilies } = config;
  const external = [mediaExternalIpv4, mediaExternalIpv6].filter((address) => address !== '');
  const own = Object.entries(interfaces)
    .flatMap(([of, list = []]) => list.map(({ address, internal }) => ({ address, of, internal })))
    .filter(({ address, internal, of }) => {
      if (mediaBindAddress !== '' && !/^(0\.0\.0\.0|::)$/.test(mediaBindAddress)) return address === mediaBindAddress;
      if (internal || /^(169\.254\.|fe[89ab][\da-f]:)/i.test(address)) return false;
      if (!mediaAddressFamilies.includes(address.includes(':') ? 'ipv6' : 'ipv4')) return false;
      return mediaInterfaces.length === 0 || mediaInterfaces.includes(of) || mediaInterfaces.includes(address);
    });
  return { named: mediaAnnouncedAddresses.length > 0 ? [...mediaAnnouncedAddresses] : external, own };
}
