import type { Clock } from '../clock.js';
import type { Counts } from '../counts.js';
import type { RoomJournal } from '../journal.js';
import type { Log } from '../../log.js';
import type { RelayDialect, RelaySession, ReturningClients, WireFrame } from '../port.js';
import { comparePositions, pair } from '../position.js';
import type { Position } from '../position.js';
import type { LoggedFrame, Owner } from '../room-store.js';
import { HeldRequests } from './held-requests.js';
import { formerSessions } from './kept-sessions.js';
import type { FormerSessions } from './kept-sessions.js';
import type { RequestMessage, WrittenMessage } from './messages.js';
import { OwnerClient } from './owner-client.js';
import type { ClientRoom } from './owner-client.js';
import { writtenTo } from './owner-line.js';
import type { OwnerLine } from './owner-line.js';
import type { Member } from './owner-members.js';
import { ownerParts } from './owner-parts.js';
import type { OwnerParts } from './owner-parts.js';
import { OwnerSessions } from './owner-sessions.js';
import type { Post } from './post.js';
import { ServedLines } from './served-lines.js';

export interface OwnerContext {
  readonly nodeId: string;
  readonly clock: Pick<Clock, 'now' | 'later'>;
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
  /** As `Owner.logEnd`. */
  readonly logEnd?: Position | undefined;
  readonly journal: RoomJournal;
}

/**
 * How long the first commit of a room that was taken over waits for somebody to say something, in ms: it has nothing that somebody waits
 * for, and after the death of a node there are many of them.
 */
const takenWithinMs = 1_000;
/** How long may pass until the journal has what a gateway has written, in ms. */
const writtenWithinMs = 50;

/** The sessions of a room at its owner, as gateways, sessions and the journal reach them. */
export class OwnerRoom implements ClientRoom {
  readonly #context: OwnerContext;
  readonly #room: JournaledRoom;
  readonly #former: FormerSessions;
  readonly #parts: OwnerParts;
  readonly #sessions: OwnerSessions;
  readonly #served: ServedLines;
  readonly #requests: HeldRequests;
  #whenIdle: (() => void)[] = [];
  /** Gateways that have spoken since the last tick. */
  readonly #heard = new Set<string>();

