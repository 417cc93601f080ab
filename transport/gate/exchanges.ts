import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Patience } from './patience.js';

/** A plain request and its answer. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Answers that the rest of the request did not come in time. */
  readonly refuse: () => void;
}

/**
 * Plain HTTP requests that are not over, by TCP connection. A client that owes the rest of a request, or reads nothing of its answers, is
 * cut off when nothing moves for a while. What is slow and goes on is left to the limit of Node for one request, 300 s.
 */
export class Exchanges {
  readonly #stillMs: number;
  readonly #bySocket = new WeakMap<Socket, ExchangesOfSocket>();

  /** @param stillMs how long nothing may move while the client is to act */
  constructor(stillMs: number) {
    this.#stillMs = stillMs;
  }

  watch(exchange: Exchange): void {
    const { socket } = exchange.request;
    let exchanges = this.#bySocket.get(socket);
    if (!exchanges) {
      exchanges = new ExchangesOfSocket(socket, this.#stillMs);
      this.#bySocket.set(socket, exchanges);
    }
    exchanges.add(exchange);
  }
}

class ExchangesOfSocket {
  readonly #socket: Socket;
  readonly #stillMs: number;
  readonly #open = new Set<Exchange>();
  #patience: Patience | undefined;
  /** Bytes that the connection had carried when it was looked at. */
  #carried = 0;

  constructor(socket: Socket, stillMs: number) {
    this.#socket = socket;
    this.#stillMs = stillMs;
    socket.once('close', () => {
      this.#lost();
    });
  }

  add(exchange: Exchange): void {
    this.#open.add(exchange);
    const settle = (): void => {
      if (exchange.response.closed && exchange.request.complete) this.#over(exchange);
    };
    exchange.response.once('close', settle);
    exchange.request.once('close', settle);
    if (!this.#patience) this.#wait();
  }

  #over(exchange: Exchange): void {
    this.#open.delete(exchange);
    if (this.#open.size > 0) return;
    this.#patience?.stop();
    this.#patience = undefined;
  }

  #wait(): void {
    this.#carried = this.#carriedNow;
    this.#patience = new Patience(this.#stillMs, () => {
      if (this.#isOwed && this.#carried === this.#carriedNow) this.#cutOff();
      else this.#wait();
    });
  }

  get #carriedNow(): number {
    const { bytesRead, bytesWritten, writableLength } = this.#socket;
    return bytesRead + bytesWritten - writableLength;
  }

  /** Whether it is the client that has to act. */
  get #isOwed(): boolean {
    return this.#socket.writableLength > 0 || [...this.#open].some(({ request }) => !request.complete);
  }

  #cutOff(): void {
    const unanswered = [...this.#open].find(({ request, response }) => !request.complete && !response.headersSent);
    if (!unanswered || this.#socket.writableLength > 0) {
      this.#socket.destroy();
      return;
    }
    unanswered.response.setHeader('Connection', 'close');
    unanswered.refuse();
    this.#wait();
  }

  /**
   * Node tells the answer that is being written, and the reader of a request that is not answered yet. The others would wait for ever, and
   * keep what they have open, such as files.
   */
  #lost(): void {
    for (const { request, response } of this.#open) {
      if (!request.complete) request.destroy();
      if (response.closed) continue;
      response.destroy();
      response.emit('close');
    }
    this.#open.clear();
    this.#patience?.stop();
    this.#patience = undefined;
  }
}
