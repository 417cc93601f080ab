import { z } from 'zod';
import { count, list, option, path } from '../options/option.js';
import type { Output, Table } from '../options/option.js';

/** Connections, and what may come over them. */
export const transportOptions = {
  allowedOrigins: option(
    list(z.string()),
    [],
    'origins',
    'Pages that may open a WebSocket or read the REST API, as https://host[:port]. Empty: all.',
  ),
  maxConnections: option(
    count.min(0),
    0,
    'connections',
    'How many WebSockets may be open at a time. One more is refused with 503. 0: any number.',
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
