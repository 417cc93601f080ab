import type { Log } from '../../log.js';
import { Alarm } from '../alarm.js';
import type { Clock } from '../clock.js';
import type { Names } from '../names.js';
import type { Hub } from '../redis.js';
import { messageSchema } from './messages.js';
import type { Message, Sent } from './messages.js';
import { ownMessage } from './own-messages.js';

/** What nodes tell each other. A message may be lost. */
export interface Post {
  /**
   * Sent with all others of this turn to that node. To this node itself it is handed over at once.
   * @param withinMs so long it may wait for others
   */
  send(node: string, message: Sent, withinMs?: number): void;
  /** Sends now what waits for that node: it comes before a commit that is sent next. */
  sendNow(node: string): void;
}

export interface PostListener {
  heard(message: Message): void;
  /** Nobody listened at that node. */
  deaf(node: string): void;
}

/** The most bytes of one message of Redis; one of ours may be longer. */
const mostBytes = 400_000;

/** Sends and hears through Redis. */
export class HubPost implements Post {
  readonly #hub: Hub;
  readonly #names: Names;
  readonly #nodeId: string;
  readonly #listener: PostListener;
  readonly #log: Log;
  /** By node, in their order. */
  readonly #waiting = new Map<string, string[]>();
  /** Nodes that are to hear what waits when this turn is over. */
  readonly #urgent = new Set<string>();
  /** For what may wait. */
  readonly #alarm: Alarm;
  readonly #stop: () => void;
  #dropped = 0;

  constructor(
    hub: Hub,
    names: Names,
    nodeId: string,
    listener: PostListener,
    clock: Pick<Clock, 'now' | 'later'>,
    log: Log,
  ) {
    this.#hub = hub;
    this.#names = names;
    this.#nodeId = nodeId;
    this.#listener = listener;
    this.#log = log;
    this.#alarm = new Alarm(clock, () => {
      this.#flush(this.#waiting.keys());
    });
    const own = names.channelOf(nodeId);
    this.#stop = hub.listen({
      connected: () => undefined,
      disconnected: () => undefined,
      message: (channel, text) => {
        if (channel === own) this.receive(text);
      },
    });
  }

  /** Messages that were none. */
  get dropped(): number {
    return this.#dropped;
  }

  send(node: string, message: Sent, withinMs = 0): void {
    if (node === this.#nodeId) {
      this.#listener.heard(ownMessage(message));
      return;
    }
    const text = JSON.stringify(message);
    const waiting = this.#waiting.get(node);
    if (waiting) waiting.push(text);
    else this.#waiting.set(node, [text]);
    if (withinMs > 0) this.#alarm.within(withinMs);
    else this.#sendSoon(node);
  }

  sendNow(node: string): void {
    if (this.#waiting.has(node)) this.#flush([node]);
  }

  /** @param text as `send` and commits write it: a list of messages */
  receive(text: string): void {
    let list: unknown;
    try {
      list = JSON.parse(text);
    } catch {
      list = undefined;
    }
    if (!Array.isArray(list)) {
      this.#drop(text);
      return;
    }
    for (const each of list) this.#hear(each);
  }

  close(): void {
    this.#stop();
    this.#alarm.off();
    this.#waiting.clear();
  }

  #hear(message: unknown): void {
    const { data } = messageSchema.safeParse(message);
    if (data) this.#listener.heard(data);
    else this.#drop(message);
  }

  #sendSoon(node: string): void {
    if (this.#urgent.size === 0) {
      setImmediate(() => {
        const nodes = [...this.#urgent];
        this.#urgent.clear();
        this.#flush(nodes);
      });
    }
    this.#urgent.add(node);
  }

  #flush(nodes: Iterable<string>): void {
    for (const node of nodes) {
      const texts = this.#waiting.get(node) ?? [];
      this.#waiting.delete(node);
      for (const part of inParts(texts)) void this.#publish(node, part);
    }
    if (this.#waiting.size === 0) this.#alarm.off();
  }

  async #publish(node: string, text: string): Promise<void> {
    try {
      const listeners = await this.#hub.call('PUBLISH', this.#names.channelOf(node), text);
      if (listeners === 0) this.#listener.deaf(node);
    } catch {
      // It is sent again by those who miss an answer.
    }
  }

  #drop(message: unknown): void {
    this.#dropped += 1;
    if (this.#dropped === 1) this.#log.warn('A message of another node cannot be read', { message });
  }
}

function inParts(texts: readonly string[]): string[] {
  const parts: string[] = [];
  let part: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    if (part.length > 0 && bytes + text.length > mostBytes) {
      parts.push(`[${part.join(',')}]`);
      part = [];
      bytes = 0;
    }
    part.push(text);
    bytes += text.length;
  }
  if (part.length > 0) parts.push(`[${part.join(',')}]`);
  return parts;
}
