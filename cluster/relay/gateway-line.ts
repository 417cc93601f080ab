import type { Arrival, Line, LineClient } from '../port.js';
import type { Position } from '../position.js';
import type { GatewayRoom } from './gateway-room.js';
import type { About, Act } from './messages.js';

/** What a client did that was not served yet. */
export interface Unserved {
  readonly number: number;
  readonly act: Act;
}

/** The end of a line at the gateway. */
export class GatewayLine implements Line {
  readonly id: string;
  /** Of the room; undefined where only the session is known. */
  readonly room: string | undefined;
  readonly client: LineClient;
  readonly #arrival: Arrival;
  /** Set once it is known which room it is. */
  #owner: GatewayRoom | undefined;
  #unserved: Unserved[] = [];
  #count = 0;
  #isOver = false;
  /** Up to here all are served. */
  done = 0;
  /** Up to here all were sent once. */
  sent = 0;
  /** Of its session in the room. */
  slot: number | undefined;
  /** How many messages were told directly. */
  direct = 0;
  /** The number of what it was told last past the log, with the epoch of the owner that gave it. */
  passed: Position | undefined;
  /** Its session has been found, or has begun. */
  hasBegun: boolean;
  isClosed = false;
  /** The epoch of the owner that tells the client whether it is let in, while it waits for that. */
  waitsFor: number | undefined;
  /** Up to where it was written to, once nothing more is. */
  closedAt: Position | undefined;

  constructor(id: string, room: string | undefined, arrival: Arrival, client: LineClient) {
    this.id = id;
    this.room = room;
    this.client = client;
    this.#arrival = arrival;
    this.hasBegun = room !== undefined;
  }

  get isIn(): boolean {
    return this.slot !== undefined;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get unserved(): number {
    return this.#unserved.length;
  }

  /** The oldest first. */
  get all(): readonly Unserved[] {
    return this.#unserved;
  }

  /** What an owner is to know that may not know the line. */
  get about(): About {
    const { dialect, session: sid, address, token, region, traceparent } = this.#arrival;
    const { room, done, isIn, direct: k } = this;
    return {
      ...(room !== undefined && { room }),
      ...{ sid, dialect, address },
      ...(token !== undefined && { token }),
      ...(region !== undefined && { region }),
      ...(traceparent !== undefined && { traceparent }),
      done,
      in: isIn,
      k,
    };
  }

  joins(owner: GatewayRoom): void {
    this.#owner = owner;
    owner.add(this);
  }

  send(text: string, withinMs?: number): void {
    if (!this.isClosed) this.do({ a: 'f', f: text }, withinMs);
  }

  close(reason: string, isOver: boolean): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const at = (this.closedAt ??= this.#owner?.position);
    this.do({ a: 'gone', reason, over: isOver, ...(at && { w: [at.epoch, at.seq] as [number, number] }) });
  }

  /** @param withinMs as `Line.send` */
  do(act: Act, withinMs?: number): void {
    if (this.#isOver) return;
    this.#count += 1;
    const unserved = { number: this.#count, act };
    this.#unserved.push(unserved);
    this.#owner?.send(this, [unserved], withinMs);
  }

  /** Up to here all are served. @returns whether that is new */
  served(number: number): boolean {
    if (number <= this.done) return false;
    this.done = number;
    while ((this.#unserved[0]?.number ?? Infinity) <= number) this.#unserved.shift();
    return true;
  }

  /** Nothing comes or goes over it any more. @returns the messages that were not served */
  end(): string[] {
    this.#isOver = true;
    const left = this.#unserved;
    this.#unserved = [];
    return left.flatMap(({ act }) => (act.a === 'f' ? [act.f] : []));
  }
}