  /** @param state what the journal has of the room */
  constructor(context: OwnerContext, room: JournaledRoom, state: ReadonlyMap<string, string>) {
    this.#context = context;
    this.#room = room;
    this.#former = formerSessions(state);
    this.#parts = ownerParts(context, room, this.#former);
    this.#sessions = new OwnerSessions(this.#parts, this.#former, (arrival) => new OwnerClient(this, arrival));
    this.#served = new ServedLines(context.dialect, this.#parts, this.#sessions, () => {
      this.#noteIdle();
    });
    this.#requests = new HeldRequests(room.journal, context.isUp, (message) => {
      this.#serve(message);
    });
    for (const [gateway, written] of this.#former.written) {
      // It may not have heard the last words of the former owner.
      if (context.isAlive(gateway)) this.#parts.gateways.takenOver(gateway, written);
    }
    if (this.#former.members.size > 0) room.journal.touch(takenWithinMs);
  }

  get name(): string {
    return this.#room.name;
  }

  /** How many there are, in the room or not. */
  get sessions(): number {
    return this.#sessions.all.size;
  }

  /** A session of another process. Its client comes back later, or has its socket at a gateway that lives. */
  back(slot: number, session: RelaySession): ReturnType<ReturningClients['back']> {
    const client = this.#sessions.back(slot, session);
    const former = this.#former.members.get(slot);
    return { client, lastRequest: former?.last, repeatable: former?.repeatable ?? [] };
  }

  /** The room is restored: goes on with the clients whose gateways live, and tells those gateways. */
  restored(): void {
    const { nodeId, isAlive, post } = this.#context;
    const { members, gateways } = this.#parts;
    const { epoch } = this.#room.journal.ownership;
    const done = new Map<string, Record<string, number>>();
    const { logEnd } = this.#room;
    // Others are told of those that end.
    if (this.#sessions.hasUnrestored) this.#room.journal.touch();
    for (const [slot, { line: former, gateway }] of this.#former.members) {
      const member = members.at(slot);
      if (!member || !former || gateway === undefined) continue;
      if (!isAlive(gateway)) {
        member.lostAt = writtenTo(former, this.#former.written.get(gateway));
        continue;
      }
      gateways.takenOver(gateway);
      const { dialect } = member.session;
      const arrival = { dialect, session: member.sessionId, address: '', token: undefined };
      const line = this.#sessions.goOn(member, former, gateway, arrival);
      const served = done.get(gateway) ?? {};
      served[line.id] = line.done;
      done.set(gateway, served);
    }
    const l = logEnd && pair(logEnd);
    for (const [gateway, served] of done) {
      post.send(gateway, { v: 1, r: this.#room.hash, t: 'owner', o: nodeId, e: epoch, ...(l && { l }), d: served });
    }
  }

  /** A gateway sends what its clients do. */
  receive(message: RequestMessage): void {
    this.#requests.receive(message);
  }

  /** A gateway says what it has written to its sockets, and which lines it does not have. */
  written({ g, w, k, u = [] }: Pick<WrittenMessage, 'g' | 'w' | 'k' | 'u'>): void {
    const { lines, members, gateways, over, journal } = this.#parts;
    for (const id of u) {
      const line = lines.get(id);
      if (line?.gateway === g) this.#sessions.lose(line, undefined, 'its gateway does not have it any more');
    }
    gateways.met(g);
    this.#heard.add(g);
    if (w && gateways.wrote(g, w)) {
      // Where the client does not count, this decides what it is told once it has come back.
      if (!this.#isBegin(g, w) && members.all.some(({ session, line }) => line?.gateway === g && !session.counts)) {
        journal.touch(writtenWithinMs);
      }
      over.written(g, w);
      this.#noteIdle();
    }
    for (const [id, count] of Object.entries(k ?? {})) lines.get(id)?.heard(count);
  }

  /** Whether the gateway has written nothing that the journal does not have: it has only heard of this owner. */
  #isBegin(gateway: string, { epoch, seq }: Position): boolean {
    const { logEnd, journal } = this.#room;
    const written = this.#former.written.get(gateway);
    if (!logEnd || !written || comparePositions(written, logEnd) < 0) return false;
    return epoch === journal.ownership.epoch && seq === 0;
  }

  /** Its clients have the grace time to come back. */
  gatewayDied(gateway: string): void {
    if (this.#sessions.hasEnded) return;
    const { gateways, lines } = this.#parts;
    const written = gateways.writtenBy(gateway);
    gateways.forget(gateway);
    for (const line of lines.of(gateway)) {
      const { member } = line.client;
      this.#sessions.lose(line, writtenTo(line, written), 'the node of its connection is gone');
      if (member) member.lost = line;
    }
  }

  /** This node may act again. */
  up(): void {
    this.#requests.serveHeld();
  }

  /** Called each second: what was lost on its way is sent again. */
  tick(): void {
    if (this.#sessions.hasEnded) return;
    this.#loseTheDead();
    this.#parts.over.tick();
    this.#parts.gateways.tick();
    this.#parts.passing.tick();
    this.#noteIdle();
  }

  /** What a gateway has said may be served after its death was noticed: it was held, or came late. */
  #loseTheDead(): void {
    for (const gateway of new Set(this.#parts.lines.all.map((line) => line.gateway))) {
      if (!this.#context.isAlive(gateway) && !this.#heard.has(gateway)) this.gatewayDied(gateway);
    }
    this.#heard.clear();
  }

  tell(member: Member, frame: WireFrame, withinMs?: number): void {
    if (!this.#isIn(member)) return;
    this.#parts.turn.tell(member.slot, frame);
    this.#parts.journal.touch(withinMs);
  }

  pass(member: Member, frame: WireFrame): void {
    if (this.#isIn(member)) this.#parts.passing.tell(member, frame);
  }

  tellDirectly(line: OwnerLine, frame: WireFrame): void {
    if (this.#sessions.hasEnded || line.isGone) return;
    const text = this.#context.textOf(frame);
    this.#parts.gateways.due(line.gateway).direct.push([line.id, line.tell(text), text]);
    this.#parts.journal.touch();
  }

  closeLine({ member }: OwnerClient, code: number, reason: string): void {
    if (!member || !this.#isIn(member)) return;
    this.#parts.turn.close(member.slot, code, reason);
    this.#parts.journal.touch();
  }

  entered(client: OwnerClient, slot: number): void {
    this.#sessions.enter(client, slot);
  }

  left({ member, unlessUsed }: OwnerClient, evicted: boolean): void {
    if (!member || !this.#isIn(member)) return;
    this.#sessions.leave(member, unlessUsed, evicted);
    this.#noteIdle();
  }

  /** Resolves when nobody is in the room, nobody is just coming in, and the gateways have heard of all that was told. */
  async idle(): Promise<void> {
    const { journal } = this.#parts;
    while (!journal.hasEnded) {
      // What was told last is not sent to the gateways before it is gathered.
      if (!journal.isQuiet) await journal.committed().catch(() => undefined);
      else if (this.#isIdle) return;
      else await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    }
  }

  /** What comes from now on waits. Resolves when nothing is being served any more. */
  async pause(): Promise<void> {
    this.#requests.pause();
    await Promise.all([...this.#sessions.all].map((session) => session.idle()));
  }

  /** The room stays: what came meanwhile is served. */
  goOn(): void {
    this.#requests.goOn();
  }

  /** Another node owns the room now: the gateways send there what was not served. */
  movedTo({ node, epoch }: Owner): void {
    for (const gateway of new Set(this.#parts.lines.all.map((line) => line.gateway))) {
      this.#context.post.send(gateway, { v: 1, r: this.#room.hash, t: 'moved', o: node, e: epoch });
    }
  }

  /** As `JournalOwner.trimming`. */
  trimming(frames: readonly LoggedFrame[]): void {
    this.#parts.logBegin.trimming(frames);
  }

  /** As `JournalOwner.logLost`. */
  logLost(at: Position): void {
    this.#parts.logBegin.lost(at);
  }

  /** Everything that is to be in the commit which is being gathered. @param from where it begins */
  gathering(from: Position): void {
    const { turn, journal, gateways, members, over, passing } = this.#parts;
    this.#sessions.endUnrestored();
    const { to, told, bound } = turn.take(from);
    for (const { slots, text } of told) journal.append(slots, text);
    for (const { line, member, at } of bound) {
      line.bound = at;
      member.since ??= at;
      gateways.due(line.gateway).bound.set(line.id, at.seq);
    }
    over.gathered(to);
    gateways.send(from, to, told);
    passing.gathering();
    members.keep();
    over.keep();
    gateways.keep();
  }

  /** Another node owns the room, or it is closed. Its sessions are over here, and nobody is told. */
  end(): void {
    this.#requests.end();
    this.#sessions.end();
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #serve(message: RequestMessage): void {
    const { g, w, l } = message;
    if (!w) this.#parts.gateways.begins(g);
    this.written({ g, w, k: Object.fromEntries(Object.entries(l).map(([id, { k }]) => [id, k])) });
    this.#served.serve(message);
  }

  #isIn(member: Member): boolean {
    return !this.#sessions.hasEnded && this.#parts.members.has(member);
  }

  get #isIdle(): boolean {
    const { members, lines, gateways } = this.#parts;
    return members.size === 0 && lines.all.every(({ isIdle }) => isIdle) && !gateways.areBehind;
  }

  #noteIdle(): void {
    if (!this.#isIdle) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
    this.#context.unused(this.#room.name);
  }
}
