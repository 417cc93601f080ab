import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Patience } from '../gate/patience.js';
import { headOf, saysElsewhere } from './answer.js';
import { Joint } from './joint.js';
import type { Departure } from './passed-request.js';

/** How long another node may take to answer, and a client to read a refusal, in ms, unless `stillMs` is less. */
const longestMs = 10_000;

export interface UpgradeDeparture extends Omit<Departure, 'begin'> {
  readonly begin: () => ClientRequest;
  /** The other node has let the client in. */
  readonly entered: () => void;
  /** How long an end may take nothing of what waits for it, in ms. */
  readonly stillMs: number;
}

/** An upgrade that another node answers: then the two connections are one. */
export class PassedUpgrade {
  readonly #socket: Socket;
  readonly #head: Buffer;
  readonly #departure: UpgradeDeparture;
  readonly #outgoing: ClientRequest;
  readonly #patience: Patience;
  #joint: Joint | undefined;
  #isOver = false;

  /** @throws TypeError for a request that Node reads and does not write */
  constructor(socket: Socket, head: Buffer, departure: UpgradeDeparture) {
    this.#socket = socket;
    this.#head = head;
    this.#departure = departure;
    const outgoing = (this.#outgoing = departure.begin());
    this.#patience = new Patience(Math.min(longestMs, departure.stillMs), this.#lost);
    socket.once('close', this.#gone);
    outgoing
      .on('error', this.#lost)
      .once('response', (answer) => {
        this.#refused(answer);
      })
      .once('upgrade', (answer, upstream: Socket, first) => {
        this.#join(answer, upstream, first);
      })
      .end();
  }

  /** The other node is dead, or this one stops. */
  cut(): void {
    if (this.#joint) this.#joint.cut();
    else this.#lost();
  }

  readonly #gone = (): void => {
    this.#answered();
    this.#outgoing.destroy();
    this.#end();
  };

  readonly #lost = (): void => {
    if (this.#isOver || this.#joint) return;
    this.#answered();
    this.#outgoing.destroy();
    this.#end();
    this.#departure.lost();
  };

  /** From now on nobody waits for the other node. */
  #answered(): void {
    this.#patience.stop();
    this.#socket.off('close', this.#gone);
  }

  #refused(answer: IncomingMessage): void {
    const socket = this.#socket;
    if (this.#isOver) return;
    this.#answered();
    this.#end();
    if (saysElsewhere(answer)) {
      this.#outgoing.destroy();
      this.#departure.elsewhere();
      return;
    }
    socket.write(headOf(answer, ['Connection', 'close']), 'latin1');
    answer.on('error', () => socket.destroy()).pipe(socket);
    // Whatever the client still sends is read, or it would lose the answer.
    socket.resume().once('close', () => this.#outgoing.destroy());
    const patience = new Patience(longestMs, () => socket.destroy());
    socket.once('close', () => {
      patience.stop();
    });
  }

  #join(answer: IncomingMessage, upstream: Socket, first: Buffer): void {
    const socket = this.#socket;
    // 'close' of it follows, or has been.
    if (this.#isOver || socket.destroyed) {
      upstream.destroy();
      return;
    }
    this.#answered();
    const more = ['Connection', 'Upgrade', 'Upgrade', answer.headers.upgrade ?? ''];
    socket.write(headOf(answer, more), 'latin1');
    if (first.length > 0) socket.write(first);
    if (this.#head.length > 0) upstream.write(this.#head);
    this.#joint = new Joint(socket, upstream, this.#departure.stillMs, () => {
      this.#end();
    });
    this.#departure.entered();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#departure.over();
  }
}
