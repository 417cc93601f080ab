import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Carrier, CarrierOwner, TransportLimits } from './carrier.js';
import { chargeTold } from '../../../transport/gate/account.js';
import { Patience } from '../../../transport/gate/patience.js';
import { Slices } from '../../../transport/gate/slices.js';
import type { Visitor } from '../../../transport/door-figures.js';
import { answerText, readBody } from './http.js';
import type { Outgoing } from './outgoing.js';
import { noop } from './packet.js';
import { decodePayload, encodePayload } from './payload.js';

/** How many bodies one client may send at a time. Clients of Socket.IO 0.9 send one. */
const maxBodies = 8;

/**
 * Packets wait for a poll, and a poll waits for packets (docs/protocols/compeit.md#25-xhr-polling). All packets of one
 * turn of the event loop go in one answer.
 */
export class PollingCarrier implements Carrier, Visitor {
  readonly kind = 'xhr-polling';
  readonly #owner: CarrierOwner;
  readonly #limits: TransportLimits;
  readonly #slices: Slices<string>;
  readonly #gone: (reason: string) => void;
  #due: string[] = [];
  #dueBytes = 0;
  #held: ServerResponse | undefined;
  /** Ends the poll that is held. */
  #timer: NodeJS.Timeout | undefined;
  /** Ends the session when no poll comes. */
  #patience: Patience;
  #flushing = false;
  #overrun = false;
  /** The number of bodies that are being read. */
  #bodies = 0;
  #finished: (() => void) | undefined;

  constructor(owner: CarrierOwner, limits: TransportLimits) {
    this.#owner = owner;
    this.#limits = limits;
    this.#gone = owner.figures.enter(this);
    this.#slices = new Slices({
      account: owner.account,
      serve: (packet) => {
        owner.figures.received += 1;
        owner.figures.receivedBytes += Buffer.byteLength(packet);
        owner.receive(packet);
      },
      refuse: () => {
        owner.overBudget();
        owner.end('too many packets');
      },
    });
    this.#patience = this.#expectPoll();
  }

  send(packet: Outgoing): void {
    if (this.#overrun) return;
    this.#due.push(packet.text);
    const bytes = Buffer.byteLength(packet.text);
    chargeTold(bytes);
    this.#owner.figures.sent += 1;
    this.#owner.figures.sentBytes += bytes;
    this.#dueBytes += bytes;
    const { maxQueuedPackets, maxQueuedBytes } = this.#limits;
    if (this.#due.length > maxQueuedPackets || this.#dueBytes > maxQueuedBytes) {
      this.#forgetDue();
      this.#overrun = true;
      this.#owner.figures.slowReaders += 1;
      // Not at once, because the caller may just be telling a whole room.
      setImmediate(() => {
        this.#owner.connectionLost('too many packets wait for a poll');
      });
      return;
    }
    this.#flushSoon();
  }

  get address(): string {
    return this.#owner.address;
  }

  /** Bytes that wait for a poll. */
  get waiting(): number {
    return this.#dueBytes;
  }

  /** Takes a poll of the client. Only the newest is held; an older one is answered without packets. */
  poll(response: ServerResponse): void {
    this.#answer(noop);
    this.#held = response;
    response.once('close', () => {
      if (this.#held !== response) return;
      this.#held = undefined;
      this.#giveUp('the poll was given up');
    });
    this.#patience.stop();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#answer(noop);
    }, this.#limits.pollMs).unref();
    this.#flushSoon();
  }

  /** Takes a request that brings packets. It is answered first, then the packets are handled. */
  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#bodies >= maxBodies) {
      refuseBody(response, 429, 'too many bodies at a time');
      return;
    }
    this.#bodies += 1;
    const { maxPacketBytes, messageMs } = this.#limits;
    const body = await readBody(request, maxPacketBytes, messageMs);
    this.#bodies -= 1;
    if (typeof body !== 'string') {
      if (body && !request.destroyed) refuseBody(response, body.status, body.reason);
      this.#giveUp('a body that is too long or too late, or broken off');
      return;
    }
    answerText(response, 200, '1');
    for (const packet of decodePayload(body) ?? []) this.#slices.add(packet, packet.length);
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
    this.#patience.stop();
    this.#patience = this.#expectPoll();
  }

  #expectPoll(): Patience {
    clearTimeout(this.#timer);
    return new Patience(this.#limits.closeTimeoutMs, () => {
      this.#giveUp('no poll came');
    });
  }

  /** Called when no poll will fetch the packets that are due. */
  #giveUp(reason: string): void {
    this.#forgetDue();
    if (this.#finished) this.#finish();
    else this.#owner.connectionLost(reason);
  }

  #finish(): void {
    clearTimeout(this.#timer);
    this.#patience.stop();
    this.#slices.end();
    this.#gone('the session is over');
    const response = this.#held;
    this.#held = undefined;
    // Any status except 200 makes the client start again.
    if (response) answerText(response, 503, 'the session is over');
    this.#finished?.();
  }
}

/** Answers without reading the rest of the body. */
function refuseBody(response: ServerResponse, status: number, reason: string): void {
  response.setHeader('Connection', 'close');
  answerText(response, status, reason);
}
