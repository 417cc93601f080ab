import type { WireFrame } from '../port.js';
import { comparePositions } from '../position.js';
import type { Position } from '../position.js';
import type { LoggedFrame, Owner } from '../room-store.js';
import { isFor } from '../slots.js';
import { isControl, readControl } from './control.js';
import type { Control } from './control.js';
import type { GatewayLines } from './gateway-lines.js';
import type { GatewayContext } from './gateway-context.js';
import type { ToldMessage } from './messages.js';

/** Entries that are read at once, when messages were lost. */
const mostRead = 2_000;

/** The log of a room as a gateway follows it: writes what is in it to the sockets of its clients, each entry once and in order. */
export class GatewayLog {
  readonly #hash: string;
  readonly #context: Pick<GatewayContext, 'nodeId' | 'counts' | 'frameOf' | 'logAfter'>;
  readonly #lines: GatewayLines;
  readonly #isOwn: () => boolean;
  readonly #moved: (position: Position) => void;
  #position: Position | undefined;

  /**
   * @param isOwn whether this node owns the room, as far as it knows
   * @param moved called when all up to there is written
   */
  constructor(
    hash: string,
    context: Pick<GatewayContext, 'nodeId' | 'counts' | 'frameOf' | 'logAfter'>,
    lines: GatewayLines,
    isOwn: () => boolean,
    moved: (position: Position) => void,
  ) {
    this.#hash = hash;
    this.#context = context;
    this.#lines = lines;
    this.#isOwn = isOwn;
    this.#moved = moved;
  }

  /** Up to here all was written. Undefined before the first line of this node is in the room. */
  get position(): Position | undefined {
    return this.#position;
  }

  /**
   * The room has another owner. @returns whether it is known that former owners told nothing that is not written: the log need not be read,
   * and is followed from the beginning of this owner
   */
  beginWith({ epoch, logEnd }: Owner): boolean {
    const begin = { epoch, seq: 0 };
    if (!this.#position || !logEnd || comparePositions(this.#position, begin) >= 0) return false;
    if (comparePositions(this.#position, logEnd) < 0) return false;
    this.#goTo(begin);
    return true;
  }

  /** Writes the entries of a message, and before them what was missed. @throws when the log cannot be read now */
  async take({ p, q, f, b, e: epoch }: Pick<ToldMessage, 'p' | 'q' | 'f' | 'b' | 'e'>): Promise<void> {
    const isFollowing = this.#position !== undefined;
    const begins = Object.entries(b).flatMap(([id, at]) => (this.#lines.has(id) ? [at] : []));
    this.#position ??= begins.sort(comparePositions)[0];
    if (!this.#position) return;
    if (isFollowing && comparePositions(this.#position, p) < 0) this.#context.counts.gaps += 1;
    await this.catchUp(p);
    for (const [seq, slots, text] of f) {
      const at = { epoch, seq };
      if (comparePositions(at, this.#position) > 0) await this.#entry({ at, slots, frame: text });
    }
    if (comparePositions(this.#position, q) < 0) this.#goTo(q);
  }

  /** Reads from the log what came before a position, and was not heard. @throws when the log cannot be read now */
  async catchUp(to: Position): Promise<void> {
    while (this.#position && comparePositions(this.#position, to) < 0) {
      const entries = await this.#context.logAfter(this.#hash, this.#position, mostRead);
      if (!entries) {
        this.#tooLate();
        this.#goTo(to);
        return;
      }
      const due = entries.filter(({ at }) => comparePositions(at, to) <= 0);
      for (const entry of due) await this.#entry(entry);
      const last = due.at(-1)?.at;
      this.#goTo(last && entries.length >= mostRead ? last : to);
    }
  }

  /** Reads all that the log has. For a room that nobody owns any more. @throws when the log cannot be read now */
  async readToEnd(): Promise<void> {
    for (let isEnd = !this.#position; !isEnd && this.#position;) {
      const entries = await this.#context.logAfter(this.#hash, this.#position, mostRead);
      if (!entries) {
        this.#tooLate();
        return;
      }
      for (const entry of entries) await this.#entry(entry);
      isEnd = entries.length < mostRead;
    }
  }

  /** The log has lost what clients here were to be told: they are to come back, and to say what they have. */
  #tooLate(): void {
    for (const line of this.#lines.all) {
      if (line.closedAt) continue;
      line.closedAt = this.#position;
      line.client.close(1012, 'What follows is not kept any more');
    }
    this.#lines.unbindAll();
  }

  async #entry({ at, slots, frame }: LoggedFrame): Promise<void> {
    if (isControl(frame)) {
      const control = readControl(frame);
      if (control) await this.#control(at, Number(slots), control);
    } else this.#write(slots, frame);
    this.#goTo(at);
  }

  #goTo(position: Position): void {
    this.#position = position;
    this.#moved(position);
  }

  #write(slots: string, text: string): void {
    const { counts, frameOf } = this.#context;
    if (!this.#isOwn()) counts.framesRelayed += 1;
    let frame: WireFrame | undefined;
    this.#lines.forEachOf(slots, (line) => {
      frame ??= frameOf(text);
      line.client.write(frame);
    });
  }

  async #control(at: Position, slot: number, control: Control): Promise<void> {
    if (control.t === 'bind') {
      await this.#bind(at, slot, control);
      return;
    }
    const line = this.#lines.at(slot);
    if (!line) return;
    if (control.t === 'close') {
      line.client.close(control.code, control.reason);
      return;
    }
    line.served(control.n);
    const { evicted, unlessUsed } = control;
    if (control.away && !line.isClosed) {
      line.client.close(1012, 'The session ended while its connection seemed to be lost');
    }
    line.client.left(this.#lines.end(line), { evicted, unlessUsed });
  }

  async #bind(
    at: Position,
    slot: number,
    { c, g, after, last, x = [] }: Extract<Control, { t: 'bind' }>,
  ): Promise<void> {
    const line = g === this.#context.nodeId ? this.#lines.get(c) : undefined;
    if (line && this.#lines.at(slot) === line) return;
    // If the log cannot be read now, the entry is read again as if it had not been heard.
    const missed = line && after ? await this.#missed(slot, { epoch: after[0], seq: after[1] }, at) : [];
    if (!missed) {
      line?.client.close(1012, 'What follows is not kept any more');
      return;
    }
    const present = this.#lines.at(slot);
    if (present) {
      this.#lines.end(present);
      present.client.close(1000, 'The session goes on with another connection');
    }
    if (!line || line.isOver) return;
    this.#lines.bind(slot, line);
    if (!line.hasBegun) {
      line.hasBegun = true;
      line.client.attached(last);
    }
    for (const [number, frame] of x) {
      if (number <= line.direct) continue;
      line.direct = number;
      line.client.write(this.#context.frameOf(frame));
    }
    for (const frame of missed) line.client.write(this.#context.frameOf(frame));
  }

  /** What a session was told between two positions. */
  async #missed(slot: number, after: Position, before: Position): Promise<readonly string[] | undefined> {
    const missed: string[] = [];
    let from = after;
    for (;;) {
      const entries = await this.#context.logAfter(this.#hash, from, mostRead);
      if (!entries) return undefined;
      for (const { at, slots, frame } of entries) {
        if (comparePositions(at, before) >= 0) return missed;
        if (!isControl(frame) && isFor(slots, slot)) missed.push(frame);
        from = at;
      }
      if (entries.length < mostRead) return missed;
    }
  }
}
