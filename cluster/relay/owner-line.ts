import type { Arrival, SessionClient, UnusedRule, WireFrame } from '../port.js';
import { comparePositions } from '../position.js';
import type { Position } from '../position.js';
import type { Member } from './owner-members.js';
import type { OwnerRoom } from './owner-room.js';

/** The end of a line at the owner of the room. */
export interface OwnerLine {
  readonly id: string;
  /** The node at which the socket of the client ends. */
  readonly gateway: string;
  readonly arrival: Arrival;
  readonly client: OwnerClient;
  /** The number of the next message that may be served. */
  next: number;
  /** Up to here all are served. */
  done: number;
  /** Beyond `done`. */
  readonly served: Set<number>;
  /** Those that wait until something before them is over. */
  waiting: (() => void)[] | undefined;
  /** What the client was told while it is in no room, which its gateway has not acknowledged. */
  readonly direct: { readonly number: number; readonly text: string }[];
  directCount: number;
  isGone: boolean;
  /** The log has its `bind` next; undefined until it is in the log. */
  bound: Position | undefined;
  /** Of a line that goes on with a session: what follows is written to it with its `bind`. */
  after: Position | undefined;
  /** What is to happen once all before it is served. */
  last: { readonly number: number; readonly run: () => void } | undefined;
}

/** The client of a session, as the session sees it. Each connection of the client has another one. */
export class OwnerClient implements SessionClient {
  readonly address: string;
  readonly keeps = true;
  readonly #room: OwnerRoom;
  line: OwnerLine | undefined;
  member: Member | undefined;
  unlessUsed: UnusedRule | undefined;

  constructor(room: OwnerRoom, address: string) {
    this.#room = room;
    this.address = address;
  }

  get open(): boolean {
    return this.line?.isGone === false && (!this.member || this.member.line === this.line);
  }

  send(frame: WireFrame): void {
    if (this.member) this.#room.tell(this.member, frame);
    else if (this.line) this.#room.tellDirectly(this.line, frame);
  }

  close(code: number, reason: string): void {
    if (this.open) this.#room.closeLine(this, code, reason);
  }

  closeUnlessUsed(rule: UnusedRule): void {
    this.unlessUsed = rule;
  }

  entered(slot: number): void {
    this.#room.entered(this, slot);
  }

  left(evicted: boolean): void {
    this.#room.left(this, evicted);
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
