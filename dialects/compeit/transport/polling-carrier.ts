import type { ServerResponse } from 'node:http';
import type { Carrier, CarrierOwner, TransportLimits } from './carrier.js';
import { answerText } from './http.js';
import type { Outgoing } from './outgoing.js';
import { noop } from './packet.js';
import { encodePayload } from './payload.js';

/** Packets wait for a poll, and polls for packets (COMPEIT §2.5). What is sent in one turn of the event loop goes in one answer. */
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
      // Not at once: whoever sends may be in the middle of telling everybody.
      setImmediate(() => {
        this.#owner.lost('too many packets wait for a poll');
      });
      return;
    }
    this.#flushSoon();
  }

  /** A request of the client that waits for packets; one at a time, the newest. */
  poll(response: ServerResponse): void {
    this.#answer(noop);
    this.#held = response;
    response.once('close', () => {
      if (this.#held !== response) return;
      this.#held = undefined;
      this.#owner.lost('the poll was given up');
    });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#answer(noop);
    }, this.#limits.pollMs).unref();
    this.#flushSoon();
  }

  close(finished: () => void): void {
    if (this.#finished) return;
    this.#finished = finished;
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
      this.#forgetDue();
      if (this.#finished) this.#finish();
      else this.#owner.lost('no poll came');
    }, this.#limits.closeTimeoutMs).unref();
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
