import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { bind, fill, isObject } from './placeholders.js';
import type { Line, Scene } from './transcript-file.js';
import { until } from './until.js';

type Frame = Record<string, unknown>;

/**
 * Plays a conversation with a media server. Notifications may arrive at any time: a line that asks for one gets the next
 * notification, any other line the next answer.
 */
export class KurentoConversation {
  readonly #url: string;
  readonly #sockets = new Map<string, { readonly socket: WebSocket; readonly frames: Frame[] }>();
  readonly #bound = new Map<string, string>();

  constructor(url: string) {
    this.#url = url;
  }

  /** Messages that no line asked for. */
  get rest(): Frame[] {
    return [...this.#sockets.values()].flatMap(({ frames }) => frames);
  }

  async play({ lines }: Scene): Promise<void> {
    try {
      for (const line of lines) await this.#perform(line);
    } finally {
      for (const { socket } of this.#sockets.values()) socket.terminate();
    }
  }

  async #perform({ who, type, text, where }: Line): Promise<void> {
    const { socket, frames } = await this.#socketOf(who);
    switch (type) {
      case 'send':
        socket.send(fill(text, this.#bound));
        return;
      case 'receive': {
        const expected = JSON.parse(text) as Frame;
        const next = (): number => frames.findIndex(({ method }) => method === expected.method);
        await until(`${where}: an answer`, () => next() >= 0);
        const [actual] = frames.splice(next(), 1);
        expect(bind(actual, expected, this.#bound), where).to.deep.equal(expected);
        return;
      }
      case 'closed':
      case 'cut':
      case 'direction':
        throw new Error(`${where}: not a line of a conversation with a media server`);
    }
  }

  async #socketOf(who: string) {
    const known = this.#sockets.get(who);
    if (known) return known;
    const socket = new WebSocket(this.#url);
    const frames: Frame[] = [];
    socket.on('message', (data: Buffer) => {
      const frame: unknown = JSON.parse(data.toString());
      if (isObject(frame)) frames.push(frame);
    });
    await once(socket, 'open');
    const opened = { socket, frames };
    this.#sockets.set(who, opened);
    return opened;
  }
}
