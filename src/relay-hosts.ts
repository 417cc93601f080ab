import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { ConfigError } from './config.js';
import type { Config } from './config.js';

/** The STUN and TURN servers of media servers, by address: a KMS takes no names (docs/protocols/kurento-media.md#73-properties). */
export interface RelayHosts {
  readonly stunServer: Config['mediaStunServer'];
  readonly turnUrl: string | undefined;
}

/** Looks up the names in both options, once. @throws ConfigError for a name without address */
export async function relayHosts({ mediaStunServer: stun, mediaTurnUrl }: Config): Promise<RelayHosts> {
  const [, login = '', host = '', rest = ''] = /^(.*@)(\[[^\]]*\]|[^:?]*)(.*)$/.exec(mediaTurnUrl) ?? [];
  return {
    stunServer: stun && { ...stun, address: await addressOf(stun.address, 'MEDIA_STUN_SERVER') },
    turnUrl: mediaTurnUrl === '' ? undefined : `${login}${literalOf(await addressOf(host, 'MEDIA_TURN_URL'))}${rest}`,
  };
}

async function addressOf(host: string, option: string): Promise<string> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0) return bare;
  try {
    return (await lookup(bare, { order: 'ipv4first' })).address;
  } catch (error) {
    throw new ConfigError(`${option}: no address is known for ${bare}; name an address, or a host that has one`, {
      cause: error,
    });
  }
}

function literalOf(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
