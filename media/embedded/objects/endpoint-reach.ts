import type { EndpointSettings } from './endpoint-settings.js';
import type { Reach, TurnServer } from '../transport/transport.js';

/** `user:password@address[:port][?transport=udp]` (docs/protocols/kurento-media.md#73-properties). */
const turnForm = /^([^:@\s]+):([^\s]+)@(\[[0-9a-f:.]+\]|[^:@?\s]+)(?::(\d{1,5}))?(?:\?transport=(\w+))?$/i;

/**
 * How an endpoint is reached, according to its properties.
 * @param refused Called with the reason when the TURN server is left out. The text never contains the password.
 */
export function reachOf(settings: EndpointSettings, refused: (reason: string) => void): Reach {
  const { stunServerAddress, stunServerPort, turnUrl, networkInterfaces } = settings;
  const interfaces = networkInterfaces.split(',').flatMap((name) => name.trim() || []);
  return {
    stunServer: stunServerAddress === '' ? undefined : { host: bare(stunServerAddress), port: stunServerPort },
    turnServer: turnUrl === '' ? undefined : turnServerOf(turnUrl, refused),
    externalIpv4: settings.externalIPv4 || undefined,
    externalIpv6: settings.externalIPv6 || undefined,
    ...(interfaces.length > 0 && { interfaces }),
    ...(settings.tellOwnAddresses && { tellsOwn: true }),
  };
}

function turnServerOf(turnUrl: string, refused: (reason: string) => void): TurnServer | undefined {
  const [, user, password, host, port = '3478', transport = 'udp'] = turnForm.exec(turnUrl) ?? [];
  if (user === undefined || password === undefined || host === undefined) {
    refused('the TURN server of an endpoint is not of the form user:password@address:port');
    return undefined;
  }
  if (transport.toLowerCase() !== 'udp') {
    refused('the TURN server of an endpoint is left out: it can be reached over UDP only');
    return undefined;
  }
  return { host: bare(host), port: Number(port), user, password };
}

/** Removes the brackets around an IPv6 address. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
