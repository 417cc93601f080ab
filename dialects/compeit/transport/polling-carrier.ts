import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Carrier, CarrierOwner, TransportLimits } from './carrier.js';
import { answerText, readBody } from './http.js';
import type { Outgoing } from './outgoing.js';
import { noop } from './packet.js';
import { decodePayload, encodePayload } from './payload.js';

/** Bodies that one client may send at a time. Clients of Socket.IO 0.9 send one. */
const maxBodies = 8;

/** Packets wait for a poll, and a poll waits for packets (COMPEIT §2.5). What is sent in one turn of the event loop goes in one answer. */
export class PollingCarrier implements Carrier {
  readonly kind = 'xhr-polling';
  readonly #owner: CarrierOwner;
  readonly #limits: TransportLimits;
  #due: string[] = [];
  #dueBytes = 0;
  #held: ServerResponse | undefined;
  /** Ends the poll that is held; without one, the session. */
  #timer: NodeJS.Timeout | undefined;
  #flushing = false;
  #overrun = false;
  /** Bodies that are being read. */
  #bodies = 0;
  #finished: (() => void) | undefined;

  constructor(owner: CarrierOwner, limits: TransportLimits) {
    this.#owner = owner;
    this.#limits = limits;
    this.#expectPoll();
  }

  send(packet: Outgoing): void {
    if (this.#overrun) return;
    this.#due.push(packet.text);
    this.#dueBytes += Buffer.byteLength(packet.text);
    const { maxQueuedPackets, maxQueuedBytes } = this.#limits;
    if (this.#due.length > maxQueuedPackets || this.#dueBytes > maxQueuedBytes) {
      this.#forgetDue();
      this.#overrun = true;
      // Not at once: the sender may be in the middle of telling a whole room.
      setImmediate(() => {
        this.#owner.lost('too many packets wait for a poll');
      });
      return;
    }
    this.#flushSoon();
  }

  /** A request of the client that waits for packets. Only the newest is held; an older one is answered with nothing. */
  poll(response: ServerResponse): void {
    this.#answer(noop);
    this.#held = response;
    response.once('close', () => {
      if (this.#held !== response) return;
      this.#held = undefined;
      this.#giveUp('the poll was given up');
    });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#answer(noop);
    }, this.#limits.pollMs).unref();
    this.#flushSoon();
  }

  /** A request of the client that brings packets. It is answered, then the packets are handled. */
  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#bodies >= maxBodies) {
      refuseBody(response, 429, 'too many bodies at a time');
      return;
    }
    this.#bodies += 1;
    const body = await readBody(request, this.#limits.maxPacketBytes);
    this.#bodies -= 1;
    if (body === undefined) {
      // The client is gone, or sent too much.
      if (!request.destroyed) refuseBody(response, 413, 'too long');
      this.#giveUp('a body that is too long, or broken off');
      return;
    }
    answerText(response, 200, '1');
    for (const packet of decodePayload(body) ?? []) this.#owner.receive(packet);
  }

  close(finished: () => void, isGone: boolean): void {
    if (this.#finished) return;
    this.#finished = finished;
    if (isGone) this.#forgetDue();
    if (this.#due.length === 0) this.#finish();
    else this.#flush();
  }

  #flushSoon(): void {
    if (this.#due.length === 0 || this.#flushing) return;
    this.#flushing = true;
    setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushing = false;
    if (!this.#held || this.#due.length === 0) return;
    const body = encodePayload(this.#due);
    this.#forgetDue();
    this.#answer(body);
    if (this.#finished) this.#finish();
  };

  #forgetDue(): void {
    this.#due = [];
    this.#dueBytes = 0;
  }

  #answer(body: string): void {
    const response = this.#held;
    if (!response) return;
    this.#held = undefined;
    answerText(response, 200, body);
    this.#expectPoll();
  }

  #expectPoll(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#giveUp('no poll came');
    }, this.#limits.closeTimeoutMs).unref();
  }

  /** No poll will fetch what is due. */
  #giveUp(reason: string): void {
    this.#forgetDue();
    if (this.#finished) this.#finish();
    else this.#owner.lost(reason);
  }

  #finish(): void {
    clearTimeout(this.#timer);
    const response = this.#held;
    this.#held = undefined;
    // Any status but 200 makes the client start over.
    if (response) answerText(response, 503, 'the session is over');
    this.#finished?.();
  }
}

/** What still arrives of the body is not read. */
function refuseBody(response: ServerResponse, status: number, reason: string): void {
  response.setHeader('Connection', 'close');
  answerText(response, status, reason);
}
