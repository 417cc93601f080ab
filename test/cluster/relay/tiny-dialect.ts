import type { Arrival, RelayDialect, RelaySession, ReturningClients, SessionClient } from '../../../cluster/port.js';
import { textFrame } from '../../../transport/frame.js';
import type { ModelProcess, Schedule } from './schedule.js';

/** What a client asks for. */
export interface Request {
  readonly id: number;
  readonly m: 'join' | 'fail' | 'say' | 'slow' | 'leave' | 'evict' | 'close';
  readonly room?: string;
  readonly counts?: boolean;
  /** How long it takes, in ms. */
  readonly ms?: number;
  /** Whom it is about. */
  readonly slot?: number;
}

/** What a client is told. */
export interface Told {
  readonly id?: number;
  readonly ok?: boolean;
  /** Not to be counted: it is in no room. */
  readonly out?: true;
  /** In the answer of join, with `n`. */
  readonly sid?: string;
  readonly slot?: number;
  /** The number of this request among all that were executed in the room, and whose it was. */
  readonly n?: number;
  readonly by?: string;
  readonly of?: number;
  /** Told past the log: how many requests had been executed in the room. */
  readonly pass?: number;
  /** Nothing follows: the client is in no room any more. */
  readonly over?: true;
}

/** How long a request, and its answer, may wait for others, in ms. */
export function patienceOf(text: string): { readonly request: number; readonly answer: number } | undefined {
  const { id } = JSON.parse(text) as Request;
  return id % 4 === 0 ? { request: 10, answer: 50 } : undefined;
}

/** Where a room keeps what it is. */
export interface TinyJournal {
  /** @param text undefined: nothing any more */
  changed(room: TinyRoom, field: string, text: (() => string) | undefined): void;
  closed(room: TinyRoom): void;
}

export class TinyRoom {
  readonly name: string;
  readonly members = new Map<number, TinySession>();
  readonly #journal: TinyJournal;
  nextSlot: number;
  /** Requests that were executed. */
  total = 0;
  isClosed = false;

  /** @param firstSlot as `Journal.firstSlot` of the rooms */
  constructor(name: string, journal: TinyJournal, firstSlot = 1) {
    this.name = name;
    this.nextSlot = firstSlot;
    this.#journal = journal;
    this.note();
  }

  note(): void {
    this.#journal.changed(this, 'room', () => JSON.stringify([this.name, this.nextSlot, this.total]));
  }

  noteMember(slot: number): void {
    const session = this.members.get(slot);
    this.#journal.changed(this, `m:${slot}`, session && (() => session.record));
  }

  tellAll(told: Told): void {
    const frame = textFrame(JSON.stringify(told));
    for (const session of [...this.members.values()]) session.tell(frame);
  }

  /** A request is executed: everybody hears of it. */
  execute(by: string, of: number): void {
    this.total += 1;
    this.note();
    this.tellAll({ n: this.total, by, of });
    const passing = textFrame(JSON.stringify({ pass: this.total, out: true } satisfies Told));
    for (const session of this.members.values()) session.pass(passing);
  }

  remove(slot: number): void {
    if (!this.members.delete(slot)) return;
    this.noteMember(slot);
    if (this.members.size === 0 && !this.isClosed) this.close();
  }

  /** Everybody is told, and leaves. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const session of [...this.members.values()]) session.roomClosed();
    this.#journal.closed(this);
  }
}

export interface TinyContext {
  readonly schedule: Schedule;
  readonly process: ModelProcess;
  readonly graceMs: number;
  /** Resolves when this node owns the room, with what opens it if need be. @throws when another node owns it */
  readonly enter: (name: string) => Promise<() => TinyRoom>;
}

/** A dialect that is just large enough: sessions count requests, tell everybody, answer, leave, evict, close. */
export class TinyDialect implements RelayDialect {
  readonly context: TinyContext;

  constructor(context: TinyContext) {
    this.context = context;
  }

  begin(client: SessionClient, arrival: Arrival): TinySession {
    return new TinySession(this.context, arrival.session, client);
  }

