import type { Arrival } from '../port.js';
import { comparePositions } from '../position.js';
import type { Position } from '../position.js';
import type { OwnerClient } from './owner-client.js';

/** A message to a client that is in no room. They are numbered from 1 on each line. */
interface DirectMessage {
  readonly number: number;
  readonly text: string;
}

/** Messages to a client that is in no room, which its gateway has not acknowledged. */
const mostDirect = 100;

/** The end of a line at the owner of the room. What the client does over it is numbered from 1. */
export class OwnerLine {
  readonly id: string;
  /** The node at which the socket of the client ends. */
  readonly gateway: string;
  readonly arrival: Arrival;
  readonly client: OwnerClient;
  /** Up to here all are served. */
  done: number;
  /** How many messages the client was told while it is in no room. */
  directCount = 0;
  isGone = false;
  /** As `RelaySession.isWaiting`, when its last message was served. */
  isWaiting = false;
  /** The log has its `bind` next; undefined until it is in the log. */
  bound: Position | undefined;
  /** Of a line that goes on with a session: what follows is written to it with its `bind`. */
  after: Position | undefined;
  /** The number of the next message that may be served. */
  #next: number;
  /** Beyond `done`. */
  readonly #served = new Set<number>();
  /** Those that wait until something before them is over. */
  #waiting: (() => void)[] | undefined;
  /** What is to happen once all up to that number is served. */
  #last: { readonly number: number; readonly run: () => void } | undefined;
  /** What the client was told while it is in no room, which its gateway has not acknowledged. */
  readonly #direct: DirectMessage[] = [];
  /** What was told when `late` was called the last time. */
  #lateUpTo = 0;

  /** @param done up to where its messages were served by a former owner */
  constructor(id: string, gateway: string, arrival: Arrival, client: OwnerClient, done: number) {
    this.id = id;
    this.gateway = gateway;
    this.arrival = arrival;
    this.client = client;
    this.done = done;
    this.#next = done + 1;
    client.line = this;
  }

  /** Whether all that has come is served. */
  get isIdle(): boolean {
    return this.#next === this.done + 1;
  }

  /** What its gateway has not acknowledged. */
  get direct(): readonly DirectMessage[] {
    return this.#direct;
  }

  /** A former owner has served those up to this number. */
  servedBefore(number: number): void {
    if (number <= this.done) return;
    this.done = number;
    this.#next = Math.max(this.#next, number + 1);
  }

  /** Takes a message, if it is the next one. @param run serves it: at once, or when it need not wait any more */
  take(number: number, run: () => void): void {
    if (number !== this.#next) return;
    this.#next += 1;
    if (this.#waiting) this.#waiting.push(run);
    else run();
  }

  /** What is taken from now on waits. */
  pause(): void {
    this.#waiting = [];
  }

  /** Serves what waits. */
  goOn(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const run of waiting) run();
  }

  /** The message with this number is served, perhaps before others that came earlier. */
  served(number: number): void {
    this.#served.add(number);
    while (this.#served.delete(this.done + 1)) this.done += 1;
    const last = this.#last;
    if (!last || this.done !== last.number) return;
    this.#last = undefined;
    last.run();
  }

  /** Runs something once all up to this number is served. */
  onceServed(number: number, run: () => void): void {
    if (this.done < number) this.#last = { number, run };
    else run();
  }

  /** Something that the client is told while it is in no room. @returns its number */
  tell(text: string): number {
    this.directCount += 1;
    this.#direct.push({ number: this.directCount, text });
    if (this.#direct.length > mostDirect) this.#direct.shift();
    return this.directCount;
  }

  /** Called each second. @returns what its gateway has not acknowledged since the last time */
  late(): readonly DirectMessage[] {
    const late = this.#direct.filter(({ number }) => number <= this.#lateUpTo);
    this.#lateUpTo = this.directCount;
    return late;
  }

  /** The gateway has got what was told up to this number. */
  heard(number: number): void {
    while ((this.#direct[0]?.number ?? Infinity) <= number) this.#direct.shift();
  }
}

/** Up to where a session was told over a line. @param written up to where its gateway has written to its sockets */
export function writtenTo(
  { after, bound }: Pick<OwnerLine, 'after' | 'bound'>,
  written: Position | undefined,
): Position | undefined {
  if (!after) return written;
  return bound && written && comparePositions(written, bound) > 0 ? written : after;
}
