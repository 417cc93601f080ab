import { z } from 'zod';
import { count, list, milliseconds, option, path } from '../options/option.js';
import type { Output, Table } from '../options/option.js';
import { isNetwork } from './gate/caller.js';
import type { ConnectionLimits } from './connection.js';
import type { Budget } from './gate/account.js';
import { Gate } from './gate/gate.js';
import type { Refused } from './gate/gate.js';
import { correctedOrigin, readOrigin } from './gate/origins.js';

const bytes = count.min(65_536);

const origin = z.string().transform((text, context) => {
  const value = readOrigin(text);
  if (value !== undefined) return value;
  context.addIssue(correctedOrigin(text));
  return z.NEVER;
});

/** Connections, and what may come over them. */
export const transportOptions = {
  allowedOrigins: option(
    list(origin),
    [],
    'origins',
    'Pages of other hosts that may use this server, as https://host[:port]. Pages of its own host always may, and on loopback pages of any port. *: all pages.',
    { reloads: true },
  ),
  trustedProxies: option(
    list(z.string().refine(isNetwork, 'must be IP addresses, networks as 10.0.0.0/8, or loopback')),
    [],
    'addresses',
    'Proxies in front of the server: IP addresses, networks as 10.0.0.0/8, or loopback. What they say of a client counts (X-Forwarded-For, -Proto and -Host, or Forwarded): for limits, logs and links.',
    { reloads: true },
  ),
  maxConnections: option(
    count.min(0),
    0,
    'connections',
    'How many WebSockets may be open at a time. One more is refused with 503. 0: any number.',
  ),
  maxConnectionsPerAddress: option(
    count.min(0),
    2_000,
    'connections',
    'How many clients, and how many TCP connections, one address may have. Of IPv6 a network of 64 bits counts as one. One more is refused with 503. 0: any number.',
  ),
  maxNewcomers: option(
    count.min(0),
    5_000,
    'connections',
    'How many clients may be connected that have not made a request yet. One more is refused with 503. 0: any number.',
  ),
  maxNewcomersPerAddress: option(count.min(0), 1_000, 'connections', 'As maxNewcomers, for each address.'),
  maxRequestRate: option(
    count.min(1),
    1_000,
    'requests a second',
    'How many requests, packets and pings one client may send in the long run. More are refused, and its connection is closed with 1008.',
  ),
  maxRequestBurst: option(count.min(1), 10_000, 'requests', 'How many one client may send at once after a pause.'),
  maxByteRate: option(bytes, 16_777_216, 'bytes a second', 'How many bytes one client may send in the long run.'),
  maxByteBurst: option(bytes, 33_554_432, 'bytes', 'How many bytes one client may send at once after a pause.'),
  maxToldByteRate: option(
    bytes,
    67_108_864,
    'bytes a second',
    'How many bytes the server may send, to all clients together, because of the requests of one client, in the long run.',
  ),
  maxToldByteBurst: option(
    bytes,
    134_217_728,
    'bytes',
    'How many bytes the server may send because of the requests of one client at once after a pause.',
  ),
  pingMs: option(
    milliseconds,
    30_000,
    'ms',
    'The time between two pings to a WebSocket. A client that is silent for two and a half such times, pongs included, is cut off.',
  ),
  firstRequestMs: option(
    milliseconds,
    30_000,
    'ms',
    'How long a client may be connected before its first request, and how long it may take for the head of an HTTP request. It is cut off then.',
  ),
  messageMs: option(
    milliseconds,
    60_000,
    'ms',
    'How long a client may take for one message that it has begun, and how long a plain HTTP request or its answer may stand still because of the client. It is cut off then.',
  ),
  maxMessageLength: option(
    count.min(1_000),
    1_000_000,
    'characters',
    'The longest message that a client may send. A longer one ends its connection.',
  ),
  maxQueuedBytes: option(
    count.min(65_536),
    4_194_304,
    'bytes',
    'Bytes that may wait for a slow client before it is dropped. In the room protocol also the limit for missed messages and for queued requests.',
  ),
  maxQueuedRequests: option(
    count.min(1),
    1_000,
    'requests',
    'How many requests of one client may wait while one runs (room protocol and EasyRTC).',
  ),
  socketIoPath: option(path, '/socket.io', 'path', 'Where clients of the protocols on socket.io connect.'),
  maxPacketBytes: option(
    count.min(100_000),
    4_194_304,
    'bytes',
    'The longest packet that a client on socket.io may send. A longer one ends its connection.',
  ),
} as const satisfies Table;

export type TransportSettings = Output<typeof transportOptions>;

/** @param onRefused hears of each client that was not let in */
export function gateOf(settings: TransportSettings, onRefused: (refused: Refused) => void): Gate {
  return new Gate({
    allowedOrigins: settings.allowedOrigins,
    trustedProxies: settings.trustedProxies,
    places: {
      perAddress: settings.maxConnectionsPerAddress,
      newcomers: settings.maxNewcomers,
      newcomersPerAddress: settings.maxNewcomersPerAddress,
    },
    budget: budgetOf(settings),
    onRefused,
  });
}

/** Of one client. */
export function budgetOf(settings: BudgetSettings): Budget {
  return {
    requestsPerSecond: settings.maxRequestRate,
    requestBurst: settings.maxRequestBurst,
    bytesPerSecond: settings.maxByteRate,
    byteBurst: settings.maxByteBurst,
    toldBytesPerSecond: settings.maxToldByteRate,
    toldByteBurst: settings.maxToldByteBurst,
  };
}

export type BudgetSettings = Pick<
  TransportSettings,
  'maxRequestRate' | 'maxRequestBurst' | 'maxByteRate' | 'maxByteBurst' | 'maxToldByteRate' | 'maxToldByteBurst'
>;

/** Intervals of pings after which a silent client is cut off: two pings are missed, and half an interval is left for the second answer. */
const intervalsOfSilence = 2.45;

export function connectionLimits(settings: TransportSettings): ConnectionLimits {
  return {
    maxTextLength: settings.maxMessageLength,
    maxQueuedBytes: settings.maxQueuedBytes,
    heartbeat: { intervalMs: settings.pingMs, timeoutMs: settings.pingMs * intervalsOfSilence, code: 1008 },
    firstMessageMs: settings.firstRequestMs,
    messageMs: settings.messageMs,
  };
}
