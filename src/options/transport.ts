import { z } from 'zod';
import type { Option } from '../../options/option.js';
import { count, option } from '../../options/option.js';

/** Connections and what may come over them. */
export const transportOptions = {
  maxConnections: option(
    count.min(0).default(0),
    'connections',
    'How many WebSockets may be open at a time; one more is refused with 503. 0: any number.',
  ),
  maxMessageLength: option(
    count.min(1_000).default(1_000_000),
    'characters',
    'The longest message a client may send; a longer one ends its connection.',
  ),
  maxQueuedBytes: option(
    count.min(65_536).default(4_194_304),
    'bytes',
    'How much may wait for a client that reads slowly before it is dropped; also for one of the room protocol whose socket is lost, and of its requests.',
  ),
  socketIoPath: option(
    z
      .string()
      .regex(/^(\/[\w.~-]+)+$/, 'must start with a slash and not end with one')
      .default('/socket.io'),
    'path',
    'Where clients of the protocols on socket.io connect.',
  ),
  maxPacketBytes: option(
    count.min(100_000).default(4_194_304),
    'bytes',
    'The longest packet a client on socket.io may send; a longer one ends its connection.',
  ),
} as const satisfies Record<string, Option>;
