import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Exchange } from './exchange.js';
import { Patience } from './patience.js';

/** How long a client may send nothing of a body that nobody wants, in ms. */
const unwantedStillMs = 5_000;

interface Watched {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Answers that the rest of the request did not come in time. Default: the reader of the request sees to that. */
  readonly refuse?: () => void;
}

/**
 * Plain HTTP requests that are not over, by TCP connection. A client that owes the rest of a request, or reads nothing of its answers, is
 * cut off when nothing moves for a while. What is slow and goes on is left to the limit of Node for one request, 300 s, and to the limits
 * of `Exchange` for a body that nobody wants.
 */
export class Exchanges {
  readonly #stillMs: number;
  readonly #bySocket = new WeakMap<Socket, ExchangesOfSocket>();

  /** @param stillMs how long nothing may move while the client is to act */
  constructor(stillMs: number) {
    this.#stillMs = stillMs;
  }

  /**
   * Called by the HTTP server before a door sees the request, so that no door can forget it.
   * @returns `bound` gives a request the limits for which nobody answered yet: its reader does not see to that after all
   */
  watch({ request, response, refuse }: Watched): { readonly bound: (refuse: () => void) => void } {
    const { socket } = request;
    const exchange = new Exchange(request, response, () => {
      this.#of(socket).answeredEarly(exchange);
    });
    const bound = (refusal: () => void): void => {
      exchange.refuseBy(refusal);
      this.#of(socket).add(exchange);
    };
    if (refuse) bound(refuse);
    return { bound };
  }

  #of(socket: Socket): ExchangesOfSocket {
    const known = this.#bySocket.get(socket);
    if (known) return known;
    const exchanges = new ExchangesOfSocket(socket, this.#stillMs);
    this.#bySocket.set(socket, exchanges);
    return exchanges;
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
      for (const exchange of this.#open) exchange.lost();
      this.#open.clear();
      this.#stop();
    });
  }

  add(exchange: Exchange): void {
    if (!this.#open.has(exchange)) {
      this.#open.add(exchange);
      exchange.whenOver(() => {
        this.#open.delete(exchange);
        if (this.#open.size === 0) this.#stop();
      });
    }
    if (!this.#patience) this.#wait();
  }

  /** From now on the client has less time. */
  answeredEarly(exchange: Exchange): void {
    this.#stop();
    this.add(exchange);
  }

  #stop(): void {
    this.#patience?.stop();
    this.#patience = undefined;
  }

  #wait(): void {
    this.#carried = this.#carriedNow;
    const isUnwanted = [...this.#open].some((exchange) => exchange.isUnwanted);
    this.#patience = new Patience(isUnwanted ? Math.min(unwantedStillMs, this.#stillMs) : this.#stillMs, () => {
      this.#patience = undefined;
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
    return this.#socket.writableLength > 0 || [...this.#open].some((exchange) => exchange.isOwed);
  }

  #cutOff(): void {
    const reads = this.#socket.writableLength === 0;
    const isRefused = reads && [...this.#open].some((exchange) => exchange.refuse());
    if (!isRefused) this.#socket.destroy();
    // The refusal may have begun another wait already.
    else if (!this.#patience) this.#wait();
  }
}
