/** The types of packets, in the order of their digits (docs/protocols/compeit.md#23-packets). */
const types = ['disconnect', 'connect', 'heartbeat', 'message', 'json', 'event', 'ack', 'error', 'noop'] as const;

export type PacketType = (typeof types)[number];

/** The parts of a packet of Socket.IO revision 1 that a server reads. */
export interface Packet {
  readonly type: PacketType;
  /** Digits; present when the sender wants an acknowledgement. */
  readonly id: string;
  /** Whether the sender wants the acknowledgement after the handler, with data. */
  readonly ackWithData: boolean;
  /** The namespace without its query; empty for the root. */
  readonly endpoint: string;
  readonly data: string;
}

export interface EventData {
  readonly name: string;
  readonly args: readonly unknown[];
}

const pattern = /^([0-8]):(\d{0,15})(\+)?:([^:]*)(?::([\s\S]*))?$/;

/** @returns undefined for a text that is no packet */
export function decodePacket(text: string): Packet | undefined {
  const [, digit, id = '', plus, endpoint = '', data = ''] = pattern.exec(text === '0' ? '0::' : text) ?? [];
  const type = digit === undefined ? undefined : types[Number(digit)];
  if (type === undefined) return undefined;
  return { type, id, ackWithData: plus !== undefined, endpoint: endpoint.split('?', 1)[0] ?? '', data };
}

/** @returns undefined for a packet that is no event */
export function decodeEvent(data: string): EventData | undefined {
  let event: unknown;
  try {
    event = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (typeof event !== 'object' || event === null || !('name' in event) || typeof event.name !== 'string') {
    return undefined;
  }
  const args: unknown = 'args' in event ? event.args : [];
  return Array.isArray(args) ? { name: event.name, args } : undefined;
}

export const rootConnect = '1::';
export const rootDisconnect = '0::';
export const heartbeat = '2::';
export const noop = '8::';
/** Tells the client that its session is unknown, so that it makes a new one. */
export const notHandshaken = '7:::1+0';

export function connectPacket(endpoint: string): string {
  return `1::${endpoint}`;
}

/** Tells the client that the namespace does not exist. */
export function unauthorizedPacket(endpoint: string): string {
  return `7::${endpoint}:2`;
}

export function eventPacket(endpoint: string, name: string, args: readonly unknown[]): string {
  return `5::${endpoint}:${JSON.stringify(args.length > 0 ? { name, args } : { name })}`;
}

/** The acknowledgement has no data, because no handler returns any. */
export function ackPacket({ endpoint, id, ackWithData }: Packet): string {
  return `6::${endpoint}:${id}${ackWithData ? '+[null]' : ''}`;
}