  /** The sessions of a room that another node has left. */
  restore(room: TinyRoom, state: ReadonlyMap<string, string>, returning: ReturningClients): void {
    const [, nextSlot, total] = JSON.parse(state.get('room') ?? '[]') as [string, number, number];
    room.nextSlot = nextSlot;
    room.total = total;
    for (const [field, text] of state) {
      if (!field.startsWith('m:')) continue;
      const slot = Number(field.slice(2));
      const [id, counts] = JSON.parse(text) as [string, boolean];
      const session = new TinySession(this.context, id, undefined);
      session.restored(room, slot, counts, returning);
      room.members.set(slot, session);
    }
  }
}

interface Waiting {
  readonly request: Request;
  readonly finished: ((withinMs?: number) => void)[];
  readonly patience: ReturnType<typeof patienceOf>;
}

export class TinySession implements RelaySession {
  readonly dialect = 'tiny';
  readonly #context: TinyContext;
  #id: string;
  counts = false;
  lastRequest: string | undefined;
  #connection: SessionClient | undefined;
  #keeper: SessionClient | undefined;
  #room: TinyRoom | undefined;
  readonly isWaiting = false;
  #slot = 0;
  #isEvicted = false;
  #hasEnded = false;
  #isOver = false;
  #answered = 0;
  #running: Waiting | undefined;
  #waiting: Waiting[] = [];
  readonly #whenIdle: (() => void)[] = [];
  /** Those that were there when the present connection came: its client may send them again. */
  #underWay: ReadonlySet<number> = new Set();
  readonly #repeatable = new Set<string>();
  #stopGrace: (() => void) | undefined;

  constructor(context: TinyContext, id: string, client: SessionClient | undefined) {
    this.#context = context;
    this.#id = id;
    this.#connection = this.#keeper = client;
  }

