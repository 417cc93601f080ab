import type { Arrival, RelayDialect, RelaySession } from '../port.js';
import type { About, Act, RequestMessage } from './messages.js';
import type { OwnerLine } from './owner-line.js';
import { writtenTo } from './owner-line.js';
import type { Member } from './owner-members.js';
import type { OwnerParts } from './owner-parts.js';
import type { OwnerSessions } from './owner-sessions.js';

/** Serves at the owner of a room what clients do over their lines: in order, and once each. */
export class ServedLines {
  readonly #dialect: RelayDialect;
  readonly #parts: OwnerParts;
  readonly #sessions: OwnerSessions;
  readonly #noteIdle: () => void;

  /** @param noteIdle called when less is being served than before */
  constructor(dialect: RelayDialect, parts: OwnerParts, sessions: OwnerSessions, noteIdle: () => void) {
    this.#dialect = dialect;
    this.#parts = parts;
    this.#sessions = sessions;
    this.#noteIdle = noteIdle;
  }

  serve({ g, l, q }: RequestMessage): void {
    this.#regain(g, l);
    // Of these it only asks whether the owner knows them.
    const asked = new Set(Object.keys(l));
    for (const [id] of q) asked.delete(id);
    for (const id of asked) this.#answer(id, g, l[id]);
    for (const [id, number, act] of q) this.#take(id, g, l[id], number, act);
  }

  /** Its gateway asks whether the line is known. */
  #answer(id: string, gateway: string, about: About | undefined): void {
    if (this.#isOver(id, gateway)) return;
    const { lines, gateways, journal } = this.#parts;
    const line = lines.get(id) ?? this.#adopt(id, gateway, about);
    const due = gateways.due(gateway);
    if (line) due.repeated.add(line);
    else due.unknown.add(id);
    journal.touch();
  }

  #take(id: string, gateway: string, about: About | undefined, number: number, act: Act): void {
    if (this.#isOver(id, gateway, act.a === 'gone' ? number : undefined)) return;
    const { lines, gateways, journal } = this.#parts;
    const line = lines.get(id) ?? this.#adopt(id, gateway, about);
    // A former owner has served them, and the gateway has learned so only since it sent the first of these messages.
    if (line && about) line.servedBefore(about.done);
    if (!line) {
      gateways.due(gateway).unknown.add(id);
      journal.touch();
    } else if (number <= line.done) {
      gateways.due(gateway).repeated.add(line);
      journal.touch();
    } else {
      line.take(number, () => {
        this.#act(line, number, act);
      });
    }
  }

