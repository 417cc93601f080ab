import { comparePositions } from '../position.js';
import type { Position } from '../position.js';
import type { KeptSessions } from './kept-sessions.js';
import type { OwnerLine } from './owner-line.js';
import type { Member } from './owner-members.js';

/** A line that has ended here, until its gateway has read so in the log: what is sent again over it is not served again. */
export interface OverLine {
  readonly id: string;
  readonly gateway: string;
  /** As `OwnerLine`: what runs still may be served yet. */
  readonly line: Pick<OwnerLine, 'done' | 'bound'>;
  /** Of a client that has gone, with the number of its last act: nothing of it is served any more once the session is over. */
  readonly gone: { readonly member: Member; readonly number: number } | undefined;
  /** All about it is told up to here; undefined until the turn is gathered. */
  at: Position | undefined;
  /** Since when this owner knows that it has ended, as `Clock.now` has it. */
  readonly knownAt: number;
}

type EndedLine = Pick<OwnerLine, 'id' | 'gateway' | 'done' | 'bound'>;

/** As the former owner has left it. */
export type FormerOverLine = Omit<OverLine, 'gone' | 'knownAt'>;

/** Lines that have ended, and whose gateways have not acknowledged it. */
const mostOver = 1_000;
/** How long they are known, in ms: their gateways may seem to be dead, and speak again. */
const knownMs = 60_000;

/** The lines of a room that have ended, at its owner. */
export class OverLines {
  readonly #byId = new Map<string, OverLine>();
  /** Ids of those that the journal does not have as they are. */
  readonly #dirty = new Set<string>();
  readonly #kept: KeptSessions;
  readonly #now: () => number;
  readonly #touch: () => void;

  /** @param former those of the former owner. @param touch called when the journal has to change */
  constructor(former: readonly FormerOverLine[], kept: KeptSessions, now: () => number, touch: () => void) {
    for (const over of former) this.#byId.set(over.id, { ...over, gone: undefined, knownAt: now() });
    this.#now = now;
    this.#kept = kept;
    this.#touch = touch;
  }

  /** @param goneAt the number of its last act, if its client has gone */
  add(line: EndedLine, member: Member, goneAt?: number): void {
    const { id, gateway } = line;
    const gone = goneAt === undefined ? undefined : { member, number: goneAt };
    this.#byId.set(id, { id, gateway, line, gone, at: undefined, knownAt: this.#now() });
    this.#dirty.add(id);
    const [oldest] = this.#byId.keys();
    if (this.#byId.size > mostOver && oldest !== undefined) this.#forget(oldest);
  }

  /** Those of a gateway. */
  of(gateway: string): readonly OverLine[] {
    return [...this.#byId.values()].filter((over) => over.gateway === gateway);
  }

  /** The line, if it has ended. @param goneAt the number of its last act: nobody waits for what was not served */
  askedAgain(id: string, goneAt = 0): OverLine | undefined {
    const over = this.#byId.get(id);
    if (over && goneAt > over.line.done) {
      over.line.done = goneAt;
      this.#dirty.add(id);
    }
    return over;
  }

  /** Something that was sent over a line is served. Nothing for one that has not ended. */
  served(id: string): void {
    if (this.#byId.has(id)) this.#dirty.add(id);
  }

  /** The session of a client that has gone is over. @returns its lines: nothing more of them is served */
  left(member: Member): readonly OverLine[] {
    const lines: OverLine[] = [];
    for (const over of this.#byId.values()) {
      if (over.gone?.member !== member) continue;
      over.line.done = over.gone.number;
      this.#dirty.add(over.id);
      lines.push(over);
    }
    return lines;
  }

  /** A gateway has written all up to a position: what ended before is known there. */
  written(gateway: string, to: Position): void {
    for (const over of this.#byId.values()) {
      if (over.gateway === gateway && over.at && comparePositions(over.at, to) <= 0) this.#forget(over.id);
    }
  }

  /** Called each second. */
  tick(): void {
    for (const { id, knownAt } of this.#byId.values()) if (this.#now() - knownAt > knownMs) this.#forget(id);
  }

  /** The turn that ends at this position is gathered. */
  gathered(to: Position): void {
    for (const over of this.#byId.values()) over.at ??= to;
  }

  /** Writes what has changed into the journal. */
  keep(): void {
    for (const id of this.#dirty) {
      const over = this.#byId.get(id);
      if (over) this.#kept.setOver(over);
      else this.#kept.removeOver(id);
    }
    this.#dirty.clear();
  }

  #forget(id: string): void {
    if (this.#byId.delete(id)) this.#dirty.add(id);
    this.#touch();
  }
}
