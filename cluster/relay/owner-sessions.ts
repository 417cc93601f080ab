import type { Arrival, RelaySession, UnusedRule } from '../port.js';
import type { Position } from '../position.js';
import type { FormerSessions } from './kept-sessions.js';
import type { OwnerClient } from './owner-client.js';
import { OwnerLine } from './owner-line.js';
import type { Member } from './owner-members.js';
import type { OwnerParts } from './owner-parts.js';

/** The sessions of a room at its owner: how they come in and leave, and the line over which each is told. */
export class OwnerSessions {
  readonly #parts: OwnerParts;
  readonly #former: FormerSessions;
  readonly #newClient: (arrival: Arrival | undefined) => OwnerClient;
  /** Slots whose sessions the former owner had, and that go on. */
  readonly #restored = new Set<number>();
  /** Whether it is known which these are. */
  #isRestored = false;
  #hasEnded = false;

  /** @param newClient makes the client of a line, or of no line yet */
  constructor(parts: OwnerParts, former: FormerSessions, newClient: (arrival: Arrival | undefined) => OwnerClient) {
    this.#parts = parts;
    this.#former = former;
    this.#newClient = newClient;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** In the room or not. */
  get all(): ReadonlySet<RelaySession> {
    const { lines, members } = this.#parts;
    return new Set([...lines.sessions, ...members.all.map(({ session }) => session)]);
  }

  /** A session of the former owner. */
  back(slot: number, session: RelaySession): OwnerClient {
    const former = this.#former.members.get(slot);
    this.#restored.add(slot);
    const member: Member = {
      ...{ slot, session, sessionId: session.id, line: undefined },
      since: former?.since ?? { epoch: 0, seq: 0 },
      count: this.#former.told?.counts[String(slot)] ?? 0,
      lostAt: former?.lostAt,
      lost: former?.line,
    };
    const client = this.#newClient(undefined);
    client.member = member;
    this.#parts.members.add(member);
    return client;
  }

  /** A line that is new here. @param done up to where its messages were served elsewhere */
  begin(id: string, gateway: string, arrival: Arrival, done: number): OwnerLine {
    const line = new OwnerLine(id, gateway, arrival, this.#newClient(arrival), done);
    this.#parts.lines.add(line);
    this.#parts.gateways.met(gateway);
    return line;
  }

  /** A session goes on with the line that it had. @param former the line, as this owner or a former one had it */
  goOn(member: Member, former: NonNullable<Member['lost']>, gateway: string, arrival: Arrival): OwnerLine {
    const line = this.begin(former.id, gateway, arrival, former.done);
    line.bound = former.bound;
    line.after = former.after;
    this.#bind(line, member);
    member.session.attach(line.client, undefined);
    return line;
  }

  /** A session goes on with another line, which it is given from now on. @param after as `OwnerLine.after` */
  moveTo(line: OwnerLine, member: Member, after: Position): void {
    const { turn, journal } = this.#parts;
    const former = member.line;
    line.after = after;
    this.#bind(line, member);
    turn.bind(line, member, after);
    journal.touch();
    if (former) {
      this.bury(former, member);
      turn.hears(member.slot, former.gateway);
    }
    member.session.attach(line.client, line.arrival.token);
  }

  /** As `SessionClient.entered`. */
  enter({ line }: OwnerClient, slot: number): void {
    const { lines, members, turn, journal } = this.#parts;
    const session = line && lines.sessionOf(line);
    if (!session) return;
    const member: Member = {
      ...{ slot, session, sessionId: line.arrival.session },
      ...{ line: undefined, since: undefined, count: 0, lostAt: undefined, lost: undefined },
    };
    this.endUnrestored();
    members.add(member);
    journal.keepSession(member.sessionId);
    this.#bind(line, member);
    turn.bind(line, member, undefined);
    journal.touch();
  }

  /** As `SessionClient.left`. @param unlessUsed as `Departure.unlessUsed` */
  leave(member: Member, unlessUsed: UnusedRule | undefined, evicted: boolean): void {
    const { members, over, gateways, turn, journal } = this.#parts;
    const { line, slot, sessionId } = member;
    for (const each of over.left(member)) gateways.due(each.gateway).over.add(each);
    // Also for a gateway that only seems to be dead.
    turn.left(
      slot,
      line?.done ?? member.lost?.done ?? 0,
      evicted,
      unlessUsed,
      member.session.isOver || line ? undefined : true,
    );
    if (line) {
      this.bury(line, member);
      gateways.due(line.gateway).done.add(line);
      turn.hears(slot, line.gateway);
    } else if (member.lost) over.add(member.lost, member);
    members.remove(member);
    journal.forgetSession(sessionId);
    journal.touch();
  }

  /** What is sent again over the line is not served again. @param goneAt the number of its last act, if its client has gone */
  bury(line: OwnerLine, member: Member, goneAt?: number): void {
    this.#parts.lines.remove(line);
    this.#parts.over.add(line, member, goneAt);
  }

  /** The connection is lost. @param written up to where it was written to. @param isOver the session ends at once */
  lose(line: OwnerLine, written: Position | undefined, reason: string, isOver = false): void {
    const { lines, members, journal } = this.#parts;
    const { member } = line.client;
    line.isGone = true;
    const session = lines.sessionOf(line);
    lines.remove(line);
    if (member?.line === line) {
      member.line = undefined;
      member.lostAt = written;
      members.changed(member);
      journal.touch();
    }
    if (!session) return;
    if (isOver || !member) session.end();
    else session.detach(line.client, reason);
  }

  /** Whether `endUnrestored` has something to end. */
  get hasUnrestored(): boolean {
    return !this.#isRestored && this.#restored.size < this.#former.members.size;
  }

  /** Sessions that the former owner was just ending, or that cannot be read: nobody goes on with them. */
  endUnrestored(): void {
    if (this.#isRestored) return;
    this.#isRestored = true;
    const { turn, kept, journal } = this.#parts;
    for (const [slot, { id, gateway, line }] of this.#former.members) {
      if (this.#restored.has(slot)) continue;
      turn.left(slot, line?.done ?? 0, false);
      if (gateway !== undefined) turn.hears(slot, gateway);
      kept.removeMember(slot);
      journal.forgetSession(id);
    }
  }

  /** All are over here, and nobody is told. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const sessions = this.all;
    this.#parts.members.clear();
    this.#parts.lines.clear();
    for (const session of sessions) session.end();
  }

  #bind(line: OwnerLine, member: Member): void {
    line.client.member = member;
    member.line = line;
    member.lostAt = undefined;
    member.lost = undefined;
    this.#parts.lines.setSession(line, member.session);
    this.#parts.members.changed(member);
  }
}
