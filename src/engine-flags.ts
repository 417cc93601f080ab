import type { Config } from './config.js';

/** What an embedded engine is started with, besides its own ports. */
export function engineFlags(config: Config): string[] {
  const external = [config.mediaExternalIpv4, config.mediaExternalIpv6].filter((address) => address !== '');
  const announced = config.mediaAnnouncedAddresses.length > 0 ? config.mediaAnnouncedAddresses : external;
  const flags: readonly (readonly [flag: string, value: string])[] = [
    ['--announced-address', announced.join(',')],
    ['--bind-address', config.mediaBindAddress],
    ['--interfaces', config.mediaInterfaces.join(',')],
    ['--address-families', config.mediaAddressFamilies.join(',')],
    ['--recordings-dir', config.mediaRecordingsDir],
    ['--log-level', config.logLevel],
  ];
  return flags.flatMap(([flag, value]) => (value === '' ? [] : [flag, value]));
}
