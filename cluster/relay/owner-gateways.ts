import { comparePositions, pair } from '../position.js';
import type { Position } from '../position.js';
import { Due } from './due.js';
import type { KeptSessions } from './kept-sessions.js';
import type { Sent } from './messages.js';
import type { OverLines } from './over-lines.js';
import type { OwnerLine } from './owner-line.js';
import type { OwnerLines } from './owner-lines.js';
import type { JournaledRoom, OwnerContext } from './owner-room.js';
import type { ToldEntry } from './owner-turn.js';

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

/** The most bytes of one message to a gateway; one entry may be longer. */
const mostMessageBytes = 400_000;
const sendAgainMs = 1_000;
/** How long a gateway without lines is told what it has missed, in ms. */
const forgetMs = 10_000;

/** The gateways of a room at its owner: what each was sent and has written, and what is due to it. */
export class OwnerGateways {
  readonly #context: Pick<OwnerContext, 'nodeId' | 'clock' | 'counts' | 'post'>;
  readonly #room: JournaledRoom;
  readonly #lines: OwnerLines;
  readonly #over: OverLines;
  readonly #kept: KeptSessions;
  readonly #states = new Map<string, GatewayState>();
  readonly #due = new Map<string, Due>();

  constructor(
    context: Pick<OwnerContext, 'nodeId' | 'clock' | 'counts' | 'post'>,
    room: JournaledRoom,
    lines: OwnerLines,
    over: OverLines,
    kept: KeptSessions,
  ) {
    this.#context = context;
    this.#room = room;
    this.#lines = lines;
    this.#over = over;
    this.#kept = kept;
  }

