import { Durations } from '../durations.js';
import type { Journal } from '../rooms/index.js';
import { DeadLetters } from './dead-letters.js';
import { KeptNotices } from './kept-notices.js';
import type { Death, Notice, Post } from './notice.js';
import type { WebhookSettings } from './options.js';
import { postWebhook } from './post-webhook.js';
import { ReceiverQueue } from './receiver-queue.js';
import type { QueueContext } from './receiver-queue.js';
import { roomOf } from './server-event.js';
import type { EventSink, ServerEvents } from './server-events.js';
import type { WebhookBodies } from './webhook-body.js';
import { webhookNames } from './webhook-names.js';

/** How long what waits is tried when the server stops, in ms. */
const stopMs = 5_000;
/** How often the log tells of notices that were given up, in ms. */
const toldEveryMs = 60_000;

export type Outcome = 'queued' | 'sent' | 'retried' | 'dead';

export interface WebhooksContext extends Pick<QueueContext, 'now' | 'later' | 'random' | 'log'> {
  /** Read when needed, since a running server changes them. */
  readonly settings: WebhookSettings;
  readonly events: Pick<ServerEvents, 'addSink'>;
  /** Called when webhooks are first wanted: the library of the messages takes memory. */
  readonly loadBodies: () => Promise<WebhookBodies>;
  /** Runs each try, for a program that traces them. Default: it is just run. */
  readonly traced?: (<Result>(event: string, run: () => Promise<Result>) => Promise<Result>) | undefined;
  /** Where rooms are kept for other nodes. Default: nowhere. */
  readonly journal?: Pick<Journal, 'changed'> | undefined;
}

/** Tells receivers of the operator what happens, over HTTP (docs/webhooks.md). Nothing waits for it. */
export class Webhooks {
  readonly #context: WebhooksContext;
  readonly #queues = new Map<string, ReceiverQueue>();
  readonly #letters: DeadLetters | undefined;
  readonly #kept: KeptNotices | undefined;
  readonly #counts = new Map<string, number>();
  readonly times = new Durations();
  /** Given up since the log has told of them. */
  #untold = 0;
  #stopTelling: (() => void) | undefined;
  #removeSink: (() => void) | undefined;
  #bodies: WebhookBodies | undefined;
  #isClosed = false;

  constructor(context: WebhooksContext) {
    this.#context = context;
    const { settings, log, journal } = context;
    this.#kept = journal && new KeptNotices(journal);
    if (settings.webhookDeadLetters !== '') this.#letters = new DeadLetters(settings.webhookDeadLetters, log);
  }

  /** Called at the start, and when the settings have changed. What waits for a receiver that is not named any more is given up. */
  async renew(): Promise<void> {
    const { settings, events, loadBodies } = this.#context;
    const urls = new Set(settings.webhookUrls);
    if (urls.size > 0) this.#bodies ??= await loadBodies();
    if (this.#isClosed) return;
    for (const [url, queue] of this.#queues) {
      if (urls.has(url)) continue;
      this.#queues.delete(url);
      void queue.close(0);
    }
    for (const url of urls) if (!this.#queues.has(url)) this.#queues.set(url, this.#queueOf(url));
    if (urls.size > 0) this.#removeSink ??= events.addSink(this.#sink);
    else {
      this.#removeSink?.();
      this.#removeSink = undefined;
    }
  }

  /** Another node had the room: what it has not sent is sent now. @param fields of the room, as they are kept */
  restored(room: string, fields: ReadonlyMap<string, string>): void {
    if (this.#queues.size === 0) return;
    for (const notice of this.#kept?.restored(room, fields) ?? []) this.#add(notice);
  }

  /** Another node goes on, and sends what is not sent yet. @param room default: all rooms */
  letGo(room?: string): void {
    for (const queue of this.#queues.values()) queue.letGo(room);
    this.#kept?.forget(room);
  }

  /** How many wait or are under way, to all receivers. */
  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** How often which outcome came of which event, since the start. */
  get counts(): readonly { readonly outcome: string; readonly event: string; readonly count: number }[] {
    return [...this.#counts].map(([key, count]) => {
      const [outcome = '', event = ''] = key.split(' ');
      return { outcome, event, count };
    });
  }

  /** Takes no more events. Resolves when all is sent, or given up after 5 s. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#removeSink?.();
    await Promise.all([...this.#queues.values()].map((queue) => queue.close(stopMs)));
    this.#stopTelling?.();
    this.#tellOfDead();
    await this.#letters?.written();
  }

  readonly #sink: EventSink = (event) => {
    if (event.type === 'activeSpeakersChanged') return undefined;
    const name = webhookNames[event.type];
    if (!this.#bodies || !this.#context.settings.webhookEvents.includes(name)) return undefined;
    const { id, at } = event;
    const notice = { id, event: name, room: roomOf(event) ?? '', at, body: this.#bodies.bodyOf(event) };
    this.#kept?.keep(notice);
    return () => {
      this.#add(notice);
    };
  };

  #add(notice: Notice): void {
    this.#context.log.debug('a webhook is queued', { event: notice.event, id: notice.id });
    this.#kept?.waits(notice, this.#queues.size);
    for (const queue of this.#queues.values()) {
      this.#count('queued', notice);
      queue.add(notice);
    }
  }

  #queueOf(url: string): ReceiverQueue {
    const queue: ReceiverQueue = new ReceiverQueue(
      url,
      { ...this.#context, post: this.#post },
      {
        sent: (notice, ms) => {
          this.times.took(ms);
          this.#count('sent', notice);
          this.#kept?.settled(notice);
        },
        retried: (notice) => {
          this.#count('retried', notice);
        },
        died: (notice, why) => {
          this.#died(url, queue.name, notice, why);
        },
      },
    );
    return queue;
  }

  readonly #post: Post = async (url, notice, signal) => {
    const { settings, now, traced = (_event, run) => run() } = this.#context;
    await traced(notice.event, () => postWebhook(url, notice.body, settings, now(), signal));
  };

  #died(url: string, name: string, notice: Notice, why: Death): void {
    this.#count('dead', notice);
    this.#kept?.settled(notice);
    this.#letters?.add({ url, ...notice });
    this.#untold += 1;
    this.#context.log.debug('a webhook was given up', { url: name, event: notice.event, id: notice.id, why });
    // The first at once, and those that follow together.
    if (this.#stopTelling === undefined && !this.#isClosed) this.#tellOfDead(why);
  }

  #tellOfDead(why?: Death): void {
    this.#stopTelling = undefined;
    if (this.#untold === 0) return;
    this.#context.log.error('webhooks were given up', { count: this.#untold, ...(why && { why }) });
    this.#untold = 0;
    if (this.#isClosed) return;
    this.#stopTelling = this.#context.later(toldEveryMs, () => {
      this.#tellOfDead();
    });
  }

  #count(outcome: Outcome, { event }: Notice): void {
    const key = `${outcome} ${event}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }
}
