import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { patienceMs } from '../../support/until.js';

export interface Identity {
  readonly name: string;
  readonly version: string;
  readonly nickname?: string | null;
  readonly secret?: string | null;
  readonly tags?: readonly string[] | null;
}

export interface WirePayload {
  readonly type: string;
  readonly seq?: number;
  readonly code?: string;
  readonly [member: string]: unknown;
}

/** A client of the Concierge protocol that shows the payloads in the order of their arrival. */
export class ConciergeClient {
  readonly #webSocket: WebSocket;
  readonly #texts: string[] = [];
  readonly #wanting = new Set<() => void>();
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  uuid = '';
  /** How many pings of the server have arrived. */
  pings = 0;
  #settles = 0;

  private constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket;
    webSocket.on('message', (data: Buffer) => {
      this.#texts.push(data.toString());
      for (const look of this.#wanting) look();
    });
    this.closed = new Promise((resolve) => {
      webSocket.once('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        for (const look of this.#wanting) look();
      });
    });
    webSocket.on('ping', () => {
      this.pings += 1;
    });
    webSocket.on('error', () => undefined);
  }

  static connect(base: string, path: string, protocols: string[], options: ClientOptions): Promise<ConciergeClient> {
    return new Promise((resolve, reject) => {
      const webSocket = new WebSocket(base.replace(/^http/, 'ws') + path, protocols, options);
      const client = new ConciergeClient(webSocket);
      webSocket.once('open', () => {
        resolve(client);
      });
      webSocket.once('error', reject);
    });
  }

  get protocol(): string {
    return this.#webSocket.protocol;
  }

  async identify(identity: Identity): Promise<WirePayload> {
    this.send({ type: 'IDENTIFY', ...identity });
    const hello = await this.next();
    if (hello.type !== 'HELLO') throw new Error(`no HELLO but ${JSON.stringify(hello)}`);
    this.uuid = String(hello.uuid);
    return hello;
  }

  send(payload: unknown): void {
    this.#webSocket.send(
      typeof payload === 'string' || payload instanceof Uint8Array ? payload : JSON.stringify(payload),
    );
  }

  /** A text frame whose bytes are no UTF-8. */
  sendInvalidText(): void {
    this.#webSocket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false });
  }

  ping(): void {
    this.#webSocket.ping();
  }

  /** The next text, unchanged. */
  nextText(): Promise<string> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(giveUp);
        this.#wanting.delete(look);
      };
      const giveUp = setTimeout(() => {
        end();
        reject(new Error('nothing came'));
      }, patienceMs).unref();
      const look = (): void => {
        const text = this.#texts.shift();
        if (text === undefined && this.#webSocket.readyState !== WebSocket.CLOSED) return;
        end();
        if (text === undefined) reject(new Error('closed'));
        else resolve(text);
      };
      this.#wanting.add(look);
      look();
    });
  }

  async next(): Promise<WirePayload> {
    return JSON.parse(await this.nextText()) as WirePayload;
  }

  /** Sends a request and resolves with the next payload. */
  ask(payload: unknown): Promise<WirePayload> {
    this.send(payload);
    return this.next();
  }

  /** Subscribes to a group, and skips what it is told of those in it. @returns the answer */
  async subscribe(name: string): Promise<WirePayload> {
    const answer = await this.ask({ type: 'SELF_SUBSCRIBE', name });
    await this.skip();
    return answer;
  }

  /** All payloads so far, after the server has handled everything that was sent before. */
  async all(): Promise<WirePayload[]> {
    // After two round trips the server has written to all connections, in whatever order it does so.
    await this.pong();
    await this.pong();
    return this.#texts.splice(0).map((text) => JSON.parse(text) as WirePayload);
  }

  /** Discards the payloads so far. */
  async skip(): Promise<void> {
    await this.all();
  }

  pong(): Promise<void> {
    this.#settles += 1;
    const mark = `settle ${this.#settles}`;
    return new Promise((resolve) => {
      const heard = (data: Buffer): void => {
        if (data.toString() !== mark) return;
        this.#webSocket.off('pong', heard);
        resolve();
      };
      this.#webSocket.on('pong', heard);
      this.#webSocket.ping(mark);
    });
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  get open(): boolean {
    return this.#webSocket.readyState === WebSocket.OPEN;
  }

  cut(): void {
    this.#webSocket.terminate();
  }

  async close(): Promise<void> {
    this.#webSocket.close(1000);
    await this.closed;
  }
}
