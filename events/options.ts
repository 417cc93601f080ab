import { z } from 'zod';
import { count, list, milliseconds, option } from '../options/option.js';
import type { Output, Table } from '../options/option.js';
import { livekitNames, webhookNames } from './webhook-names.js';

/** Whom the server tells over HTTP what happens (docs/webhooks.md). */
export const eventOptions = {
  webhookUrls: option(
    list(z.string().refine(isReceiver, 'must be http:// or https:// URLs without user and password')),
    [],
    'URLs',
    'Where is told what happens in rooms, by HTTP POST, signed as LiveKit signs its webhooks. Each of them is told everything. Empty: nowhere.',
    { reloads: true },
  ),
  webhookKey: option(z.string(), '', 'name', 'The name of the key in keys that signs webhooks.', { reloads: true }),
  webhookEvents: option(
    list(z.enum(webhookNames)),
    [...livekitNames],
    'names',
    'Which events are told. Those of LiveKit are by default; participant_updated, participant_waiting, participant_evicted, room_updated, media_server_down and media_server_up are told where they are named.',
    { reloads: true },
  ),
  webhookTimeoutMs: option(milliseconds, 5_000, 'ms', 'How long a receiver may take to answer.', { reloads: true }),
  webhookMaxAgeS: option(
    count.min(0).max(86_400),
    600,
    's',
    'How long the server goes on trying to tell a receiver of an event that it did not take.',
    { reloads: true },
  ),
  webhookQueue: option(
    count.min(1).max(100_000),
    1_000,
    'events',
    'How many events may wait for one receiver, and 32 MB of them at most. When there are more, the oldest is given up.',
    { reloads: true },
  ),
  webhookDeadLetters: option(
    z.string(),
    '',
    'file',
    'A file in which events are kept that were given up, for `atrium webhooks resend`. At 50 MB it is renamed, with .1 at its end, and a new one begins. Empty: none.',
  ),
} as const satisfies Table;

export type WebhookSettings = Output<typeof eventOptions> & {
  /** Secrets by the names of their keys. */
  readonly keys: ReadonlyMap<string, string>;
};

/** Secrets belong into no URL that logs show. */
function isReceiver(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}
