import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { hasBody } from '../request-body.js';
import { fieldsOf, saysElsewhere } from './answer.js';

export interface Departure {
  /** Begins the request at the other node. @throws TypeError */
  readonly begin: (isKept: boolean) => ClientRequest;
  /** The other node does not answer. Nothing has been answered. */
  readonly lost: () => void;
  /** It answers that it does not serve this. Nothing has been answered. */
  readonly elsewhere: () => void;
  /** The request is over, however it went. Called once. */
  readonly over: () => void;
}

/** A plain request that another node answers. */
export class PassedRequest {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #departure: Departure;
  #outgoing: ClientRequest;
  #isOver = false;
  #isCut = false;

  /** @throws TypeError for a request that Node reads and does not write */
  constructor(request: IncomingMessage, response: ServerResponse, departure: Departure) {
    this.#request = request;
    this.#response = response;
    this.#departure = departure;
    this.#outgoing = this.#ask(true);
    response.once('close', () => {
      this.#end();
      this.#outgoing.destroy();
    });
  }

  /** The other node is dead, or this one stops. */
  cut(): void {
    this.#isCut = true;
    this.#outgoing.destroy();
  }

  /** The client may have been refused because the rest of its request did not come. */
  get #isAnswered(): boolean {
    return this.#isOver || this.#response.headersSent;
  }

  #ask(isKept: boolean): ClientRequest {
    const outgoing = this.#departure.begin(isKept);
    const lost = (): void => {
      outgoing.on('error', ignore);
      if (this.#isAnswered) return;
      // The other node may have ended a kept connection just when it was used again. A body cannot be sent again.
      if (isKept && outgoing.reusedSocket && !this.#isCut && !hasBody(this.#request)) {
        this.#outgoing = this.#ask(false);
        return;
      }
      this.#end();
      this.#departure.lost();
    };
    outgoing.once('error', lost).once('response', (answer) => {
      outgoing.off('error', lost).on('error', ignore);
      this.#answer(outgoing, answer);
    });
    if (hasBody(this.#request)) this.#request.pipe(outgoing);
    else outgoing.end();
    return outgoing;
  }

  #answer(outgoing: ClientRequest, answer: IncomingMessage): void {
    const response = this.#response;
    if (this.#isAnswered) {
      outgoing.destroy();
      return;
    }
    if (saysElsewhere(answer)) {
      this.#end();
      outgoing.destroy();
      this.#departure.elsewhere();
      return;
    }
    // The other node has said all of them.
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    if (answer.headers.connection === 'close') response.setHeader('Connection', 'close');
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, fieldsOf(answer));
    // An answer that waits for its first piece is seen to be there.
    response.flushHeaders();
    answer.on('error', ignore).pipe(response, { end: false });
    answer.once('close', () => {
      this.#request.unpipe(outgoing);
      if (answer.complete) response.end();
      else response.destroy();
      // It may have come before the body was read.
      if (!outgoing.writableFinished) outgoing.destroy();
    });
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#request.unpipe(this.#outgoing);
    this.#departure.over();
  }
}

function ignore(): void {
  // 'close' follows.
}
