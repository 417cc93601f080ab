import type { Socket } from 'node:net';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:http';
import { WebSocket } from 'ws';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a client comes to a door: the packets of the protocol, as they are, one after the other. */
export interface Line {
  readonly received: readonly string[];
  /** Resolves with how it ended: the close code and reason of a WebSocket, or what a poll was answered. */
  readonly closed: Promise<string>;
  readonly isClosed: boolean;
  /** Sends packets: together in one write, or in one body. */
  send(...packets: readonly string[]): void;
  /** Called for each packet that comes. */
  onPacket: (packet: string) => void;
  /** Ends as a crash does. */
  cut(): void;
  /** The packets that a client must send so that it is taken for alive. */
  keepsAlive: boolean;
}

/**
 * @param underway is given what breaks the request off
 * @param agent by default the request has a connection of its own
 */
export function ask(
  url: string,
  headers: OutgoingHttpHeaders = {},
  body?: string | Buffer,
  underway: (abort: () => void) => void = () => undefined,
  agent: Agent | false = false,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const type = body === undefined ? {} : { 'Content-Type': 'text/plain;charset=UTF-8' };
    const outgoing = request(url, { agent, method, headers: { ...type, ...headers } }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text });
      });
    });
    outgoing.once('error', reject);
    underway(() => outgoing.destroy());
    outgoing.end(body);
  });
}

abstract class AnyLine implements Line {
  readonly received: string[] = [];
  readonly closed: Promise<string>;
  isClosed = false;
  keepsAlive = true;
  onPacket: (packet: string) => void = () => undefined;
  #end: (how: string) => void = () => undefined;

  constructor() {
    this.closed = new Promise((resolve) => (this.#end = resolve));
  }

  abstract send(...packets: readonly string[]): void;
  abstract cut(): void;

  protected took(packet: string): void {
    this.received.push(packet);
    this.onPacket(packet);
  }

  protected ended(how: string): void {
    this.isClosed = true;
    this.#end(how);
  }
}

/** The answer to the heartbeat of the protocol; undefined for every other packet. */
type Beat = (packet: string) => string | undefined;

export class WebSocketLine extends AnyLine {
  readonly webSocket: WebSocket;

  private constructor(webSocket: WebSocket, beat: Beat) {
    super();
    this.webSocket = webSocket;
    webSocket.on('message', (data: Buffer) => {
      const packet = data.toString();
      const answer = this.keepsAlive ? beat(packet) : undefined;
      if (answer !== undefined) webSocket.send(answer);
      this.took(packet);
    });
    webSocket.on('ping', (data: Buffer) => {
      if (this.keepsAlive) webSocket.pong(data);
    });
    webSocket.on('error', () => undefined);
    webSocket.once('close', (code, reason) => {
      this.ended(`${code} ${reason.toString()}`.trim());
    });
  }

  static open(url: string, protocols: readonly string[], beat: Beat, headers = {}): Promise<WebSocketLine> {
    return new Promise((resolve, reject) => {
      const webSocket = new WebSocket(url.replace(/^http/, 'ws'), [...protocols], {
        headers,
        autoPong: false,
        perMessageDeflate: false,
      });
      const line = new WebSocketLine(webSocket, beat);
      webSocket.once('open', () => {
        resolve(line);
      });
      webSocket.once('error', reject);
    });
  }

  get socket(): Socket {
    return (this.webSocket as unknown as { readonly _socket: Socket })._socket;
  }

  send(...packets: readonly string[]): void {
    this.socket.cork();
    for (const packet of packets) this.webSocket.send(packet);
    this.socket.uncork();
  }

  cut(): void {
    this.webSocket.terminate();
  }
}

/** What differs between the kinds of polling. */
export interface PollingKind {
  readonly pollUrl: string;
  encode(packets: readonly string[]): string;
  decode(body: string): readonly string[];
  readonly beat: Beat;
  /** Whether the session is over after this packet. */
  isLast(packet: string): boolean;
  /** What is sent when the page is closed. */
  readonly leaving: (url: string) => Promise<unknown>;
}

export class PollingLine extends AnyLine {
  readonly url: string;
  readonly #kind: PollingKind;
  /** The connections of this client, as a browser has them. */
  readonly #agent = new Agent({ keepAlive: true });
  #polls = true;
  #abort: () => void = () => undefined;
  #posting: Promise<unknown> = Promise.resolve();
  /** What the server answered to bodies that it did not take. */
  readonly refusals: string[] = [];

  constructor(kind: PollingKind) {
    super();
    this.#kind = kind;
    this.url = kind.pollUrl;
    void this.#poll();
    // The answer to a body and the end of a poll come by two connections, in any order.
    void this.closed
      .then(() => this.answered)
      .then(() => {
        this.#agent.destroy();
      });
  }

  /** Resolves when each body that was sent is answered, or cannot be any more. */
  get answered(): Promise<unknown> {
    return this.#posting;
  }

  send(...packets: readonly string[]): void {
    this.post(this.#kind.encode(packets));
  }

  /** One body, as it is. */
  post(body: string | Buffer): void {
    this.#posting = this.#posting
      .then(() => ask(this.url, {}, body, undefined, this.#agent))
      .then(({ status, body: text }) => {
        if (status !== 200) this.refusals.push(`${status} ${text}`);
      })
      .catch((error: unknown) => this.refusals.push(String(error)));
  }

  cut(): void {
    this.pause();
    this.ended('cut');
    void this.#kind.leaving(this.url).catch(() => undefined);
  }

  /** Polls no more. */
  pause(): void {
    this.#polls = false;
    this.#abort();
  }

  async #poll(): Promise<void> {
    try {
      while (this.#polls && !this.isClosed) {
        const { status, body } = await ask(this.url, {}, undefined, (abort) => (this.#abort = abort), this.#agent);
        if (status !== 200) {
          this.ended(`${status} ${body}`);
          return;
        }
        for (const packet of this.#kind.decode(body)) {
          const answer = this.keepsAlive ? this.#kind.beat(packet) : undefined;
          if (answer !== undefined) this.send(answer);
          this.took(packet);
          if (this.#kind.isLast(packet)) {
            this.ended(packet);
            return;
          }
        }
      }
    } catch (error) {
      if (this.#polls) this.ended(String(error));
    }
  }
}
