import { single } from './metric.js';
import type { Classes, MetricTable } from './metric.js';

/** What became of webhooks (docs/webhooks.md), since the start. */
export interface WebhookFigures {
  readonly counts: readonly { readonly outcome: string; readonly event: string; readonly count: number }[];
  /** How many wait. */
  readonly waiting: number;
  /** How long receivers took that have taken one. */
  readonly times: Classes;
}

export const webhookMetrics: MetricTable<WebhookFigures> = [
  {
    name: 'atrium_webhooks_total',
    type: 'counter',
    help: 'Webhooks since the start. queued: to be sent. sent: taken by the receiver. retried: not taken, and sent again. refused: by the receiver of OpenVidu, and not sent again. dead: given up',
    labels: ['outcome', 'event'],
    read: ({ counts }, into) => {
      for (const { outcome, event, count } of counts) into.inc({ outcome, event }, count);
    },
  },
  single(
    'atrium_webhook_queue',
    'gauge',
    'Webhooks that wait to be sent, or to be sent again',
    ({ waiting }) => waiting,
  ),
  {
    name: 'atrium_webhook_seconds',
    type: 'histogram',
    help: 'How long receivers took to take a webhook',
    labels: [],
    read: ({ times }) => [{ of: times }],
  },
];
