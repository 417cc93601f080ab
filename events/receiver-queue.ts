import type { Log } from '../log.js';
import { Line } from './line.js';
import type { Waiting } from './line.js';
import type { Death, Notice, Post } from './notice.js';
import type { WebhookSettings } from './options.js';

/** Notices that are sent to one receiver at the same time, each of another room. */
const mostUnderWay = 8;
/** What waits for one receiver, in bytes. */
const maxBytes = 32 * 1_024 * 1_024;
const longestPauseMs = 60_000;
/** By how much a pause is longer or shorter, so that many rooms do not try again at the same time. */
const jitter = 0.2;

export interface QueueContext {
  readonly settings: Pick<WebhookSettings, 'webhookQueue' | 'webhookMaxAgeS'>;
  readonly post: Post;
  readonly log: Log;
  /** The time in ms since 1970. */
  readonly now: () => number;
  readonly later: (ms: number, run: () => void) => () => void;
  /** From 0 to 1. */
  readonly random: () => number;
  /** How often one notice is tried at most. Default: as long as it is young enough. */
  readonly maxTries?: number;
}

/** What becomes of notices. */
export interface QueueListener {
  sent(notice: Notice, ms: number): void;
  retried(notice: Notice): void;
  died(notice: Notice, why: Death): void;
}

/**
 * What waits for one receiver: a line for each room, whose first notice alone is under way or waits for its next try. Lines take turns. When
 * too much waits, the oldest goes.
 */
export class ReceiverQueue {
  /** For people: without its query, which may be secret. */
  readonly name: string;
  readonly #url: string;
  readonly #context: QueueContext;
  readonly #listener: QueueListener;
  readonly #lines = new Map<string, Line>();
  /** Those whose first notice may be sent now. */
  readonly #ready = new Set<Line>();
  /** All of them, the oldest first, those under way included. */
  readonly #all = new Set<Waiting>();
  readonly #closing = new AbortController();
  #bytes = 0;
  #underWay = 0;
  /** Whether the last try failed. */
  #isFailing = false;
  #closed = false;
  /** Called when nothing is left. */
  #emptied: () => void = () => undefined;

  constructor(url: string, context: QueueContext, listener: QueueListener) {
    this.name = nameOf(url);
    this.#url = url;
    this.#context = context;
    this.#listener = listener;
  }

  /** How many wait or are under way. */
  get size(): number {
    return this.#all.size;
  }

  add(notice: Notice): void {
    if (this.#closed) {
      this.#listener.died(notice, 'stopped');
      return;
    }
    const waiting: Waiting = {
      notice,
      bytes: Buffer.byteLength(notice.body),
      tries: 0,
      isUnderWay: false,
      isLastTry: false,
    };
    this.#all.add(waiting);
    this.#bytes += waiting.bytes;
    const line = this.#lines.get(notice.room) ?? new Line(notice.room);
    this.#lines.set(notice.room, line);
    line.waiting.push(waiting);
    if (!line.isBusy) this.#ready.add(line);
    this.#trim();
    this.#go();
  }

  /** Somebody else sends what is about a room. @param room default: all rooms */
  letGo(room?: string): void {
    for (const waiting of this.#all) {
      const { room: about } = waiting.notice;
      if (about !== '' && (room ?? about) === about) this.#remove(waiting);
    }
  }

