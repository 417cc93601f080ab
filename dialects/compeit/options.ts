import { z } from 'zod';
import { count, flag, group, milliseconds, option } from '../../options/option.js';
import type { Output } from '../../options/option.js';

/** Options for pages of the COMPEIT platform. */
export const compeitOptions = group('compeit', {
  enabled: flag(true, 'Whether pages of the COMPEIT platform may connect.'),
  tokenSecret: option(
    z.string(),
    '',
    'secret',
    'The secret that signs the tokens (JWT, HS256) of COMPEIT users. Empty: everybody may connect, as a guest.',
    { secret: true, reloads: true },
  ),
  heartbeatIntervalMs: option(
    milliseconds,
    25_000,
    'ms',
    'How often clients of Socket.IO 0.9 get a heartbeat on a WebSocket. Keep it well below both timeouts, or they disconnect.',
  ),
  heartbeatTimeoutMs: option(
    milliseconds,
    60_000,
    'ms',
    'A WebSocket of Socket.IO 0.9 that sends nothing for so long is closed. Clients are told this time in seconds.',
  ),
  closeTimeoutMs: option(
    milliseconds,
    60_000,
    'ms',
    'The session of a client of Socket.IO 0.9 ends when the client does not poll for so long. Clients are told this time in seconds.',
  ),
  pollMs: option(
    milliseconds,
    20_000,
    'ms',
    'How long a poll of Socket.IO 0.9 is held when nothing is to be sent. Keep it well below both timeouts.',
  ),
  handshakeMs: option(
    milliseconds,
    30_000,
    'ms',
    'A session of Socket.IO 0.9 that is not opened within this time ends.',
  ),
  maxPacketBytes: option(
    count.min(1_000),
    1_048_576,
    'bytes',
    'The longest frame or body of a client of Socket.IO 0.9. A longer one ends its session.',
  ),
  maxQueuedPackets: option(
    count.min(10),
    5_000,
    'packets',
    'How many packets may wait for a client of Socket.IO. One more ends its session.',
  ),
  maxQueuedBytes: option(
    count.min(65_536),
    8_388_608,
    'bytes',
    'How many bytes may wait for a client of Socket.IO. More end its session.',
  ),
  maxSessionsPerAddress: option(
    count.min(0),
    1_000,
    'sessions',
    'How many sessions of Socket.IO 0.9 one address may have. Of IPv6 a network of 64 bits counts as one. One more is refused with 503. 0: any number.',
  ),
  earlyReceiveMs: option(
    milliseconds,
    10_000,
    'ms',
    'How long a COMPEIT page waits that wants to receive somebody who does not send yet.',
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
    'How many streams of one COMPEIT user may be negotiated at a time, and how many may wait for their sender. One more is refused.',
  ),
  senderStoppedData: flag(
    false,
    'Whether sender_stopped names the sender in its data too. Only for corrected pages: older ones end their own stream then.',
  ),
});

export type CompeitSettings = Output<typeof compeitOptions>;
