import { z } from 'zod';
import type { RoomJournal } from '../journal.js';
import { pair, positionSchema as position } from '../position.js';
import type { Position } from '../position.js';
import type { FormerOverLine, OverLine } from './over-lines.js';
import type { Member } from './owner-members.js';

/** What the journal has of the sessions of a room beside what the rooms keep. */
const keptMember = z.object({
  id: z.string(),
  /** Its line, and the node at which that begins. */
  c: z.string().optional(),
  g: z.string().optional(),
  /** In place of `g`: a node that seemed to be dead. */
  lostBy: z.string().optional(),
  done: z.int().optional(),
  /** As `OwnerLine`. */
  bound: position.optional(),
  after: position.optional(),
  since: position.optional(),
  lostAt: position.optional(),
  /** JSON of the id of the last request that was answered. */
  last: z.string().optional(),
  /** As `RelaySession.repeatable`. */
  repeatable: z.array(z.string()).optional(),
});
/** As `OverLine`. */
const keptEnd = z.object({
  g: z.string(),
  done: z.int(),
  bound: position.optional(),
  at: position.optional(),
});
const keptTold = z.object({ at: position, counts: z.record(z.string(), z.int()) });

const memberPrefix = 'c:';
const writtenPrefix = 'w:';
const overPrefix = 'e:';
const toldField = 'told';

/** Writes the fields of the sessions of a room into its journal. `formerSessions` reads them at the next owner. */
export class KeptSessions {
  readonly #journal: Pick<RoomJournal, 'set' | 'remove'>;

  constructor(journal: Pick<RoomJournal, 'set' | 'remove'>) {
    this.#journal = journal;
  }

  setMember({ slot, session, sessionId, line, since, lostAt, lost }: Member): void {
    const kept = line ?? lost;
    const { repeatable } = session;
    const text: z.input<typeof keptMember> = {
      id: sessionId,
      ...(kept && { c: kept.id, done: kept.done }),
      ...(kept?.bound && { bound: pair(kept.bound) }),
      ...(kept?.after && { after: pair(kept.after) }),
      ...(line && { g: line.gateway }),
      ...(!line && lost && { lostBy: lost.gateway }),
      ...(since && { since: pair(since) }),
      ...(lostAt && { lostAt: pair(lostAt) }),
      last: session.lastRequest,
      ...(repeatable.length > 0 && { repeatable: [...repeatable] }),
    };
    this.#journal.set(`${memberPrefix}${slot}`, JSON.stringify(text));
  }

  removeMember(slot: number): void {
    this.#journal.remove(`${memberPrefix}${slot}`);
  }

  /** What is being served for a client that has gone is not served by the next owner. */
  setOver({ id, gateway, line, gone, at }: OverLine): void {
    const text: z.input<typeof keptEnd> = {
      g: gateway,
      done: gone?.number ?? line.done,
      bound: line.bound && pair(line.bound),
      at: at && pair(at),
    };
    this.#journal.set(`${overPrefix}${id}`, JSON.stringify(text));
  }

  removeOver(line: string): void {
    this.#journal.remove(`${overPrefix}${line}`);
  }

  /** All up to there was written to the sockets of the gateway. */
  setWritten(gateway: string, at: Position): void {
    this.#journal.set(`${writtenPrefix}${gateway}`, JSON.stringify(pair(at)));
  }

  removeWritten(gateway: string): void {
    this.#journal.remove(`${writtenPrefix}${gateway}`);
  }

  /** The log has nothing before `at`. @param counts by slot, how many messages clients that count were told up to there */
  setTold(at: Position, counts: Readonly<Record<string, number>>): void {
    const text: z.input<typeof keptTold> = { at: pair(at), counts };
    this.#journal.set(toldField, JSON.stringify(text));
  }
}

interface FormerMember {
  readonly id: string;
  readonly line: Member['lost'];
  readonly gateway: string | undefined;
  readonly since: Position | undefined;
  readonly lostAt: Position | undefined;
  readonly last: string | undefined;
  readonly repeatable: readonly string[] | undefined;
}

/** The sessions of a room as its former owner has left them. */
export interface FormerSessions {
  /** By slot. */
  readonly members: ReadonlyMap<number, FormerMember>;
  /** By gateway, up to where it has written to its sockets. */
  readonly written: ReadonlyMap<string, Position>;
  readonly over: readonly FormerOverLine[];
  /** As `KeptSessions.setTold`. */
  readonly told: z.output<typeof keptTold> | undefined;
}

/** Ids of the sessions in the state of a room. */
export function sessionsIn(state: ReadonlyMap<string, string>): string[] {
  return [...formerSessions(state).members.values()].map(({ id }) => id);
}

/** By state: it is asked for twice when a room is taken over. */
const known = new WeakMap<ReadonlyMap<string, string>, FormerSessions>();

/** Fields that cannot be read are left out: their clients join anew. */
export function formerSessions(state: ReadonlyMap<string, string>): FormerSessions {
  const former = known.get(state) ?? readSessions(state);
  known.set(state, former);
  return former;
}

function readSessions(state: ReadonlyMap<string, string>): FormerSessions {
  const members = new Map<number, FormerMember>();
  const written = new Map<string, Position>();
  const over: FormerOverLine[] = [];
  for (const [field, text] of state) {
    if (field.startsWith(memberPrefix)) {
      const kept = readField(keptMember, text);
      if (!kept) continue;
      const { id, c, g: gateway, lostBy = '', done = 0, bound, after, since, lostAt, last, repeatable } = kept;
      const line = c === undefined ? undefined : { id: c, gateway: gateway ?? lostBy, done, bound, after };
      members.set(Number(field.slice(memberPrefix.length)), { id, line, gateway, since, lostAt, last, repeatable });
    } else if (field.startsWith(writtenPrefix)) {
      const at = readField(position, text);
      if (at) written.set(field.slice(writtenPrefix.length), at);
    } else if (field.startsWith(overPrefix)) {
      const kept = readField(keptEnd, text);
      if (!kept) continue;
      const { g: gateway, done, bound, at } = kept;
      over.push({ id: field.slice(overPrefix.length), gateway, line: { done, bound }, at });
    }
  }
  return { members, written, over, told: readField(keptTold, state.get(toldField) ?? 'null') };
}

function readField<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
