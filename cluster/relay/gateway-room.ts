import type { Clock } from '../clock.js';
import type { Counts } from '../counts.js';
import type { Log } from '../../log.js';
import type { WireFrame } from '../port.js';
import { comparePositions } from '../position.js';
import type { Position } from '../position.js';
import type { LoggedFrame, Owner } from '../room-store.js';
import { isFor } from '../slots.js';
import { isControl, readControl } from './control.js';
import type { Control } from './control.js';
import type { GatewayLine, Unserved } from './gateway-line.js';
import type { About, MovedMessage, OwnerMessage, Sent, ToldMessage } from './messages.js';
import type { Post } from './post.js';

export interface GatewayContext {
  readonly nodeId: string;
  readonly clock: Pick<Clock, 'now' | 'later'>;
  readonly log: Log;
  readonly post: Post;
  readonly counts: Pick<Counts, 'framesRelayed' | 'gaps' | 'resent'>;
  readonly frameOf: (text: string) => WireFrame;
  /** The owner of a room. Asked again when it may be another one. @throws ClusterError AWAY */
  readonly find: (hash: string) => Promise<Owner | undefined>;
  /** Somebody has said who the owner is. */
  readonly moved: (hash: string, owner: Owner | undefined) => void;
  /** What was told after a position; undefined when the log does not reach back that far. @throws ClusterError AWAY */
  readonly logAfter: (hash: string, after: Position, limit: number) => Promise<readonly LoggedFrame[] | undefined>;
  /**
   * The node that is to open a room. Default: this one.
   * @param wasAsked another node was asked for this room, and has not opened it
   */
  readonly openAt?: ((wasAsked: boolean) => string) | undefined;
  /** Whether this node may act. */
  readonly isUp: () => boolean;
}

/** How long after something was written its owner hears of it, in ms. */
const reportAfterMs = 100;
/** How long it waits before it asks for the owner of the room again, in ms. */
const askAgainMs = 150;
/** How often it asks for a room that is nobody's, before a session is given up. */
const mostAsked = 60;
/** Entries that are read at once, when messages were lost. */
const mostRead = 2_000;

/** `end`: nobody owns the room any more, and the log has its end. */
type Incoming = ToldMessage | OwnerMessage | MovedMessage | { readonly t: 'end' };

/** A room as a gateway knows it: its clients here, its owner, and up to where they were told. */
export class GatewayRoom {
  readonly hash: string;
  readonly #context: GatewayContext;
  readonly #lines = new Map<string, GatewayLine>();
  readonly #slots = new Map<number, GatewayLine>();
  readonly #unused: (room: GatewayRoom) => void;
  #owner: Owner | undefined;
  #asking = false;
  /** Another node was asked to open the room. */
  #hasAskedOther = false;
  /** Up to here all was written. */
  #position: Position | undefined;
  #reported: Position | undefined;
  #reporting: (() => void) | undefined;
  #hasDirect = false;
  readonly #inbox: Incoming[] = [];
  #isWorking = false;
  /** Lines that the present owner has answered: it need not be told about them again. */
  readonly #known = new Set<string>();
  #hasProgress = false;
  #hasClosed = false;

  constructor(hash: string, context: GatewayContext, unused: (room: GatewayRoom) => void) {
    this.hash = hash;
    this.#context = context;
    this.#unused = unused;
  }

  /** Up to here all was written to the sockets. */
  get position(): Position | undefined {
    return this.#position;
  }

  get lines(): number {
    return this.#lines.size;
  }

  add(line: GatewayLine): void {
    this.#lines.set(line.id, line);
    if (line.all.length > 0) this.send(line, line.all);
  }

  send(line: GatewayLine, unserved: readonly Unserved[]): void {
    if (!this.#owner) {
      this.#ask();
      return;
    }
    this.#request(this.#owner.node, [[line, unserved]]);
  }

