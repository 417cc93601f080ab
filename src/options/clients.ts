import { z } from 'zod';
import { count, flag, list, milliseconds, number, option, readBy } from '../../options/option.js';
import type { Table } from '../../options/option.js';
import { isIceUrl, readIceServer } from '../ice-servers.js';

/** What the server tells pages and other clients. */
export const clientOptions = {
  iceServers: option(
    list(
      readBy(
        readIceServer,
        'must be stun:host:port or turn:user:password@host:port, user and password percent-encoded',
      ),
    ),
    [],
    'URLs',
    'STUN and TURN servers for clients. Only those that may join a room are told of the TURN servers.',
    { secret: true, reloads: true },
  ),
  turnUrls: option(
    list(
      z
        .string()
        .refine(
          (url) => /^turns?:/.test(url) && isIceUrl(url),
          'must be turn:host:port or turns:host:port, without user and password, with ?transport=udp or tcp at most',
        ),
    ),
    [],
    'URLs',
    'TURN servers for clients that share turnSecret, as turn:host:3478?transport=udp.',
    { reloads: true },
  ),
  turnSecret: option(
    z.string(),
    '',
    'secret',
    'Shared with the TURN servers of turnUrls and iceServers (static-auth-secret of coturn): clients get credentials that expire. Empty: they get those in iceServers.',
    { secret: true, reloads: true },
  ),
  turnTtlS: option(count.min(60).max(604_800), 86_400, 's', 'How long such credentials are valid.', {
    formerly: 'turnSeconds',
    reloads: true,
  }),
  frameAncestors: option(
    list(
      z
        .string()
        .regex(
          /^(\*|https?:\/\/(\*\.)?[\w.-]+(:(\d+|\*))?)$/,
          'must be sites as https://host[:port] or https://*.host, or * for all',
        ),
    ),
    [],
    'sites',
    "Sites whose pages may show this server's page in a frame, as https://host[:port]. Empty: this server alone. *: all.",
    { reloads: true },
  ),
  loopbackRemote: flag(false, 'Tells pages, by /getClientConfig, to publish with doLoopback.'),
  loopbackAndLocal: flag(false, 'Tells pages to show the local picture too when loopbackRemote is set.'),
  thresholdSpeaker: option(
    number.min(-200).max(0),
    -50,
    'dB',
    'Pages show a participant as speaking above this volume. /getThresholdSpeaker tells it.',
  ),
  updateSpeakerIntervalMs: option(
    milliseconds,
    1_800,
    'ms',
    'How often pages check who is speaking. /getUpdateSpeakerInterval tells it.',
  ),
} as const satisfies Table;