  /** Everything is tried for so long; what is left then dies. Does nothing the second time. */
  async close(ms: number): Promise<void> {
    for (const line of this.#lines.values()) if (line.endPause()) this.#ready.add(line);
    this.#go();
    if (this.size > 0 && ms > 0) await this.#empty(ms);
    this.#closed = true;
    this.#closing.abort();
    for (const line of this.#lines.values()) line.endPause();
    for (const { notice } of this.#all) this.#listener.died(notice, 'stopped');
    this.#all.clear();
    this.#lines.clear();
    this.#ready.clear();
  }

  #empty(ms: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const stop = this.#context.later(ms, resolve);
      this.#emptied = () => {
        stop();
        resolve();
      };
    });
  }

  #trim(): void {
    const { webhookQueue: most } = this.#context.settings;
    while (this.#all.size - this.#underWay > most || this.#bytes > maxBytes) {
      const oldest = this.#oldest();
      if (!oldest) return;
      this.#die(oldest, 'queue-full');
    }
  }

  #oldest(): Waiting | undefined {
    for (const waiting of this.#all) if (!waiting.isUnderWay) return waiting;
    return undefined;
  }

  /** Sends what may be sent now. */
  #go(): void {
    for (const line of this.#ready) {
      if (this.#underWay >= mostUnderWay || this.#closed) return;
      this.#ready.delete(line);
      const [first] = line.waiting;
      if (!first) continue;
      if (this.#remainingMs(first) < 0 && !first.isLastTry) {
        this.#die(first, 'too-old');
        if (line.waiting.length > 0) this.#ready.add(line);
      } else {
        void this.#send(line, first);
      }
    }
  }

  async #send(line: Line, waiting: Waiting): Promise<void> {
    line.isSending = true;
    waiting.isUnderWay = true;
    waiting.tries += 1;
    this.#underWay += 1;
    const begun = this.#context.now();
    const failure = await this.#try(waiting.notice);
    if (this.#closed) return;
    this.#underWay -= 1;
    waiting.isUnderWay = false;
    line.isSending = false;
    const isLetGo = !this.#all.has(waiting);
    if (failure === undefined) this.#sent(line, waiting, this.#context.now() - begun);
    else if (!isLetGo) this.#failed(line, waiting, failure);
    this.#trim();
    this.#go();
  }

  /** @returns why it could not be sent */
  async #try(notice: Notice): Promise<string | undefined> {
    try {
      await this.#context.post(this.#url, notice, this.#closing.signal);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #sent(line: Line, waiting: Waiting, ms: number): void {
    this.#remove(waiting);
    if (line.waiting.length > 0) this.#ready.add(line);
    const { id, event } = waiting.notice;
    this.#context.log.debug('a webhook was sent', { url: this.name, event, id, ms });
    if (this.#isFailing) this.#context.log.info('webhooks are taken again', { url: this.name });
    this.#isFailing = false;
    this.#listener.sent(waiting.notice, ms);
  }

  #failed(line: Line, waiting: Waiting, reason: string): void {
    const { log, later, maxTries = Infinity } = this.#context;
    const { id, event } = waiting.notice;
    if (!this.#isFailing) log.warn('a webhook was not taken', { url: this.name, event, id, reason });
    this.#isFailing = true;
    const remainingMs = this.#remainingMs(waiting);
    if (remainingMs <= 0 || waiting.isLastTry) {
      this.#die(waiting, 'too-old');
      if (line.waiting.length > 0) this.#ready.add(line);
      return;
    }
    const pauseMs = this.#pauseMs(waiting.tries);
    waiting.isLastTry = pauseMs >= remainingMs || waiting.tries + 1 >= maxTries;
    const ms = Math.min(pauseMs, remainingMs);
    log.debug('a webhook is sent again', { url: this.name, event, id, reason, inMs: Math.round(ms) });
    this.#listener.retried(waiting.notice);
    line.pause(
      later(ms, () => {
        line.endPause();
        this.#ready.add(line);
        this.#go();
      }),
    );
  }

  #pauseMs(tries: number): number {
    const ms = Math.min(longestPauseMs, 1_000 * 2 ** Math.min(tries - 1, 16));
    return ms * (1 + jitter * (2 * this.#context.random() - 1));
  }

  /** How long it may still be tried. */
  #remainingMs({ notice }: Waiting): number {
    const { settings, now } = this.#context;
    return notice.at + settings.webhookMaxAgeS * 1_000 - now();
  }

  #die(waiting: Waiting, why: Death): void {
    this.#remove(waiting);
    this.#listener.died(waiting.notice, why);
  }

  #remove(waiting: Waiting): void {
    if (!this.#all.delete(waiting)) return;
    const { room } = waiting.notice;
    const line = this.#lines.get(room);
    line?.remove(waiting);
    if (line?.waiting.length === 0) {
      line.endPause();
      this.#ready.delete(line);
      this.#lines.delete(room);
    }
    this.#bytes -= waiting.bytes;
    if (this.#all.size === 0) this.#emptied();
  }
}

/** For people: its query may be secret. */
export function nameOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
