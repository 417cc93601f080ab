import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasBody } from '../request-body.js';

/** What is read of a body that nobody wants, in bytes. More of it ends the connection. */
const maxUnwantedBytes = 16 * 1024 * 1024;

/** How long such a body may take in all, in ms. */
const longestMs = 30_000;

/**
 * A plain request and its answer, until the client has the answer and the whole request has come.
 *
 * A client that is answered before its body has come is let see the answer. A socket that is closed with unread bytes in it is reset, and
 * the answer is lost. So the answer goes out at once, and the connection is kept until the body is read, up to a bound.
 */
export class Exchange {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #refuse: (() => void) | undefined;
  #isUnwanted = false;

  /** @param onEarlyAnswer called when the answer is sent before the body has come */
  constructor(request: IncomingMessage, response: ServerResponse, onEarlyAnswer: () => void) {
    this.#request = request;
    this.#response = response;
    if (hasBody(request)) this.#interceptEnd(onEarlyAnswer);
  }

  /** @param refuse answers that the rest of the request did not come in time */
  refuseBy(refuse: () => void): void {
    this.#refuse = refuse;
  }

  /** Whether the client still sends a body although it has its answer. */
  get isUnwanted(): boolean {
    return this.#isUnwanted;
  }

  /** Whether the client has to send the rest of the request. */
  get isOwed(): boolean {
    return !this.#request.complete;
  }

  whenOver(over: () => void): void {
    const settle = (): void => {
      if (this.#response.closed && this.#request.complete) over();
    };
    this.#response.once('close', settle);
    this.#request.once('close', settle);
  }

  /** Answers a request that did not come in time. @returns false when there is nothing to answer, or it is answered already */
  refuse(): boolean {
    if (!this.#refuse || this.#request.complete || this.#response.headersSent) return false;
    this.#response.setHeader('Connection', 'close');
    this.#refuse();
    return true;
  }

  /**
   * The connection is gone. Node tells the answer that is being written, and the reader of a request that is not answered yet. The others
   * would wait for ever, and keep what they have open, such as files.
   */
  lost(): void {
    if (!this.#request.complete) this.#request.destroy();
    if (this.#response.closed) return;
    this.#response.destroy();
    this.#response.emit('close');
  }

  /** A property of the response itself: Express gives the response another prototype, so a class of ours would be lost. */
  #interceptEnd(onEarlyAnswer: () => void): void {
    const [request, response] = [this.#request, this.#response];
    const end = response.end.bind(response) as (...args: readonly unknown[]) => ServerResponse;
    let isAnswered = false;
    response.end = ((...args: readonly unknown[]) => {
      if (isAnswered) return response;
      isAnswered = true;
      if (request.complete || request.destroyed) return end(...args);
      sendNow(response, args);
      this.#isUnwanted = true;
      dump(request, (isRead) => {
        this.#isUnwanted = false;
        end(...args.filter((arg) => typeof arg === 'function'));
        if (!isRead) request.socket.destroySoon();
      });
      onEarlyAnswer();
      return response;
    }) as ServerResponse['end'];
  }
}

/** Sends the whole answer, and does not end it. */
function sendNow(response: ServerResponse, [chunk, encoding]: readonly unknown[]): void {
  const isBody = typeof chunk === 'string' || chunk instanceof Uint8Array;
  const code = typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8';
  const hasLength = response.hasHeader('Content-Length') || response.hasHeader('Transfer-Encoding');
  if (!response.headersSent && !hasLength && response.statusCode !== 204 && response.statusCode !== 304) {
    response.setHeader('Content-Length', isBody ? Buffer.byteLength(chunk, code) : 0);
  }
  if (isBody && chunk.length > 0) response.write(chunk, code);
  else response.flushHeaders();
}

/** @param done told whether the body was read to its end, or the client has gone */
function dump(request: IncomingMessage, done: (isRead: boolean) => void): void {
  let bytes = 0;
  const over = (isRead: boolean): void => {
    clearTimeout(longest);
    request.off('data', count).off('end', ended).off('close', ended);
    done(isRead);
  };
  const ended = (): void => {
    over(true);
  };
  const longest = setTimeout(() => {
    over(false);
  }, longestMs).unref();
  const count = (piece: Buffer | string): void => {
    bytes += piece.length;
    if (bytes > maxUnwantedBytes) over(false);
  };
  request.on('end', ended).on('close', ended).on('data', count).resume();
}
