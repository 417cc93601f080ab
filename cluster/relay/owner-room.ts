import type { Clock } from '../clock.js';
import type { Counts } from '../counts.js';
import type { RoomJournal } from '../journal.js';
import type { Log } from '../../log.js';
import type { Arrival, RelayDialect, RelaySession, ReturningClients, UnusedRule, WireFrame } from '../port.js';
import { comparePositions, pair } from '../position.js';
import type { Position } from '../position.js';
import type { LoggedFrame, Owner } from '../room-store.js';
import { controlText, isControl } from './control.js';
import { KeptSessions, formerSessions } from './kept-sessions.js';
import type { FormerSessions } from './kept-sessions.js';
import { LogBegin } from './log-begin.js';
import type { About, Act, RequestMessage, Sent, WrittenMessage } from './messages.js';
import { OverLines } from './over-lines.js';
import type { OverLine } from './over-lines.js';
import { OwnerClient, writtenTo } from './owner-line.js';
import type { OwnerLine } from './owner-line.js';
import { OwnerMembers } from './owner-members.js';
import type { Member } from './owner-members.js';
import type { Post } from './post.js';
import { slotsText } from './told-slots.js';
import { TurnEntries } from './turn-entries.js';
import type { TurnEntry } from './turn-entries.js';

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

/** What is known of a gateway. */
interface GatewayState {
  /** What it was sent ends here. */
  sent: Position | undefined;
  sentAt: number;
  /** All up to here was written to its sockets. */
  written: Position | undefined;
  isWrittenDirty: boolean;
  /** Since when it has no lines here. */
  unusedSince: number | undefined;
}

/** What a turn has for one gateway besides entries of the log. */
interface Due {
  readonly done: Set<OwnerLine>;
  readonly repeated: Set<OwnerLine>;
  readonly bound: Map<string, number>;
  readonly direct: [line: string, number: number, text: string][];
  readonly unknown: Set<string>;
  readonly over: Set<OverLine>;
}

