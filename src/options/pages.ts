import { z } from 'zod';
import { isIceServer } from '../ice-servers.js';
import type { Option } from '../../options/option.js';
import { list, milliseconds, numbers, option, truth } from '../../options/option.js';

/** What pages and clients are told, and the filters they may ask for. */
export const pagesOptions = {
  loopbackRemote: option(truth, 'true or false', 'Tells pages, by /getClientConfig, to publish with doLoopback.'),
  loopbackAndLocal: option(
    truth,
    'true or false',
    'Tells pages to show the local picture too when loopbackRemote is set.',
  ),
  filterType: option(
    z.enum(['hat', 'marker']).default('hat'),
    'filter',
    'The customRequest that pages may send, told by /getClientConfig.',
  ),
  appUrl: option(
    z
      .string()
      .regex(/^(https?:\/\/\S+)?$/, 'must be an http:// or https:// URL')
      .default(''),
    'URL',
    "This server's address as a Kurento media server reaches it, to fetch the images of filters; empty: http://localhost with the port.",
  ),
  hatImage: option(
    z.string().min(1).default('hat.png'),
    'image',
    'What the hat filter puts over faces: a name below img/ of this server, or an address.',
  ),
  hatPlacement: option(
    numbers(4).default([-0.35, -1.2, 1.6, 1.6]),
    'fractions of the face',
    'Where the hat is: its offset to the right and down, its width and height.',
  ),
  markerImages: option(
    list(z.string().regex(/^\d{1,9}=\S+$/, 'must be index=image')).default(['0=marker.png']),
    'index=image',
    "What the marker filter shows, one image after the other; the index is what clients are told, the image as the hat's.",
  ),
  thresholdSpeaker: option(
    z.coerce.number().min(-200).max(0).default(-50),
    'dB',
    'Above it pages take a participant for speaking; told by /getThresholdSpeaker.',
  ),
  updateSpeakerIntervalMs: option(
    milliseconds.default(1_800),
    'ms',
    'How often pages look who is speaking; told by /getUpdateSpeakerInterval.',
  ),
  iceServers: option(
    list(
      z
        .string()
        .refine(
          isIceServer,
          'must be stun:host:port or turn:user:password@host:port, user and password percent-encoded',
        ),
    ).default([]),
    'URLs',
    'STUN and TURN servers for clients, served to everybody at /api/v1/ice-servers.',
  ),
} as const satisfies Record<string, Option>;