  /** Its gateway hears again how a line has ended. @param goneAt the number of its last act: nobody waits for what was not served */
  #isOver(id: string, gateway: string, goneAt?: number): boolean {
    const { over, gateways, journal } = this.#parts;
    const ended = over.askedAgain(id, goneAt);
    if (!ended) return false;
    gateways.due(gateway).over.add(ended);
    journal.touch();
    return true;
  }

  /** A line that is not known yet. Undefined for one of which nothing is known, or whose session goes on elsewhere. */
  #adopt(id: string, gateway: string, about: About | undefined): OwnerLine | undefined {
    if (!about) return undefined;
    // Its session had begun, with a bind that the gateway has read, or with an attach that was served.
    if (about.in || (about.room === undefined && about.done > 0)) return undefined;
    const { dialect, sid: session, address, token, region, traceparent } = about;
    const arrival: Arrival = { dialect, session, address, token, region, traceparent };
    const line = this.#sessions.begin(id, gateway, arrival, about.done);
    line.directCount = about.k;
    return line;
  }

  /**
   * The gateway lives, and perhaps seemed to be dead: the sessions of all its lines go on with them. It reads in the log what it has missed,
   * and says which lines it does not have any more. All of them at once: once it is told something, it is to be told all.
   */
  #regain(gateway: string, about: RequestMessage['l']): void {
    const { members, gateways, journal } = this.#parts;
    for (const member of members.thatLostTo(gateway)) {
      if (!member.lost) continue;
      const { address = '', token, region, traceparent } = about[member.lost.id] ?? {};
      const { dialect } = member.session;
      const arrival = { dialect, session: member.sessionId, address, token, region, traceparent };
      const line = this.#sessions.goOn(member, member.lost, gateway, arrival);
      gateways.regained(gateway);
      gateways.due(gateway).repeated.add(line);
      journal.touch();
    }
  }

  #act(line: OwnerLine, number: number, act: Act): void {
    const served = (withinMs?: number): void => {
      this.#served(line, number, withinMs);
    };
    if (act.a === 'attach') this.#attach(line, act.received, served);
    else if (act.a === 'gone') this.#go(line, number, act);
    else this.#sessionOf(line).acceptText(act.f, served);
  }

  /** @param withinMs so long its gateway may wait until it hears of it */
  #served(line: OwnerLine, number: number, withinMs?: number): void {
    if (this.#sessions.hasEnded) return;
    const { members, over, gateways, journal } = this.#parts;
    line.served(number);
    line.isWaiting = this.#parts.lines.sessionOf(line)?.isWaiting === true;
    if (line.client.member) members.changed(line.client.member);
    over.served(line.id);
    gateways.due(line.gateway).done.add(line);
    journal.touch(withinMs);
    this.#noteIdle();
  }

  #sessionOf(line: OwnerLine): RelaySession {
    const present = this.#parts.lines.sessionOf(line);
    if (present) return present;
    const session = this.#dialect.begin(line.client, line.arrival);
    this.#parts.lines.setSession(line, session);
    return session;
  }

  /** Somebody that is in no room is still answered what it has asked. */
  #go(line: OwnerLine, number: number, { reason, over, w }: Extract<Act, { a: 'gone' }>): void {
    const run = (): void => {
      const { member } = line.client;
      this.#sessions.lose(line, writtenTo(line, w && { epoch: w[0], seq: w[1] }), reason, over);
      if (member) this.#sessions.bury(line, member, number);
      // Nobody serves what else was asked.
      if (!member || !this.#parts.members.has(member)) line.done = number;
      this.#served(line, number);
    };
    if (over && !line.client.member) line.onceServed(number - 1, run);
    else run();
  }

  /** Gives the client its session, and what it missed, or says that there is no such session. What follows on the line waits. */
  #attach(line: OwnerLine, received: number | undefined, served: () => void): void {
    const { journal, lines } = this.#parts;
    line.pause();
    journal.readFormerLog().then(
      () => {
        if (this.#sessions.hasEnded || line.isGone) return;
        const { dialect, session } = line.arrival;
        const found = this.#parts.members.withSession(session);
        // An id of another protocol is none that this one knows.
        const member = found?.session.dialect === dialect ? found : undefined;
        // To one that has left nothing more is told: its client may have missed that it did.
        const after = member && !member.session.isOver ? this.#missedAfter(member, received) : undefined;
        if (!member || !after) {
          this.#refuse(line);
          return;
        }
        this.#sessions.moveTo(line, member, after);
        served();
        line.goOn();
      },
      () => {
        // Redis does not say now. It is asked again with what the gateway sends again.
        if (lines.get(line.id) === line) lines.remove(line);
        this.#noteIdle();
      },
    );
  }

  /** There is no session for the line, or its client cannot be told all that it has missed. */
  #refuse(line: OwnerLine): void {
    const { lines, gateways, journal } = this.#parts;
    lines.remove(line);
    gateways.due(line.gateway).unknown.add(line.id);
    journal.touch();
    this.#noteIdle();
  }

  /** As `LogBegin.missedAfter`. */
  #missedAfter(member: Member, received: number | undefined): ReturnType<OwnerParts['logBegin']['missedAfter']> {
    const { gateways, logBegin } = this.#parts;
    const { line } = member;
    const written = line ? writtenTo(line, gateways.writtenBy(line.gateway)) : member.lostAt;
    return logBegin.missedAfter(member, received, written);
  }
}
