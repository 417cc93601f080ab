import { z } from 'zod';
import type { Option } from '../../options/option.js';
import { count, milliseconds, option, truth, truthOr } from '../../options/option.js';

/** Pages of the COMPEIT platform. */
export const compeitOptions = {
  compeitEnabled: option(truthOr(true), 'true or false', 'Whether pages of the COMPEIT platform may connect.'),
  compeitTokenSecret: option(
    z.string().default(''),
    'text',
    'What the tokens (JWT, HS256) of COMPEIT users are signed with. Empty: everybody may come, as a guest.',
  ),
  compeitHeartbeatIntervalMs: option(
    milliseconds.default(25_000),
    'ms',
    'How often clients of Socket.IO 0.9 on a WebSocket get a heartbeat; well below both timeouts, or they hang up.',
  ),
  compeitHeartbeatTimeoutMs: option(
    milliseconds.default(60_000),
    'ms',
    'A WebSocket of Socket.IO 0.9 from which nothing comes for so long is given up. Announced in seconds.',
  ),
  compeitCloseTimeoutMs: option(
    milliseconds.default(60_000),
    'ms',
    'A client of Socket.IO 0.9 that does not poll for so long is given up. Announced in seconds.',
  ),
  compeitPollMs: option(
    milliseconds.default(20_000),
    'ms',
    'How long a poll of Socket.IO 0.9 is held when there is nothing to say; well below both timeouts.',
  ),
  compeitHandshakeMs: option(
    milliseconds.default(30_000),
    'ms',
    'A session of Socket.IO 0.9 that is not opened within this time is forgotten.',
  ),
  compeitMaxPacketBytes: option(
    count.min(1_000).default(1_048_576),
    'bytes',
    'The longest frame or body of a client of Socket.IO 0.9; a longer one ends its session.',
  ),
  compeitMaxQueuedPackets: option(
    count.min(10).default(5_000),
    'packets',
    'How many packets may wait for the next poll of a client of Socket.IO 0.9; one more ends its session.',
  ),
  compeitMaxQueuedBytes: option(
    count.min(65_536).default(8_388_608),
    'bytes',
    'How much may wait for a client of Socket.IO 0.9; more ends its session.',
  ),
  compeitMaxSessionsPerAddress: option(
    count.min(0).default(1_000),
    'sessions',
    'How many sessions of Socket.IO 0.9 one address may have; one more is refused with 503. 0: any number, as behind a proxy.',
  ),
  compeitEarlyReceiveMs: option(
    milliseconds.default(10_000),
    'ms',
    'How long a COMPEIT page that wants to receive somebody waits until she sends.',
  ),
  compeitMediaLostAfterMs: option(
    milliseconds.default(10_000),
    'ms',
    'How long the connection of a COMPEIT stream may be down before the reception is given up.',
  ),
  compeitMaxNegotiations: option(
    count.min(1).default(64),
    'negotiations',
    'How many streams of one COMPEIT user may be negotiated, and how many may wait for their sender; one more is refused.',
  ),
  compeitSenderStoppedData: option(
    truth,
    'true or false',
    'Whether sender_stopped says who in its data as well: for corrected pages only, older ones then end their own stream.',
  ),
} as const satisfies Record<string, Option>;
