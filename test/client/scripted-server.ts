import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** One connection to the scripted server. */
export class Visit {
  /** The number of the connection, from 1. */
  readonly number: number;
  readonly #socket: WebSocket;
  /** How often each method was called on it. */
  readonly #calls = new Map<string, number>();

  constructor(number: number, socket: WebSocket) {
    this.number = number;
    this.#socket = socket;
  }

  /** How often it was called on this connection, including this time. */
  calls(method: string): number {
    return this.#calls.get(method) ?? 0;
  }

  count(method: string): void {
    this.#calls.set(method, this.calls(method) + 1);
  }

  get closed(): boolean {
    return this.#socket.readyState === this.#socket.CLOSED;
  }

  tell(method: string, params: object): void {
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  reply(id: number, answer: object): void {
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  }

  /** Ends the connection as a server does. */
  close(code: number): void {
    this.#socket.close(code);
  }

  /** Breaks the connection without closing it, as a network does. */
  cut(): void {
    this.#socket.terminate();
  }
}

/** `result`, `error`, or undefined for no answer. */
export type Script = (request: Request, visit: Visit) => object | undefined;

export const in102 = { error: { code: 102, message: 'You are in no room' } };
export const unknownSession = { error: { code: 40_007, message: 'reconnection error' } };
export const nameTaken = { error: { code: 104, message: 'taken' } };
export const joined = (sessionId: string): object => ({ result: { value: [], sessionId } });

/** A server of the room protocol that follows a script, for cases that a real server has rarely. */
export class ScriptedServer {
  readonly #server: WebSocketServer;
  readonly #script: Script;
  /** All requests with the number of the connection, such as `1 joinRoom`, without pings. */
  readonly heard: string[] = [];
  readonly visits: Visit[] = [];
  /** Pings that wait for their answers. */
  #pings: (() => void)[] | undefined;

  private constructor(server: WebSocketServer, script: Script, met: (visit: Visit) => void) {
    this.#server = server;
    this.#script = script;
    server.on('connection', (socket) => {
      const visit = new Visit(this.visits.length + 1, socket);
      this.visits.push(visit);
      socket.on('message', (data: Buffer) => {
        this.#answer(JSON.parse(data.toString()) as Request, visit);
      });
      met(visit);
    });
  }

  /** @param met called for each connection before its first frame */
  static async start(script: Script, met: (visit: Visit) => void = () => undefined): Promise<ScriptedServer> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    return new ScriptedServer(server, script, met);
  }

  get url(): string {
    return `ws://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/room`;
  }

  /** Answers no ping from now on. */
  holdPings(): void {
    this.#pings ??= [];
  }

  /** Answers those that have come since, and later ones at once. */
  answerPings(): void {
    for (const answer of this.#pings ?? []) answer();
    this.#pings = undefined;
  }

  stop(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }

  #answer(request: Request, visit: Visit): void {
    if (request.method === 'ping') {
      const answer = (): void => {
        visit.reply(request.id, { result: { value: 'pong' } });
      };
      if (this.#pings) this.#pings.push(answer);
      else answer();
      return;
    }
    visit.count(request.method);
    this.heard.push(`${String(visit.number)} ${request.method}`);
    const answer = this.#script(request, visit);
    if (answer) visit.reply(request.id, answer);
  }
}