/** The most bytes of one message to a gateway; one entry may be longer. */
const mostMessageBytes = 400_000;
const sendAgainMs = 1_000;
/** How long a gateway without lines is told what it has missed, in ms. */
const forgetMs = 10_000;
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
  readonly #lines = new Map<string, OwnerLine>();
  /** Sessions by line, in the room or not. */
  readonly #sessions = new Map<string, RelaySession>();
  readonly #gateways = new Map<string, GatewayState>();
  readonly #due = new Map<string, Due>();
  readonly #over: OverLines;
  readonly #logBegin: LogBegin;
  /** Lines that go on with a session in the present turn, and the entry that says so. */
  readonly #bound: { readonly line: OwnerLine; readonly member: Member; readonly entry: TurnEntry }[] = [];
  /** Slots that were left in the present turn. */
  readonly #gone = new Set<number>();
  /** Gateways that hear of a slot in the present turn although its line is not there any more. */
  readonly #leaving = new Map<number, Set<string>>();
  #entries: TurnEntries;
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
    this.#entries = new TurnEntries(context.textOf);
    this.#former = formerSessions(state);
    this.#kept = new KeptSessions(room.journal);
    this.#members = new OwnerMembers(this.#kept);
    this.#over = new OverLines(this.#former.over, this.#kept, () => {
      this.#touch();
    });
    this.#logBegin = new LogBegin(this.#former.told?.at, room.journal.log, this.#members, this.#kept);
    const { epoch } = room.journal.ownership;
    // They may not have heard the last words of the former owner.
    for (const [gateway, written] of this.#former.written) {
      if (!context.isAlive(gateway)) continue;
      const present = this.#gateway(gateway);
      present.written = written;
      present.sent = { epoch, seq: 0 };
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
      this.#gateway(gateway).sent = { epoch, seq: 0 };
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
    const state = this.#gateway(g);
    if (w && (!state.written || comparePositions(state.written, w) < 0)) {
      state.written = w;
      state.isWrittenDirty = true;
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
    const written = this.#gateways.get(gateway)?.written;
    this.#forget(gateway);
    this.#over.gatewayDied(gateway);
    for (const line of [...this.#lines.values()]) {
      if (line.gateway !== gateway) continue;
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
    const now = this.#context.clock.now();
    for (const [gateway, state] of this.#gateways) {
      const silentMs = now - state.sentAt;
      if (silentMs < sendAgainMs) continue;
      const isLate = isBehind(state);
      const lines = [...this.#lines.values()].filter((line) => line.gateway === gateway);
      const unheard = lines.filter((line) => line.direct.length > 0);
      if (lines.length === 0) {
        state.unusedSince ??= now;
        if (!isLate || now - state.unusedSince > forgetMs) this.#forget(gateway);
        if (!isLate) continue;
      } else state.unusedSince = undefined;
      if (!isLate && unheard.length === 0) continue;
      this.#context.counts.resent += 1;
      const { direct } = this.#dueOf(gateway);
      for (const line of unheard) for (const { number, text } of line.direct) direct.push([line.id, number, text]);
      this.#touch();
    }
    this.#noteIdle();
  }

  tell(member: Member, frame: WireFrame): void {
    if (this.#hasEnded || !this.#members.has(member)) return;
    this.#entries.tell(member.slot, frame);
    this.#touch();
  }

  tellDirectly(line: OwnerLine, frame: WireFrame): void {
    if (this.#hasEnded || line.isGone) return;
    const text = this.#context.textOf(frame);
    line.directCount += 1;
    line.direct.push({ number: line.directCount, text });
    if (line.direct.length > mostDirect) line.direct.shift();
    this.#dueOf(line.gateway).direct.push([line.id, line.directCount, text]);
    this.#touch();
  }

  closeLine({ member }: OwnerClient, code: number, reason: string): void {
    if (this.#hasEnded || !member || !this.#members.has(member)) return;
    this.#entries.control(member.slot, controlText({ t: 'close', code, reason }));
    this.#touch();
  }

  entered(client: OwnerClient, slot: number): void {
    const { line } = client;
    if (!line) return;
    const session = this.#sessions.get(line.id);
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
    this.#bindEntry(line, member, undefined);
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
    for (const gateway of new Set([...this.#lines.values()].map((line) => line.gateway))) {
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
    const entries = this.#entries.all;
    this.#entries = new TurnEntries(this.#context.textOf);
    const { epoch } = from;
    const to = { epoch, seq: from.seq + Math.max(1, entries.length) };
    const all = new Set([...this.#members.slots, ...this.#gone]);
    for (const entry of entries) for (const slot of entry.slots) all.add(slot);
    const told = entries.map((entry, index) => ({
      entry,
      seq: from.seq + index + 1,
      slots: isControl(entry.text) ? [...entry.slots].join(',') : slotsText(entry.slots, all),
    }));
    for (const { slots, entry } of told) journal.append(slots, entry.text);
    const places = this.#bound.length > 0 ? new Map(entries.map((entry, index) => [entry, index])) : undefined;
    for (const { line, entry, member } of this.#bound.splice(0)) {
      // The client hears what comes after it.
      line.bound = { epoch, seq: from.seq + (places?.get(entry) ?? 0) };
      member.since ??= line.bound;
      this.#dueOf(line.gateway).bound.set(line.id, line.bound.seq);
    }
    this.#over.gathered(to);
    this.#send(from, to, told);
    this.#keep();
    this.#gone.clear();
    this.#leaving.clear();
  }

  /** Another node owns the room, or it is closed. Its sessions are over here, and nobody is told. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const sessions = this.#allSessions;
    this.#members.clear();
    this.#lines.clear();
    this.#sessions.clear();
    for (const session of sessions) session.end();
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  get #mayServe(): boolean {
    return !this.#isPaused && this.#context.isUp() && this.#room.journal.hasRoom;
  }

  get #allSessions(): Set<RelaySession> {
    return new Set([...this.#sessions.values(), ...this.#members.all.map(({ session }) => session)]);
  }

  get #isIdle(): boolean {
    if (this.#members.size > 0) return false;
    return (
      [...this.#lines.values()].every(({ next, done }) => next === done + 1) &&
      [...this.#gateways.values()].every((state) => !isBehind(state))
    );
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
    if (!w) this.#begins(g);
    this.written({ g, w, k: Object.fromEntries(Object.entries(l).map(([id, { k }]) => [id, k])) });
    // Of these it only asks whether the owner knows them.
    const asked = new Set(Object.keys(l));
    for (const [id] of q) asked.delete(id);
    for (const id of asked) {
      if (this.#isOver(id, g)) continue;
      const line = this.#lines.get(id) ?? this.#adopt(id, g, l[id]);
      if (line) this.#dueOf(g).repeated.add(line);
      else this.#dueOf(g).unknown.add(id);
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
        this.#dueOf(g).unknown.add(id);
        this.#touch();
      } else if (number <= line.done) {
        this.#dueOf(g).repeated.add(line);
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

  /** A gateway has written nothing yet, or has forgotten the room in between. */
  #begins(gateway: string): void {
    const state = this.#gateway(gateway);
    state.written = undefined;
    if (![...this.#lines.values()].some((line) => line.gateway === gateway && line.client.member))
      state.sent = undefined;
  }

  /** Its gateway hears again how a line has ended. @param goneAt the number of its last act: nobody waits for what was not served */
  #isOver(id: string, gateway: string, goneAt?: number): boolean {
    const over = this.#over.askedAgain(id, goneAt);
    if (!over) return false;
    this.#dueOf(gateway).over.add(over);
    this.#touch();
    return true;
  }

  /** What is sent again over the line is not served again. @param goneAt the number of its last act, if its client has gone */
  #bury(line: OwnerLine, member: Member, goneAt?: number): void {
    this.#lines.delete(line.id);
    this.#sessions.delete(line.id);
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
    this.#dueOf(gateway).repeated.add(line);
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
    this.#lines.set(id, line);
    this.#gateway(gateway);
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
    const present = this.#sessions.get(line.id);
    if (present) return present;
    const session = this.#context.dialect.begin(line.client, line.arrival);
    this.#sessions.set(line.id, session);
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
    this.#dueOf(line.gateway).done.add(line);
    this.#touch();
    this.#noteIdle();
  }

  /** Gives the client its session, and what it missed, or says that there is no such session. */
  #attach(line: OwnerLine, received: number | undefined, served: () => void): void {
    const refuse = (): void => {
      this.#lines.delete(line.id);
      this.#dueOf(line.gateway).unknown.add(line.id);
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
        this.#bindEntry(line, member, after);
        if (former) {
          this.#bury(former, member);
          this.#hears(member.slot, former.gateway);
        }
        member.session.attach(line.client, token);
        served();
        const waiting = line.waiting ?? [];
        line.waiting = undefined;
        for (const act of waiting) act();
      },
      () => {
        // Redis does not say now. It is asked again with what the gateway sends again.
        if (this.#lines.get(line.id) === line) this.#lines.delete(line.id);
        this.#noteIdle();
      },
    );
  }

  #missedAfter(member: Member, received: number | undefined): Position | undefined {
    const { line } = member;
    const written = line ? writtenTo(line, this.#gateways.get(line.gateway)?.written) : member.lostAt;
    return this.#logBegin.missedAfter(member, received, written);
  }

  /** Sessions that the former owner was just ending, or that cannot be read: nobody goes on with them. */
  #endUnrestored(): void {
    if (this.#isRestored) return;
    this.#isRestored = true;
    const { journal } = this.#room;
    for (const [slot, { id, gateway, line }] of this.#former.members) {
      if (this.#members.at(slot)) continue;
      this.#entries.control(slot, controlText({ t: 'left', n: line?.done ?? 0, evicted: false }));
      this.#gone.add(slot);
      if (gateway !== undefined) this.#hears(slot, gateway);
      this.#kept.removeMember(slot);
      journal.forgetSession(id);
    }
  }

  #leave(member: Member, unlessUsed: UnusedRule | undefined, evicted: boolean): void {
    const { line, slot, sessionId } = member;
    for (const over of this.#over.left(member)) this.#dueOf(over.gateway).over.add(over);
    // Also for a gateway that only seems to be dead.
    const n = line?.done ?? member.lost?.done ?? 0;
    this.#entries.control(slot, controlText({ t: 'left', n, evicted, unlessUsed }));
    if (line) {
      this.#bury(line, member);
      this.#dueOf(line.gateway).done.add(line);
      this.#hears(slot, line.gateway);
    }
    this.#members.remove(member);
    this.#gone.add(slot);
    this.#room.journal.forgetSession(sessionId);
    this.#touch();
  }

  #bindTo(line: OwnerLine, member: Member): void {
    line.client.member = member;
    member.line = line;
    member.lostAt = undefined;
    member.lost = undefined;
    this.#sessions.set(line.id, member.session);
    this.#members.changed(member);
  }

  #bindEntry(line: OwnerLine, member: Member, after: Position | undefined): void {
    const { id, gateway } = line;
    const text = controlText({
      ...{ t: 'bind', c: id, g: gateway, last: member.session.counts ? member.session.lastRequest : undefined },
      ...(after && { after: [after.epoch, after.seq] as [number, number] }),
    });
    this.#bound.push({ line, member, entry: this.#entries.control(member.slot, text) });
    this.#touch();
  }

  /** @param isOver the session ends at once */
  #loseLine(line: OwnerLine, written: Position | undefined, reason: string, isOver = false): void {
    const { member } = line.client;
    line.isGone = true;
    this.#lines.delete(line.id);
    const session = this.#sessions.get(line.id);
    this.#sessions.delete(line.id);
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

  #send(from: Position, to: Position, told: readonly ToldEntry[]): void {
    const byGateway = new Map<string, ToldEntry[]>();
    for (const each of told) {
      for (const gateway of this.#gatewaysOf(each.entry.slots)) {
        const list = byGateway.get(gateway);
        if (list) list.push(each);
        else byGateway.set(gateway, [each]);
      }
    }
    const { nodeId, clock } = this.#context;
    const { journal } = this.#room;
    for (const gateway of new Set([...byGateway.keys(), ...this.#due.keys()])) {
      const state = this.#gateway(gateway);
      const entries = byGateway.get(gateway) ?? [];
      const due = this.#due.get(gateway);
      this.#due.delete(gateway);
      let p = state.sent ?? from;
      // A gateway is sent what it has no line for when a line has just ended.
      const q = entries.length > 0 ? to : p;
      const parts = inParts(entries);
      const last = parts.pop() ?? [];
      const base = { ...this.#envelope, t: 'out' as const, o: nodeId, e: this.#room.journal.ownership.epoch };
      const none = { d: {}, b: {}, x: [], u: [] };
      const send = (message: Sent): void => {
        journal.send(gateway, JSON.stringify([message]));
      };
      for (const part of parts) {
        const end = { epoch: to.epoch, seq: part.at(-1)?.seq ?? from.seq };
        send({
          ...base,
          ...none,
          p: pair(p),
          q: pair(end),
          f: part.map(({ seq, slots, entry }) => [seq, slots, entry.text]),
        });
        p = end;
      }
      const extras = this.#extras(gateway, due, to.epoch);
      send({
        ...base,
        p: pair(p),
        q: pair(q),
        f: last.map(({ seq, slots, entry }) => [seq, slots, entry.text]),
        ...extras,
      });
      if (entries.length > 0 || Object.keys(extras.b).length > 0) state.sent = q;
      state.sentAt = clock.now();
    }
  }

  #extras(
    gateway: string,
    due: Due | undefined,
    epoch: number,
  ): Pick<Extract<Sent, { t: 'out' }>, 'd' | 'b' | 'x' | 'u'> {
    const d: Record<string, number> = {};
    const b: Record<string, [number, number]> = {};
    for (const line of [...(due?.done ?? []), ...(due?.repeated ?? [])]) d[line.id] = line.done;
    for (const [line, seq] of due?.bound ?? []) b[line] = [epoch, seq];
    for (const { id, line, since } of due?.over ?? []) {
      d[id] = line.done;
      if (since) b[id] ??= [since.epoch, since.seq];
    }
    for (const { id, bound } of due?.repeated ?? []) if (bound) b[id] ??= pair(bound);
    // It may have heard nothing yet: it begins where the first of its lines does.
    if (!this.#gateway(gateway).written) {
      for (const { id, bound, ...line } of this.#lines.values()) {
        if (line.gateway === gateway && bound) b[id] ??= pair(bound);
      }
    }
    return {
      ...{ d, b, x: due?.direct ?? [], u: [...(due?.unknown ?? [])] },
    };
  }

  #gatewaysOf(slots: ReadonlySet<number>): Set<string> {
    const gateways = new Set<string>();
    for (const slot of slots) {
      const gateway = this.#members.at(slot)?.line?.gateway;
      if (gateway !== undefined) gateways.add(gateway);
      for (const former of this.#leaving.get(slot) ?? []) gateways.add(former);
    }
    return gateways;
  }

  #hears(slot: number, gateway: string): void {
    const gateways = this.#leaving.get(slot);
    if (gateways) gateways.add(gateway);
    else this.#leaving.set(slot, new Set([gateway]));
  }

  /** Writes what has changed into the journal. */
  #keep(): void {
    this.#members.keep();
    this.#over.keep();
    for (const [gateway, state] of this.#gateways) {
      if (!state.isWrittenDirty || !state.written) continue;
      state.isWrittenDirty = false;
      this.#kept.setWritten(gateway, state.written);
    }
  }

  #gateway(id: string): GatewayState {
    let state = this.#gateways.get(id);
    if (!state) {
      state = {
        sent: undefined,
        sentAt: this.#context.clock.now(),
        written: undefined,
        isWrittenDirty: false,
        unusedSince: undefined,
      };
      this.#gateways.set(id, state);
    }
    return state;
  }

  #forget(gateway: string): void {
    this.#gateways.delete(gateway);
    this.#due.delete(gateway);
    if (this.#hasEnded) return;
    this.#kept.removeWritten(gateway);
  }

  #dueOf(gateway: string): Due {
    let due = this.#due.get(gateway);
    if (!due) {
      due = { done: new Set(), repeated: new Set(), bound: new Map(), direct: [], unknown: new Set(), over: new Set() };
      this.#due.set(gateway, due);
    }
    return due;
  }

  #touch(): void {
    this.#room.journal.touch();
  }
}

/** One entry of a turn, as the log will have it. */
interface ToldEntry {
  readonly entry: TurnEntry;
  readonly seq: number;
  readonly slots: string;
}

/** In parts that are not too long for a message. */
function inParts(entries: readonly ToldEntry[]): ToldEntry[][] {
  const parts: ToldEntry[][] = [];
  let bytes = Infinity;
  for (const each of entries) {
    const length = each.entry.text.length + each.slots.length + bytesAround;
    if (bytes + length > mostMessageBytes) {
      parts.push([]);
      bytes = 0;
    }
    bytes += length;
    parts.at(-1)?.push(each);
  }
  return parts;
}

/** Brackets, commas and quotes around an entry. */
const bytesAround = 32;

/** Whether a gateway has not written all that it was sent, as far as is known. */
function isBehind({ sent, written }: Pick<GatewayState, 'sent' | 'written'>): boolean {
  return sent !== undefined && (!written || comparePositions(written, sent) < 0);
}
