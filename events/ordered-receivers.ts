import { Redirected, fetchStatus } from '../access/index.js';
import type { Durations } from '../durations.js';
import type { WebhookSettings } from './options.js';
import { ReceiverQueue } from './receiver-queue.js';
import type { QueueContext } from './receiver-queue.js';

/** How long what waits is tried when the server stops, in ms. */
const stopMs = 5_000;

/** Somebody who is told over HTTP, one thing after the other. */
export interface OrderedReceiver {
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** How long it may take to answer. */
  readonly timeoutMs: number;
  /** How often one thing is sent at most, where it cannot be reached. What it refuses is not sent again. */
  readonly maxTries: number;
}

/** Tells one receiver. Nothing waits for it. */
export interface ReceiverLine {
  /** @param body JSON */
  tell(event: string, body: string): void;
  /** Everything is tried for 5 s; what is left then is given up. */
  close(): Promise<void>;
}

export interface OrderedReceiversContext extends Pick<QueueContext, 'now' | 'later' | 'random' | 'log'> {
  /** Read when needed, since a running server changes them. */
  readonly settings: Pick<WebhookSettings, 'webhookQueue' | 'webhookMaxAgeS'>;
  /** How long receivers took. */
  readonly times: Durations;
}

/** The receivers of protocols that have webhooks of their own. They share bounds and figures with those of the server. */
export class OrderedReceivers {
  readonly #context: OrderedReceiversContext;
  readonly #queues = new Set<ReceiverQueue>();
  readonly #counts = new Map<string, number>();
  #told = 0;

  constructor(context: OrderedReceiversContext) {
    this.#context = context;
  }

  open(receiver: OrderedReceiver): ReceiverLine {
    const { settings, now, times, log } = this.#context;
    const count = (outcome: string, event: string): void => {
      const key = `${outcome} ${event}`;
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    };
    const queue = new ReceiverQueue(
      receiver.url,
      {
        ...{ ...this.#context, settings, maxTries: receiver.maxTries },
        post: async (_url, { event, body, id }, signal) => {
          const status = await statusOf(receiver, body, signal);
          if (status === 200) return;
          count('refused', event);
          log.warn('a webhook was refused', { url: queue.name, event, id, status });
        },
      },
      {
        sent: ({ event }, ms) => {
          times.took(ms);
          count('sent', event);
        },
        retried: ({ event }) => {
          count('retried', event);
        },
        died: ({ event, id }, why) => {
          count('dead', event);
          log.warn('a webhook was given up', { url: queue.name, event, id, why });
        },
      },
    );
    this.#queues.add(queue);
    return {
      tell: (event, body) => {
        count('queued', event);
        // One line for all: the order is that in which it happened.
        queue.add({ id: String((this.#told += 1)), event, room: '', at: now(), body });
      },
      close: async () => {
        await queue.close(stopMs);
        this.#queues.delete(queue);
      },
    };
  }

  /** How many wait or are under way. */
  get waiting(): number {
    return [...this.#queues].reduce((sum, { size }) => sum + size, 0);
  }

  /** How often which outcome came of which event, since the start. */
  get counts(): readonly { readonly outcome: string; readonly event: string; readonly count: number }[] {
    return [...this.#counts].map(([key, count]) => {
      const [outcome = '', event = ''] = key.split(' ');
      return { outcome, event, count };
    });
  }
}

/** @returns what it answers; a redirect is not followed */
async function statusOf(
  { url, headers, timeoutMs }: OrderedReceiver,
  body: string,
  signal: AbortSignal,
): Promise<number> {
  const all = new Headers([
    ['Content-Type', 'application/json'],
    ...headers.map(([name, value]): [string, string] => [name, value]),
  ]);
  all.set('Content-Type', 'application/json');
  try {
    return await fetchStatus(url, { method: 'POST', headers: all, body }, { timeoutMs, signal });
  } catch (error) {
    if (error instanceof Redirected) return error.status;
    throw error;
  }
}
