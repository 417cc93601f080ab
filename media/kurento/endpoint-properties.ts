import type { Bandwidth } from '../port.js';

export type { Bandwidth } from '../port.js';

/**
 * How the media server finds the addresses it names in its candidates (docs/protocols/kurento-media.md#73-properties).
 */
export interface Reachability {
  readonly stunServer?: { readonly address: string; readonly port: number } | undefined;
  /** `user:password@address:port?transport=udp` */
  readonly turnUrl?: string | undefined;
  /** Named instead of its own. */
  readonly externalIpv4?: string | undefined;
  readonly externalIpv6?: string | undefined;
  /** Whether the embedded engine tells its own addresses besides those that it was started with. A KMS does not know this. */
  readonly tellsOwn?: boolean | undefined;
}

/**
 * Of both ends of a relay between two media servers: it carries whatever a publisher may send. Without, a KMS would send 500 kbit/s of video,
 * as to any subscriber.
 */
export function relayBandwidth({ minVideoRecv, maxVideoRecv }: Bandwidth): Bandwidth {
  return { minVideoRecv, maxVideoRecv, minVideoSend: minVideoRecv, maxVideoSend: maxVideoRecv };
}

/** A property of WebRtcEndpoint and its value. */
export type Property = readonly [name: string, value: string | number | true];

/** What is to be set on each endpoint before it negotiates. */
export function propertiesOf(bandwidth: Bandwidth, { stunServer, turnUrl, ...external }: Reachability): Property[] {
  const values: readonly (readonly [string, string | number | true | undefined])[] = [
    ['stunServerAddress', stunServer?.address],
    ['stunServerPort', stunServer?.port],
    ['turnUrl', turnUrl],
    ['externalIPv4', external.externalIpv4],
    ['externalIPv6', external.externalIpv6],
    ['tellOwnAddresses', external.tellsOwn === true ? true : undefined],
  ];
  return [...limitsOf(bandwidth), ...values.flatMap(given)];
}

/** The same for one endpoint, where its own limits differ from those of all. */
export function withLimits(properties: readonly Property[], bandwidth: Bandwidth | undefined): readonly Property[] {
  const own = bandwidth ? limitsOf(bandwidth) : [];
  if (own.length === 0) return properties;
  return [...properties.filter(([name]) => !own.some(([each]) => each === name)), ...own];
}

function limitsOf(bandwidth: Bandwidth): Property[] {
  const values: readonly (readonly [string, number | undefined])[] = [
    ['minVideoRecvBandwidth', bandwidth.minVideoRecv],
    ['maxVideoRecvBandwidth', bandwidth.maxVideoRecv],
    ['minVideoSendBandwidth', bandwidth.minVideoSend],
    ['maxVideoSendBandwidth', bandwidth.maxVideoSend],
  ];
  return values.flatMap(given);
}

function given([name, value]: readonly [string, string | number | true | undefined]): Property[] {
  return value === undefined ? [] : [[name, value]];
}
