import { z } from 'zod';
import { count, flag, group, milliseconds, option } from '../../options/option.js';
import type { Output } from '../../options/option.js';

/** Pages of the COMPEIT platform. */
export const compeitOptions = group('compeit', {
  enabled: flag(true, 'Whether pages of the COMPEIT platform may connect.'),
  tokenSecret: option(
    z.string(),
    '',
    'text',
    'What the tokens (JWT, HS256) of COMPEIT users are signed with. Empty: everybody may come, as a guest.',
  ),
  heartbeatIntervalMs: option(
    milliseconds,
    25_000,
    'ms',
    'How often clients of Socket.IO 0.9 on a WebSocket get a heartbeat; well below both timeouts, or they hang up.',
  ),
  heartbeatTimeoutMs: option(
    milliseconds,
    60_000,
    'ms',
    'A WebSocket of Socket.IO 0.9 from which nothing comes for so long is given up. Announced in seconds.',
  ),
  closeTimeoutMs: option(
    milliseconds,
    60_000,
    'ms',
    'A client of Socket.IO 0.9 that does not poll for so long is given up. Announced in seconds.',
  ),
  pollMs: option(
    milliseconds,
    20_000,
    'ms',
    'How long a poll of Socket.IO 0.9 is held when there is nothing to say; well below both timeouts.',
  ),
  handshakeMs: option(
    milliseconds,
    30_000,
    'ms',
    'A session of Socket.IO 0.9 that is not opened within this time is forgotten.',
  ),
  maxPacketBytes: option(
    count.min(1_000),
    1_048_576,
    'bytes',
    'The longest frame or body of a client of Socket.IO 0.9; a longer one ends its session.',
  ),
  maxQueuedPackets: option(
    count.min(10),
    5_000,
    'packets',
    'How many packets may wait for the next poll of a client of Socket.IO 0.9; one more ends its session.',
  ),
  maxQueuedBytes: option(
    count.min(65_536),
    8_388_608,
    'bytes',
    'How much may wait for a client of Socket.IO 0.9; more ends its session.',
  ),
  maxSessionsPerAddress: option(
    count.min(0),
    1_000,
    'sessions',
    'How many sessions of Socket.IO 0.9 one address may have; one more is refused with 503. 0: any number, as behind a proxy.',
  ),
  earlyReceiveMs: option(
    milliseconds,
    10_000,
    'ms',
    'How long a COMPEIT page that wants to receive somebody waits until she sends.',
  ),
  streamLostAfterMs: option(
    milliseconds,
    10_000,
    'ms',
    'How long the connection of a COMPEIT stream may be down before the reception is given up.',
    { formerly: 'compeitMediaLostAfterMs' },
  ),
  maxNegotiations: option(
    count.min(1),
    64,
    'negotiations',
    'How many streams of one COMPEIT user may be negotiated, and how many may wait for their sender; one more is refused.',
  ),
  senderStoppedData: flag(
    false,
    'Whether sender_stopped says who in its data as well: for corrected pages only, older ones then end their own stream.',
  ),
});

export type CompeitSettings = Output<typeof compeitOptions>;
