import type { Clock } from '../clock.js';
import type { Counts } from '../counts.js';
import type { RoomJournal } from '../journal.js';
import type { Log } from '../../log.js';
import type { Arrival, RelayDialect, RelaySession, ReturningClients, UnusedRule, WireFrame } from '../port.js';
import type { Position } from '../position.js';
import type { LoggedFrame, Owner } from '../room-store.js';
import { KeptSessions, formerSessions } from './kept-sessions.js';
import type { FormerSessions } from './kept-sessions.js';
import { LogBegin } from './log-begin.js';
import type { About, Act, RequestMessage, WrittenMessage } from './messages.js';
import { OverLines } from './over-lines.js';
import { OwnerClient, writtenTo } from './owner-line.js';
import type { OwnerLine } from './owner-line.js';
import { OwnerGateways } from './owner-gateways.js';
import { OwnerLines } from './owner-lines.js';
import { OwnerTurn } from './owner-turn.js';
import { OwnerMembers } from './owner-members.js';
import type { Member } from './owner-members.js';
import type { Post } from './post.js';

export interface OwnerContext {
  readonly nodeId: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly post: Post;
  readonly counts: Pick<Counts, 'resent'>;
  readonly textOf: (frame: WireFrame) => string;
  readonly dialect: RelayDialect;
  /** Whether this node may act. */
  readonly isUp: () => boolean;
  /** Whether a node is not known to be dead. */
  readonly isAlive: (node: string) => boolean;
  /** Nobody is in the room, and nobody wants to be. */
  readonly unused: (room: string) => void;
}

/** The part of `OwnedRoom` that is needed here. */
export interface JournaledRoom {
  readonly name: string;
  readonly hash: string;
  readonly journal: RoomJournal;
}

/** Messages to a client that is in no room, which its gateway has not acknowledged. */
const mostDirect = 100;
/** Requests that wait because Redis does not answer, of all gateways. */
const mostHeld = 10_000;

/** The sessions of a room at its owner: serves what their gateways send, and tells the gateways what they are told. */
export class OwnerRoom {
  readonly #context: OwnerContext;
  readonly #room: JournaledRoom;
  readonly #kept: KeptSessions;
  readonly #members: OwnerMembers;
  readonly #lines = new OwnerLines();
  readonly #gateways: OwnerGateways;
  readonly #turn: OwnerTurn;
  readonly #over: OverLines;
  readonly #logBegin: LogBegin;
  #held: RequestMessage[] = [];
  #isWaiting = false;
  /** While the room is about to go to another node. */
  #isPaused = false;
  #whenIdle: (() => void)[] = [];
  #hasEnded = false;
  /** Whether it is known which sessions of the former owner go on. */
  #isRestored = false;
  readonly #former: FormerSessions;