  get id(): string {
    return this.#hasEnded ? '' : this.#id;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get repeatable(): readonly string[] {
    return [...this.#repeatable];
  }

  get record(): string {
    return JSON.stringify([this.#id, this.counts]);
  }

  restored(room: TinyRoom, slot: number, counts: boolean, returning: ReturningClients): void {
    this.#room = room;
    this.#slot = slot;
    this.counts = counts;
    const { client, lastRequest, repeatable } = returning.back(room.name, slot, this);
    this.#keeper = client;
    this.lastRequest = lastRequest;
    for (const answered of repeatable) this.#repeatable.add(answered);
    this.#waitForClient();
  }

  acceptText(text: string, finished: (withinMs?: number) => void): void {
    // Not served: its gateway has it back when the session is over.
    if (this.#isOver) return;
    const request = JSON.parse(text) as Request;
    // It is sent again while it is served.
    const same = [this.#running, ...this.#waiting].find((each) => each?.request.id === request.id);
    if (same) {
      same.finished.push(finished);
      return;
    }
    if (this.#underWay.has(request.id) || this.#repeatable.has(JSON.stringify(request.id))) {
      finished();
      return;
    }
    // It has sent again all that it had to.
    this.#underWay = new Set();
    this.#repeatable.clear();
    const waiting = { request, finished: [finished], patience: patienceOf(text) };
    if (this.#running) this.#waiting.push(waiting);
    else void this.#work(waiting);
  }

  async idle(): Promise<void> {
    if (this.#running) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  attach(client: SessionClient): void {
    this.#stopGrace?.();
    this.#stopGrace = undefined;
    this.#connection?.close(1000, 'The session goes on with another connection');
    this.#connection = this.#keeper = client;
    this.#underWay = new Set([
      ...this.#underWay,
      ...[this.#running, ...this.#waiting].flatMap((each) => each?.request.id ?? []),
    ]);
    if (!client.open) this.detach(client);
  }

  detach(client: SessionClient): void {
    if (this.#connection !== client) return;
    this.#connection = undefined;
    if (!this.#room || this.#isOver) this.end();
    else this.#waitForClient();
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stopGrace?.();
    const keeper = this.#keeper;
    this.#connection = this.#keeper = undefined;
    this.#waiting = [];
    this.#room?.remove(this.#slot);
    keeper?.left(this.#isEvicted);
  }

  /** The node does not own the room any more: nobody is told. */
  letGo(): void {
    this.#hasEnded = true;
    this.#stopGrace?.();
    this.#connection = this.#keeper = undefined;
    this.#waiting = [];
  }

  tell(frame: Buffer, withinMs?: number): void {
    this.#keeper?.send(frame, withinMs);
  }

  pass(frame: Buffer): void {
    this.#keeper?.pass(frame);
  }

  roomClosed(): void {
    this.#leave();
    this.#connection?.closeUnlessUsed({ reason: 'The room is closed', isPingUse: false });
  }

  evicted(): void {
    this.#isEvicted = true;
    this.#leave();
  }

  /** It is told so. What it has asked and what is not served goes back to its gateway. */
  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#waiting = [];
    this.#room?.remove(this.#slot);
    this.tell(textFrame(JSON.stringify({ over: true } satisfies Told)));
    if (!this.#running) this.#endSoon();
  }

  #endSoon(): void {
    queueMicrotask(() => {
      this.end();
    });
  }

  #waitForClient(): void {
    const { schedule, process, graceMs } = this.#context;
    this.#stopGrace = schedule.after(
      graceMs,
      () => {
        this.end();
      },
      process,
    );
  }

  async #work(first: Waiting): Promise<void> {
    for (let next: Waiting | undefined = first; next; next = this.#waiting.shift()) {
      this.#running = next;
      const answer = await this.#execute(next.request);
      if (this.#hasEnded) return;
      if (answer) this.#answer(next.request.id, answer);
      else if (this.#isOver && this.#answered !== next.request.id) break;
      for (const finished of next.finished) finished(next.patience?.answer);
    }
    this.#running = undefined;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
    if (this.#isOver) this.#endSoon();
  }

  #answer(id: number, answer: Told): void {
    this.lastRequest = JSON.stringify(id);
    if (this.#underWay.has(id)) this.#repeatable.add(this.lastRequest);
    this.#answered = id;
    this.tell(textFrame(JSON.stringify(answer)), this.#running?.patience?.answer);
  }

  async #execute({ id, m, room, counts = false, ms, slot }: Request): Promise<Told | undefined> {
    if (m === 'join') return this.#join(id, room ?? '', counts);
    if (m === 'fail' && !this.#room) return { id, ok: false, out: true };
    if (!this.#room) return { id, ok: false, out: true };
    if (ms !== undefined) {
      const { schedule, process } = this.#context;
      await new Promise<void>((resolve) => schedule.after(ms, resolve, process));
    }
    if (this.#isOver || this.#hasEnded) return undefined;
    this.#room.execute(this.#id, id);
    if (m === 'leave') {
      // Answered as its last message.
      this.#isOver = true;
      this.#waiting = [];
      this.#room.remove(this.#slot);
      return { id, ok: true, over: true };
    }
    // What follows may be its last message.
    this.#answer(id, { id, ok: true });
    if (m === 'evict') this.#room.members.get(slot ?? 0)?.evicted();
    if (m === 'close') this.#room.close();
    return undefined;
  }

  async #join(id: number, name: string, counts: boolean): Promise<Told | undefined> {
    if (this.#room) return { id, ok: false };
    let room: TinyRoom;
    try {
      const open = await this.#context.enter(name);
      if (this.#hasEnded || !this.#keeper) return { id, ok: false, out: true };
      room = open();
    } catch {
      return { id, ok: false, out: true };
    }
    this.#room = room;
    this.#slot = room.nextSlot;
    room.nextSlot += 1;
    this.counts = counts;
    room.execute(this.#id, id);
    room.members.set(this.#slot, this);
    room.noteMember(this.#slot);
    this.#keeper.entered(this.#slot);
    // The first that it is told of the room, which goes on meanwhile.
    this.#answer(id, { id, ok: true, sid: this.#id, slot: this.#slot, n: room.total });
    return undefined;
  }
}