  /** Whether one of them has not written all that it was sent, as far as is known. */
  get areBehind(): boolean {
    return [...this.#states.values()].some(isBehind);
  }

  /** One of whom nothing may be known yet. */
  met(gateway: string): void {
    this.#state(gateway);
  }

  /** One of the former owner, whose last words it may not have heard. @param written up to where it had written, if that is known */
  takenOver(gateway: string, written?: Position): void {
    const state = this.#state(gateway);
    state.sent = { epoch: this.#room.journal.ownership.epoch, seq: 0 };
    if (written) state.written = written;
  }

  /** It has written nothing yet, or has forgotten the room in between. */
  begins(gateway: string): void {
    const state = this.#state(gateway);
    state.written = undefined;
    if (!this.#lines.of(gateway).some(({ client }) => client.member)) state.sent = undefined;
  }

  /** It seemed to be dead, and was not told what it should have been: it has to read that in the log. */
  regained(gateway: string): void {
    this.#state(gateway).sent = this.#room.journal.position;
  }

  /** Up to where it has what the room has told: it was sent it, or has read it. Undefined before it was sent any. */
  hasUpTo(gateway: string): Position | undefined {
    const { sent, written } = this.#states.get(gateway) ?? {};
    return sent && written && comparePositions(sent, written) < 0 ? written : sent;
  }

  /** Up to where it has written to its sockets. */
  writtenBy(gateway: string): Position | undefined {
    return this.#states.get(gateway)?.written;
  }

  /** It has written up to there. @returns whether that is new */
  wrote(gateway: string, to: Position): boolean {
    const state = this.#state(gateway);
    if (state.written && comparePositions(state.written, to) >= 0) return false;
    state.written = to;
    state.isWrittenDirty = true;
    return true;
  }

  forget(gateway: string): void {
    this.#states.delete(gateway);
    this.#due.delete(gateway);
    this.#kept.removeWritten(gateway);
  }

  /** What the next commit has for it. Whatever is added here goes out with the next commit: touch the journal, too. */
  due(gateway: string): Due {
    let due = this.#due.get(gateway);
    if (!due) this.#due.set(gateway, (due = new Due()));
    return due;
  }

  /** Called each second: what was lost on its way is sent again. */
  tick(): void {
    const now = this.#context.clock.now();
    for (const [gateway, state] of this.#states) {
      const lines = this.#lines.of(gateway);
      const unheard = lines.flatMap((line) =>
        line.late().map(({ number, text }) => [line.id, number, text] as [string, number, string]),
      );
      const isSilent = now - state.sentAt >= sendAgainMs;
      if (!isSilent && unheard.length === 0) continue;
      const isLate = isSilent && isBehind(state);
      if (lines.length === 0) {
        state.unusedSince ??= now;
        if (!isLate || now - state.unusedSince > forgetMs) {
          this.forget(gateway);
          continue;
        }
      } else state.unusedSince = undefined;
      if (!isLate && unheard.length === 0) continue;
      this.#context.counts.resent += 1;
      this.due(gateway).direct.push(...unheard);
      this.#room.journal.touch();
    }
  }

  /** Sends what is due, by the commit that is being gathered. */
  send(from: Position, to: Position, told: readonly ToldEntry[]): void {
    const byGateway = new Map<string, ToldEntry[]>();
    for (const entry of told) {
      for (const gateway of entry.gateways) {
        const list = byGateway.get(gateway);
        if (list) list.push(entry);
        else byGateway.set(gateway, [entry]);
      }
    }
    for (const gateway of new Set([...byGateway.keys(), ...this.#due.keys()])) {
      this.#sendTo(gateway, from, to, byGateway.get(gateway) ?? []);
    }
  }

  /** Writes what has changed into the journal. */
  keep(): void {
    for (const [gateway, state] of this.#states) {
      if (!state.isWrittenDirty || !state.written) continue;
      state.isWrittenDirty = false;
      this.#kept.setWritten(gateway, state.written);
    }
  }

  #sendTo(gateway: string, from: Position, to: Position, entries: readonly ToldEntry[]): void {
    const { hash, journal } = this.#room;
    const { nodeId, clock, post } = this.#context;
    const state = this.#state(gateway);
    const due = this.#due.get(gateway) ?? new Due();
    this.#due.delete(gateway);
    let p = state.sent ?? from;
    // A gateway is sent what it has no line for when a line has just ended.
    const q = entries.length > 0 ? to : p;
    const parts = inParts(entries);
    const last = parts.pop() ?? [];
    const base = { v: 1 as const, r: hash, t: 'out' as const, o: nodeId, e: journal.ownership.epoch };
    const send = (message: Sent): void => {
      if (gateway !== nodeId) journal.send(gateway, JSON.stringify([message]));
      else {
        journal.after(() => {
          post.send(gateway, message);
        });
      }
    };
    for (const part of parts) {
      const end = { epoch: to.epoch, seq: part.at(-1)?.seq ?? from.seq };
      send({ ...base, d: {}, b: {}, x: [], u: [], p: pair(p), q: pair(end), f: part.map(logged) });
      p = end;
    }
    const unheard = state.written ? [] : [...this.#lines.of(gateway), ...this.#unheardEnds(gateway)];
    const fields = due.fields(to.epoch, unheard);
    send({ ...base, p: pair(p), q: pair(q), f: last.map(logged), ...fields });
    if (entries.length > 0 || Object.keys(fields.b).length > 0) state.sent = q;
    state.sentAt = clock.now();
  }

  /** Lines that have ended, and whose gateway has not heard yet that they began. */
  #unheardEnds(gateway: string): Pick<OwnerLine, 'id' | 'bound'>[] {
    return this.#over.of(gateway).map(({ id, line: { bound } }) => ({ id, bound }));
  }

  #state(gateway: string): GatewayState {
    let state = this.#states.get(gateway);
    if (!state) {
      state = {
        sent: undefined,
        sentAt: this.#context.clock.now(),
        written: undefined,
        isWrittenDirty: false,
        unusedSince: undefined,
      };
      this.#states.set(gateway, state);
    }
    return state;
  }
}

function isBehind({ sent, written }: Pick<GatewayState, 'sent' | 'written'>): boolean {
  return sent !== undefined && (!written || comparePositions(written, sent) < 0);
}

function logged({ seq, slots, text }: ToldEntry): [number, string, string] {
  return [seq, slots, text];
}

/** In parts that are not too long for a message. */
function inParts(entries: readonly ToldEntry[]): ToldEntry[][] {
  const parts: ToldEntry[][] = [];
  let bytes = Infinity;
  for (const entry of entries) {
    const length = entry.text.length + entry.slots.length + bytesAround;
    if (bytes + length > mostMessageBytes) {
      parts.push([]);
      bytes = 0;
    }
    bytes += length;
    parts.at(-1)?.push(entry);
  }
  return parts;
}

/** Brackets, commas and quotes around an entry. */
const bytesAround = 32;