  receive(message: Incoming): void {
    this.#inbox.push(message);
    if (!this.#isWorking) void this.#work();
  }

  /** Nobody heard what was sent to that node. */
  deaf(node: string): void {
    if (this.#owner?.node !== node) return;
    this.#owner = undefined;
    // Redis may name that node until another one has taken the room.
    this.#ask(askAgainMs);
  }

  /** This node may act again. */
  up(): void {
    this.#owner = undefined;
    this.#ask();
  }

  /** Called each second: what has had no answer since the last time is sent again. */
  tick(): void {
    const hasProgress = this.#hasProgress;
    this.#hasProgress = false;
    if (hasProgress || this.#due.length === 0) return;
    if (this.#owner) this.#sendAll();
    else this.#ask();
  }

  close(): void {
    this.#hasClosed = true;
    this.#reporting?.();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let next = this.#inbox.shift(); next; next = this.#inbox.shift()) {
      try {
        await this.#take(next);
      } catch (error) {
        // The log could not be read. What is missing is noticed again with the next message.
        this.#context.log.debug('A message of the owner of a room was not taken', { error: String(error) });
      }
    }
    this.#isWorking = false;
    this.#noteUnused();
  }

  async #take(message: Incoming): Promise<void> {
    if (message.t === 'end') {
      await this.#readToEnd();
      return;
    }
    if (message.t === 'moved') {
      this.#moved(message);
      return;
    }
    const { o: node, e: epoch } = message;
    if (this.#owner && epoch < this.#owner.epoch) return;
    this.#hasProgress = true;
    // A message that came late has begun them again.
    const missing = Object.keys(message.d).filter((id) => !this.#lines.has(id));
    for (const [id, number] of Object.entries(message.d)) this.#lines.get(id)?.served(number);
    // This node has just become the owner.
    if (this.#owner?.node === node && this.#owner.epoch === 0) this.#owner = { node, epoch };
    else if (this.#owner?.epoch !== epoch || this.#owner.node !== node) {
      this.#goOnWith({ node, epoch }, Object.keys(message.d));
    }
    for (const id of Object.keys(message.d)) this.#known.add(id);
    if (message.t === 'owner') await this.#catchUp({ epoch, seq: 0 });
    else await this.#tell(message);
    for (const id of Object.keys(message.d)) this.#noteServed(id);
    if (missing.length > 0) this.#post(node, { t: 'w', ...this.#reportNow(), u: missing });
    this.#report();
  }

  async #tell({ p, q, f, b, x, u, e: epoch }: ToldMessage): Promise<void> {
    for (const [id, number, text] of x) this.#tellDirectly(id, number, text);
    const isFollowing = this.#position !== undefined;
    const begins = Object.entries(b).flatMap(([id, at]) => (this.#lines.has(id) ? [at] : []));
    this.#position ??= begins.sort(comparePositions)[0];
    if (this.#position) {
      if (isFollowing && comparePositions(this.#position, p) < 0) this.#context.counts.gaps += 1;
      await this.#catchUp(p);
      for (const [seq, slots, text] of f) {
        const at = { epoch, seq };
        if (comparePositions(at, this.#position) > 0) await this.#entry({ at, slots, frame: text });
      }
      if (comparePositions(this.#position, q) < 0) this.#position = q;
    }
    for (const id of u) this.#unknown(id);
  }

  /** Reads from the log what came before a position, and was not heard. */
  async #catchUp(to: Position): Promise<void> {
    while (this.#position && comparePositions(this.#position, to) < 0) {
      const entries = await this.#context.logAfter(this.hash, this.#position, mostRead);
      if (!entries) {
        this.#tooLate();
        this.#position = to;
        return;
      }
      const due = entries.filter(({ at }) => comparePositions(at, to) <= 0);
      for (const entry of due) await this.#entry(entry);
      const last = due.at(-1)?.at;
      this.#position = last && entries.length >= mostRead ? last : to;
    }
  }

  /** The log has lost what clients here were to be told: they are to come back, and to say what they have. */
  #tooLate(): void {
    for (const line of this.#lines.values()) {
      if (line.closedAt) continue;
      line.closedAt = this.#position;
      line.client.close(1012, 'What follows is not kept any more');
    }
    this.#slots.clear();
  }

  async #readToEnd(): Promise<void> {
    for (let isEnd = !this.#position; !isEnd && this.#position;) {
      const entries = await this.#context.logAfter(this.hash, this.#position, mostRead);
      if (!entries) {
        this.#tooLate();
        return;
      }
      for (const entry of entries) await this.#entry(entry);
      isEnd = entries.length < mostRead;
    }
  }

  async #entry({ at, slots, frame }: LoggedFrame): Promise<void> {
    if (isControl(frame)) {
      const control = readControl(frame);
      if (control) await this.#control(at, Number(slots), control);
    } else this.#write(slots, frame);
    this.#position = at;
  }

  #write(slots: string, text: string): void {
    const { counts, nodeId } = this.#context;
    if (this.#owner?.node !== nodeId) counts.framesRelayed += 1;
    let frame: WireFrame | undefined;
    const write = (line: GatewayLine): void => {
      frame ??= this.#context.frameOf(text);
      line.client.write(frame);
    };
    if (slots === '*') for (const line of this.#slots.values()) write(line);
    else if (slots.startsWith('!')) {
      for (const [slot, line] of this.#slots) if (isFor(slots, slot)) write(line);
    } else
      for (const slot of slots.split(',')) {
        const line = this.#slots.get(Number(slot));
        if (line) write(line);
      }
  }

  async #control(at: Position, slot: number, control: Control): Promise<void> {
    if (control.t === 'bind') {
      await this.#bind(at, slot, control);
      return;
    }
    const line = this.#slots.get(slot);
    if (!line) return;
    if (control.t === 'close') {
      line.client.close(control.code, control.reason);
      return;
    }
    line.served(control.n);
    const { evicted, unlessUsed } = control;
    line.client.left(this.#end(line), { evicted, unlessUsed });
  }

  async #bind(at: Position, slot: number, { c, g, after, last }: Extract<Control, { t: 'bind' }>): Promise<void> {
    const line = g === this.#context.nodeId ? this.#lines.get(c) : undefined;
    if (line && this.#slots.get(slot) === line) return;
    // If the log cannot be read now, the entry is read again as if it had not been heard.
    const missed = line && after ? await this.#missed(slot, { epoch: after[0], seq: after[1] }, at) : [];
    if (!missed) {
      line?.client.close(1012, 'What follows is not kept any more');
      return;
    }
    const present = this.#slots.get(slot);
    if (present) {
      this.#end(present);
      present.client.close(1000, 'The session goes on with another connection');
    }
    if (!line || line.isOver) return;
    this.#slots.set(slot, line);
    line.slot = slot;
    if (!line.hasBegun) {
      line.hasBegun = true;
      line.client.attached(last);
    }
    for (const frame of missed) line.client.write(this.#context.frameOf(frame));
  }

  /** What a session was told between two positions. */
  async #missed(slot: number, after: Position, before: Position): Promise<readonly string[] | undefined> {
    const missed: string[] = [];
    let from = after;
    for (;;) {
      const entries = await this.#context.logAfter(this.hash, from, mostRead);
      if (!entries) return undefined;
      for (const { at, slots, frame } of entries) {
        if (comparePositions(at, before) >= 0) return missed;
        if (!isControl(frame) && isFor(slots, slot)) missed.push(frame);
        from = at;
      }
      if (entries.length < mostRead) return missed;
    }
  }

  #tellDirectly(id: string, number: number, text: string): void {
    const line = this.#lines.get(id);
    if (!line || number !== line.direct + 1) return;
    line.direct = number;
    this.#hasDirect = true;
    line.client.write(this.#context.frameOf(text));
  }

  /** The owner does not know the line. */
  #unknown(id: string): void {
    const line = this.#lines.get(id);
    if (!line) return;
    if (!line.hasBegun) line.client.unknown(this.#end(line));
    else if (line.isClosed) this.#end(line);
    else if (line.isIn) {
      this.#end(line);
      line.client.close(1000, 'The session goes on with another connection');
    } else {
      this.#known.delete(id);
      this.send(line, line.all);
    }
  }

  #noteServed(id: string): void {
    const line = this.#lines.get(id);
    if (line?.unserved !== 0) return;
    if (line.isClosed) this.#end(line);
    else line.client.idle();
  }

  /** @returns its messages that were not served */
  #end(line: GatewayLine): string[] {
    this.#lines.delete(line.id);
    this.#known.delete(line.id);
    if (line.slot !== undefined && this.#slots.get(line.slot) === line) this.#slots.delete(line.slot);
    return line.end();
  }

  #moved({ o: node, e: epoch }: MovedMessage): void {
    const owner = node !== undefined && epoch !== undefined ? { node, epoch } : undefined;
    if (owner && this.#owner && owner.epoch < this.#owner.epoch) return;
    this.#context.moved(this.hash, owner);
    if (owner && owner.node !== this.#owner?.node) this.#goOnWith(owner);
    else {
      this.#owner = undefined;
      this.#ask(this.#hasAskedOther ? askAgainMs : 0);
    }
  }

  /** What is not served is sent to another owner, and it is asked whether it knows the lines. @param known lines that it knows */
  #goOnWith(owner: Owner, known: Iterable<string> = []): void {
    if (owner.epoch > 0) this.#hasAskedOther = false;
    this.#owner = owner;
    this.#context.moved(this.hash, owner);
    this.#known.clear();
    for (const id of known) this.#known.add(id);
    this.#sendAll();
  }

  /** Lines that are not served, or of which the owner may not know. */
  get #due(): GatewayLine[] {
    return [...this.#lines.values()].filter(({ unserved, id }) => unserved > 0 || !this.#known.has(id));
  }

  #sendAll(): void {
    const lines = this.#due;
    if (this.#owner && lines.length > 0)
      this.#request(
        this.#owner.node,
        lines.map((line) => [line, line.all]),
      );
  }

  #request(node: string, lines: readonly (readonly [line: GatewayLine, unserved: readonly Unserved[]])[]): void {
    if (!this.#context.isUp()) return;
    for (const [line, unserved] of lines) this.#count(node, line, unserved);
    const unknown = lines.filter(([{ isIn, id }]) => !isIn || !this.#known.has(id));
    this.#post(node, {
      t: 'req',
      ...this.#reportNow(),
      l: Object.fromEntries(unknown.map(([line]): [string, About] => [line.id, line.about])),
      q: lines.flatMap(([line, unserved]) =>
        unserved.map(({ number, act }): [string, number, typeof act] => [line.id, number, act]),
      ),
    });
  }

  #count(node: string, line: GatewayLine, unserved: readonly Unserved[]): void {
    const { counts, nodeId } = this.#context;
    for (const { number, act } of unserved) {
      if (number <= line.sent) counts.resent += 1;
      else if (act.a === 'f' && node !== nodeId) counts.framesRelayed += 1;
    }
    line.sent = Math.max(line.sent, unserved.at(-1)?.number ?? 0);
  }

  /** Finds out who owns the room, until it is known. */
  #ask(afterMs = 0): void {
    if (this.#asking || this.#hasClosed) return;
    this.#asking = true;
    // What was known was wrong, or is old.
    this.#context.moved(this.hash, undefined);
    void this.#find(afterMs).finally(() => {
      this.#asking = false;
      if (!this.#isSettled()) this.#ask(askAgainMs);
    });
  }

  /** Whether nobody has to find out who owns the room. */
  #isSettled(): boolean {
    return this.#owner !== undefined || this.#lines.size === 0 || this.#hasClosed;
  }

  async #find(afterMs: number): Promise<void> {
    for (let pauseMs = afterMs, asked = 0; !this.#isSettled(); pauseMs = askAgainMs) {
      if (pauseMs > 0) await new Promise<void>((resolve) => this.#context.clock.later(pauseMs, resolve));
      let owner: Owner | undefined;
      try {
        owner = await this.#context.find(this.hash);
      } catch {
        continue;
      }
      if (this.#isSettled()) return;
      asked += 1;
      if (owner) this.#goOnWith(owner);
      else if (this.#position && asked === 1) this.receive({ t: 'end' });
      // Nobody's: this node becomes the owner, or another one, if it is known here what the room is called.
      else if (this.#mayOpen) this.#goOnWith({ node: this.#opener(), epoch: 0 });
      else if (asked >= mostAsked) this.#giveUp();
    }
  }

  get #mayOpen(): boolean {
    return [...this.#lines.values()].some(({ room, isIn }) => room !== undefined && !isIn);
  }

  #opener(): string {
    const { nodeId, openAt } = this.#context;
    const node = openAt?.(this.#hasAskedOther) ?? nodeId;
    if (node !== nodeId) this.#hasAskedOther = true;
    return node;
  }

  /** Nobody has taken the room for long. */
  #giveUp(): void {
    for (const line of [...this.#lines.values()]) {
      const unserved = this.#end(line);
      if (line.hasBegun) line.client.close(1012, 'The room is gone');
      else line.client.unknown(unserved);
    }
    this.#noteUnused();
  }

  get #hasNews(): boolean {
    const [written, reported] = [this.#written, this.#reported];
    return written !== undefined && (!reported || comparePositions(written, reported) !== 0);
  }

  /** Tells the owner, a moment later, up to where all was written. */
  #report(): void {
    if (this.#reporting || this.#hasClosed || (!this.#hasNews && !this.#hasDirect)) return;
    this.#reporting = this.#context.clock.later(reportAfterMs, () => {
      this.#reporting = undefined;
      this.#hasDirect = false;
      const direct = [...this.#lines.values()].filter((line) => line.direct > 0);
      const k = direct.map((line): [string, number] => [line.id, line.direct]);
      if (this.#owner) {
        this.#post(this.#owner.node, {
          t: 'w',
          ...this.#reportNow(),
          ...(k.length > 0 && { k: Object.fromEntries(k) }),
        });
      }
      this.#noteUnused();
    });
  }

  /** Up to here all was written to the sockets, also to one that was closed in between, as long as the owner does not know that. */
  get #written(): Position | undefined {
    let written = this.#position;
    for (const { closedAt } of this.#lines.values()) {
      if (written && closedAt && comparePositions(closedAt, written) < 0) written = closedAt;
    }
    return written;
  }

  /** Tells the owner with another message. */
  #reportNow(): { w?: [number, number] } {
    const at = (this.#reported = this.#written);
    return at ? { w: [at.epoch, at.seq] } : {};
  }

  #post(node: string, message: Rest<Extract<Sent, { t: 'req' | 'w' }>>): void {
    this.#context.post.send(node, { v: 1, r: this.hash, g: this.#context.nodeId, ...message });
  }

  #noteUnused(): void {
    if (this.#lines.size > 0 || this.#isWorking || this.#reporting) return;
    this.close();
    this.#unused(this);
  }
}

/** A message without what all have. */
type Rest<Message> = Message extends unknown ? Omit<Message, 'v' | 'r' | 'g'> : never;
