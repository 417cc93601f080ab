import type { Arrival, SessionClient, UnusedRule, WireFrame } from '../port.js';
import type { OwnerLine } from './owner-line.js';
import type { Member } from './owner-members.js';

/** The room of a client, as the client needs it. */
export interface ClientRoom {
  /** @param withinMs as `SessionClient.send` */
  tell(member: Member, frame: WireFrame, withinMs?: number): void;
  /** As `SessionClient.pass`. */
  pass(member: Member, frame: WireFrame): void;
  /** For a client that is in no room. */
  tellDirectly(line: OwnerLine, frame: WireFrame): void;
  /** The connection is to be closed. */
  closeLine(client: OwnerClient, code: number, reason: string): void;
  entered(client: OwnerClient, slot: number): void;
  left(client: OwnerClient, evicted: boolean): void;
}

/** The client of a session, as the session sees it. Each connection of the client has another one. */
export class OwnerClient implements SessionClient {
  readonly address: string;
  readonly region: string | undefined;
  readonly keeps = true;
  readonly #room: ClientRoom;
  /** Undefined for a client of a former owner that has not come back. */
  line: OwnerLine | undefined;
  /** Undefined before it has come into the room. */
  member: Member | undefined;
  unlessUsed: UnusedRule | undefined;

  /** @param arrival undefined: of a client that has not come back */
  constructor(room: ClientRoom, arrival: Arrival | undefined) {
    this.#room = room;
    this.address = arrival?.address ?? '';
    this.region = arrival?.region;
  }

  get open(): boolean {
    return this.line?.isGone === false && (!this.member || this.member.line === this.line);
  }

  send(frame: WireFrame, withinMs?: number): void {
    if (this.member) this.#room.tell(this.member, frame, withinMs);
    else if (this.line) this.#room.tellDirectly(this.line, frame);
  }

  pass(frame: WireFrame): void {
    if (this.member) this.#room.pass(this.member, frame);
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