  constructor(context: OwnerContext, room: JournaledRoom, state: ReadonlyMap<string, string>) {
    this.#context = context;
    this.#room = room;
    this.#former = formerSessions(state);
    this.#kept = new KeptSessions(room.journal);
    this.#members = new OwnerMembers(this.#kept);
    this.#gateways = new OwnerGateways(context, room, this.#lines, this.#kept);
    this.#turn = new OwnerTurn(context.textOf, this.#members);
    this.#over = new OverLines(this.#former.over, this.#kept, () => {
      this.#touch();
    });
    this.#logBegin = new LogBegin(this.#former.told?.at, room.journal.log, this.#members, this.#kept);
    for (const [gateway, written] of this.#former.written) {
      // It may not have heard the last words of the former owner.
      if (context.isAlive(gateway)) this.#gateways.takenOver(gateway, written);
    }
    if (this.#former.members.size > 0) room.journal.touch();
  }

  get name(): string {
    return this.#room.name;
  }

  get sessions(): number {
    return this.#allSessions.size;
  }

  /** A session of another process. Its client comes back later, or has its socket at a gateway that lives. */
  back(slot: number, session: RelaySession): ReturnType<ReturningClients['back']> {
    const client = new OwnerClient(this, '');
    const former = this.#former.members.get(slot);
    const member: Member = {
      ...{ slot, session, sessionId: session.id, line: undefined },
      since: former?.since ?? { epoch: 0, seq: 0 },
      count: this.#former.told?.counts[String(slot)] ?? 0,
      lostAt: former?.lostAt,
      lost: former?.line,
    };
    client.member = member;
    this.#members.add(member);
    return { client, lastRequest: former?.last, repeatable: former?.repeatable ?? [] };
  }

  /** The room is restored: goes on with the clients whose gateways live, and tells those gateways. */
  restored(): void {
    const { nodeId, isAlive, post } = this.#context;
    const { epoch } = this.#room.journal.ownership;
    const done = new Map<string, Record<string, number>>();
    for (const [slot, { line: former, gateway }] of this.#former.members) {
      const member = this.#members.at(slot);
      if (!member || !former || gateway === undefined) continue;
      const written = this.#former.written.get(gateway);
      if (!isAlive(gateway)) {
        member.lostAt = writtenTo(former, written);
        continue;
      }
      this.#gateways.takenOver(gateway);
      const line = this.#goesOn(former, gateway, { session: member.sessionId, address: '', token: undefined });
      this.#bindTo(line, member);
      member.session.attach(line.client, undefined);
      done.set(gateway, { ...done.get(gateway), [line.id]: line.done });
    }
    for (const [gateway, served] of done) {
      post.send(gateway, { ...this.#envelope, t: 'owner', o: nodeId, e: epoch, d: served });
    }
  }

  receive(message: RequestMessage): void {
    if (this.#hasEnded) return;
    if (this.#held.length > 0 || !this.#mayServe) {
      if (this.#held.length < mostHeld) this.#held.push(message);
      this.#serveHeld();
      return;
    }
    this.#serve(message);
  }

  written({ g, w, k, u = [] }: Pick<WrittenMessage, 'g' | 'w' | 'k' | 'u'>): void {
    for (const id of u) {
      const line = this.#lines.get(id);
      if (line?.gateway === g) this.#loseLine(line, undefined, 'its gateway does not have it any more');
    }
    this.#gateways.met(g);
    if (w && this.#gateways.wrote(g, w)) {
      // Where the client does not count, this decides what it is told once it has come back.
      if (this.#members.all.some(({ session, line }) => line?.gateway === g && !session.counts)) this.#touch();
      this.#over.written(g, w);
      this.#noteIdle();
    }
    for (const [id, count] of Object.entries(k ?? {})) {
      const line = this.#lines.get(id);
      if (line) while ((line.direct[0]?.number ?? Infinity) <= count) line.direct.shift();
    }
  }

  /** Its clients have the grace time to come back. */
  gatewayDied(gateway: string): void {
    if (this.#hasEnded) return;
    const written = this.#gateways.writtenBy(gateway);
    this.#gateways.forget(gateway);
    this.#over.gatewayDied(gateway);
    for (const line of this.#lines.of(gateway)) {
      const { member } = line.client;
      this.#loseLine(line, writtenTo(line, written), 'the node of its connection is gone');
      if (member) member.lost = line;
    }
  }

  /** This node may act again. */
  up(): void {
    this.#serveHeld();
  }

  /** Called each second: what was lost on its way is sent again. */
  tick(): void {
    if (this.#hasEnded) return;
    this.#gateways.tick();
    this.#noteIdle();
  }

  tell(member: Member, frame: WireFrame): void {
    if (this.#hasEnded || !this.#members.has(member)) return;
    this.#turn.tell(member.slot, frame);
    this.#touch();
  }

  tellDirectly(line: OwnerLine, frame: WireFrame): void {
    if (this.#hasEnded || line.isGone) return;
    const text = this.#context.textOf(frame);
    line.directCount += 1;
    line.direct.push({ number: line.directCount, text });
    if (line.direct.length > mostDirect) line.direct.shift();
    this.#gateways.due(line.gateway).direct.push([line.id, line.directCount, text]);
    this.#touch();
  }

  closeLine({ member }: OwnerClient, code: number, reason: string): void {
    if (this.#hasEnded || !member || !this.#members.has(member)) return;
    this.#turn.close(member.slot, code, reason);
    this.#touch();
  }

  entered(client: OwnerClient, slot: number): void {
    const { line } = client;
    if (!line) return;
    const session = this.#lines.sessionOf(line);
    if (!session) return;
    const member: Member = {
      ...{ slot, session, sessionId: line.arrival.session },
      ...{ line: undefined, since: undefined, count: 0, lostAt: undefined, lost: undefined },
    };
    this.#endUnrestored();
    // A room that was closed and opened again begins with the first slot, perhaps before the last of its sessions is over.
    const former = this.#members.at(slot);
    if (former) this.#leave(former, undefined, false);
    this.#members.add(member);
    this.#room.journal.keepSession(member.sessionId);
    this.#bindTo(line, member);
    this.#turn.bind(line, member, undefined);
    this.#touch();
  }

  left({ member, unlessUsed }: OwnerClient, evicted: boolean): void {
    if (this.#hasEnded || !member || !this.#members.has(member)) return;
    this.#leave(member, unlessUsed, evicted);
    this.#noteIdle();
  }

  /** Resolves when nobody is in the room, and nobody is just coming in. */
  async idle(): Promise<void> {
    if (this.#isIdle) return;
    await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  /** What comes from now on waits. Resolves when nothing is being served any more. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    await Promise.all([...this.#allSessions].map((session) => session.idle()));
  }

  /** The room stays: what came meanwhile is served. */
  goOn(): void {
    this.#isPaused = false;
    this.#serveHeld();
  }

  /** Another node owns the room now: the gateways send there what was not served. */
  movedTo({ node, epoch }: Owner): void {
    for (const gateway of new Set(this.#lines.all.map((line) => line.gateway))) {
      this.#context.post.send(gateway, { ...this.#envelope, t: 'moved', o: node, e: epoch });
    }
  }

  /** These leave the log: clients that count have to know how many there were. */
  trimming(frames: readonly LoggedFrame[]): void {
    this.#logBegin.trimming(frames);
  }

  /** Everything that is to be in the commit which is being gathered. @param from where it begins */
  gathering(from: Position): void {
    const { journal } = this.#room;
    this.#endUnrestored();
    const { to, told, bound } = this.#turn.take(from);
    for (const { slots, text } of told) journal.append(slots, text);
    for (const { line, member, at } of bound) {
      line.bound = at;
      member.since ??= at;
      this.#gateways.due(line.gateway).bound.set(line.id, at.seq);
    }
    this.#over.gathered(to);
    this.#gateways.send(from, to, told);
    this.#members.keep();
    this.#over.keep();
    this.#gateways.keep();
  }

  /** Another node owns the room, or it is closed. Its sessions are over here, and nobody is told. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const sessions = this.#allSessions;
    this.#members.clear();
    this.#lines.clear();
    for (const session of sessions) session.end();
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  get #mayServe(): boolean {
    return !this.#isPaused && this.#context.isUp() && this.#room.journal.hasRoom;
  }

  get #allSessions(): Set<RelaySession> {
    return new Set([...this.#lines.sessions, ...this.#members.all.map(({ session }) => session)]);
  }

  get #isIdle(): boolean {
    if (this.#members.size > 0) return false;
    return this.#lines.all.every(({ next, done }) => next === done + 1) && !this.#gateways.areBehind;
  }

  get #envelope() {
    return { v: 1 as const, r: this.#room.hash };
  }

  #noteIdle(): void {
    if (!this.#isIdle) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
    if (this.#members.size === 0) this.#context.unused(this.#room.name);
  }

  #serveHeld(): void {
    if (this.#isWaiting || this.#hasEnded || this.#isPaused || !this.#context.isUp()) return;
    if (!this.#room.journal.hasRoom) {
      this.#isWaiting = true;
      const again = (): void => {
        this.#isWaiting = false;
        this.#serveHeld();
      };
      this.#room.journal.ready().then(again, () => undefined);
      return;
    }
    const held = this.#held;
    this.#held = [];
    for (const message of held) this.#serve(message);
  }

  #serve({ g, w, l, q }: RequestMessage): void {
    if (!w) this.#gateways.begins(g);
    this.written({ g, w, k: Object.fromEntries(Object.entries(l).map(([id, { k }]) => [id, k])) });
    // Of these it only asks whether the owner knows them.
    const asked = new Set(Object.keys(l));
    for (const [id] of q) asked.delete(id);
    for (const id of asked) {
      if (this.#isOver(id, g)) continue;
      const line = this.#lines.get(id) ?? this.#adopt(id, g, l[id]);
      if (line) this.#gateways.due(g).repeated.add(line);
      else this.#gateways.due(g).unknown.add(id);
      this.#touch();
    }
    for (const [id, number, act] of q) {
      if (this.#isOver(id, g, act.a === 'gone' ? number : undefined)) continue;
      const about = l[id];
      const line = this.#lines.get(id) ?? this.#adopt(id, g, about);
      // A former owner has served them, and the gateway has learned so only since it sent the first of these messages.
      if (line && about && about.done > line.done) {
        line.done = about.done;
        line.next = Math.max(line.next, about.done + 1);
      }
      if (!line) {
        this.#gateways.due(g).unknown.add(id);
        this.#touch();
      } else if (number <= line.done) {
        this.#gateways.due(g).repeated.add(line);
        this.#touch();
      } else if (number === line.next) {
        line.next += 1;
        if (line.waiting)
          line.waiting.push(() => {
            this.#act(line, number, act);
          });
        else this.#act(line, number, act);
      }
    }
  }

  /** Its gateway hears again how a line has ended. @param goneAt the number of its last act: nobody waits for what was not served */
  #isOver(id: string, gateway: string, goneAt?: number): boolean {
    const over = this.#over.askedAgain(id, goneAt);
    if (!over) return false;
    this.#gateways.due(gateway).over.add(over);
    this.#touch();
    return true;
  }

  /** What is sent again over the line is not served again. @param goneAt the number of its last act, if its client has gone */
  #bury(line: OwnerLine, member: Member, goneAt?: number): void {
    this.#lines.remove(line);
    this.#over.add(line, member, goneAt);
  }

  /** A line that is not known yet. Undefined for one of which nothing is known, or whose session goes on elsewhere. */
  #adopt(id: string, gateway: string, about: About | undefined): OwnerLine | undefined {
    if (!about) return undefined;
    const arrival: Arrival = { session: about.sid, address: about.address, token: about.token };
    const regained = this.#regain(id, gateway, arrival);
    if (regained || about.in) return regained;
    const line = this.#newLine(id, gateway, arrival, about.done);
    line.directCount = about.k;
    return line;
  }

  /** Its gateway seemed to be dead. It reads in the log what it has missed. */
  #regain(id: string, gateway: string, arrival: Arrival): OwnerLine | undefined {
    const member = this.#members.thatLost(id);
    if (!member?.lost) return undefined;
    const line = this.#goesOn(member.lost, gateway, arrival);
    this.#bindTo(line, member);
    member.session.attach(line.client, undefined);
    this.#gateways.due(gateway).repeated.add(line);
    this.#touch();
    return line;
  }

  #goesOn({ id, done, bound, after }: NonNullable<Member['lost']>, gateway: string, arrival: Arrival): OwnerLine {
    const line = this.#newLine(id, gateway, arrival, done);
    line.bound = bound;
    line.after = after;
    return line;
  }

  #newLine(id: string, gateway: string, arrival: Arrival, done: number): OwnerLine {
    const client = new OwnerClient(this, arrival.address);
    const line: OwnerLine = {
      ...{ id, gateway, arrival, client, done, next: done + 1, served: new Set<number>() },
      ...{
        waiting: undefined,
        direct: [],
        directCount: 0,
        isGone: false,
        bound: undefined,
        after: undefined,
        last: undefined,
      },
    };
    client.line = line;
    this.#lines.add(line);
    this.#gateways.met(gateway);
    return line;
  }

  #act(line: OwnerLine, number: number, act: Act): void {
    const served = (): void => {
      this.#served(line, number);
    };
    if (act.a === 'attach') this.#attach(line, act.received, served);
    else if (act.a === 'gone') this.#go(line, number, act);
    else this.#sessionOf(line).acceptText(act.f, served);
  }

  /** Somebody that is in no room is still answered what it has asked. */
  #go(line: OwnerLine, number: number, { reason, over, w }: Extract<Act, { a: 'gone' }>): void {
    const run = (): void => {
      const { member } = line.client;
      this.#loseLine(line, writtenTo(line, w && { epoch: w[0], seq: w[1] }), reason, over);
      if (member) this.#bury(line, member, number);
      // Nobody serves what else was asked.
      if (!member || !this.#members.has(member)) line.done = number;
      this.#served(line, number);
    };
    if (over && !line.client.member && line.done < number - 1) line.last = { number: number - 1, run };
    else run();
  }

  #sessionOf(line: OwnerLine): RelaySession {
    const present = this.#lines.sessionOf(line);
    if (present) return present;
    const session = this.#context.dialect.begin(line.client, line.arrival);
    this.#lines.setSession(line, session);
    return session;
  }

  #served(line: OwnerLine, number: number): void {
    if (this.#hasEnded) return;
    line.served.add(number);
    while (line.served.delete(line.done + 1)) line.done += 1;
    const { last } = line;
    if (last && line.done === last.number) {
      line.last = undefined;
      last.run();
    }
    if (line.client.member) this.#members.changed(line.client.member);
    this.#over.served(line.id);
    this.#gateways.due(line.gateway).done.add(line);
    this.#touch();
    this.#noteIdle();
  }

  /** Gives the client its session, and what it missed, or says that there is no such session. */
  #attach(line: OwnerLine, received: number | undefined, served: () => void): void {
    const refuse = (): void => {
      this.#lines.remove(line);
      this.#gateways.due(line.gateway).unknown.add(line.id);
      this.#touch();
      this.#noteIdle();
    };
    line.waiting = [];
    this.#room.journal.readFormerLog().then(
      () => {
        if (this.#hasEnded || line.isGone) return;
        const { session: sessionId, token } = line.arrival;
        const member = this.#members.withSession(sessionId);
        const after = member && this.#missedAfter(member, received);
        if (!member || !after) {
          refuse();
          return;
        }
        const former = member.line;
        line.after = after;
        this.#bindTo(line, member);
        this.#turn.bind(line, member, after);
        this.#touch();
        if (former) {
          this.#bury(former, member);
          this.#turn.hears(member.slot, former.gateway);
        }
        member.session.attach(line.client, token);
        served();
        const waiting = line.waiting ?? [];
        line.waiting = undefined;
        for (const act of waiting) act();
      },
      () => {
        // Redis does not say now. It is asked again with what the gateway sends again.
        if (this.#lines.get(line.id) === line) this.#lines.remove(line);
        this.#noteIdle();
      },
    );
  }

  #missedAfter(member: Member, received: number | undefined): Position | undefined {
    const { line } = member;
    const written = line ? writtenTo(line, this.#gateways.writtenBy(line.gateway)) : member.lostAt;
    return this.#logBegin.missedAfter(member, received, written);
  }

  /** Sessions that the former owner was just ending, or that cannot be read: nobody goes on with them. */
  #endUnrestored(): void {
    if (this.#isRestored) return;
    this.#isRestored = true;
    const { journal } = this.#room;
    for (const [slot, { id, gateway, line }] of this.#former.members) {
      if (this.#members.at(slot)) continue;
      this.#turn.left(slot, line?.done ?? 0, false);
      if (gateway !== undefined) this.#turn.hears(slot, gateway);
      this.#kept.removeMember(slot);
      journal.forgetSession(id);
    }
  }

  #leave(member: Member, unlessUsed: UnusedRule | undefined, evicted: boolean): void {
    const { line, slot, sessionId } = member;
    for (const over of this.#over.left(member)) this.#gateways.due(over.gateway).over.add(over);
    // Also for a gateway that only seems to be dead.
    const n = line?.done ?? member.lost?.done ?? 0;
    this.#turn.left(slot, n, evicted, unlessUsed);
    if (line) {
      this.#bury(line, member);
      this.#gateways.due(line.gateway).done.add(line);
      this.#turn.hears(slot, line.gateway);
    }
    this.#members.remove(member);
    this.#room.journal.forgetSession(sessionId);
    this.#touch();
  }

  #bindTo(line: OwnerLine, member: Member): void {
    line.client.member = member;
    member.line = line;
    member.lostAt = undefined;
    member.lost = undefined;
    this.#lines.setSession(line, member.session);
    this.#members.changed(member);
  }

  /** @param isOver the session ends at once */
  #loseLine(line: OwnerLine, written: Position | undefined, reason: string, isOver = false): void {
    const { member } = line.client;
    line.isGone = true;
    const session = this.#lines.sessionOf(line);
    this.#lines.remove(line);
    if (member?.line === line) {
      member.line = undefined;
      member.lostAt = written;
      this.#members.changed(member);
      this.#touch();
    }
    if (!session) return;
    if (isOver || !member) session.end();
    else session.detach(line.client, reason);
  }

  #touch(): void {
    this.#room.journal.touch();
  }
}
