import type { Arrival, Line, LineClient } from '../../../cluster/port.js';
import { textOf } from '../../../transport/frame.js';
import type { Expectations } from './expectations.js';
import type { ModelNode } from './model-node.js';
import type { Schedule } from './schedule.js';
import { patienceOf } from './tiny-dialect.js';
import type { Request, Told } from './tiny-dialect.js';

export interface ClientContext {
  readonly schedule: Schedule;
  readonly nodes: () => readonly ModelNode[];
  readonly expectations: Expectations;
  readonly newSessionId: () => string;
  /** A client that counts may leave this rule out, to see that somebody notices: what was answered is not sent again. */
  readonly heedsLastRequest: boolean;
  readonly isOver: () => boolean;
  readonly rooms: readonly string[];
}

/** The answer to connect. */
interface Connected {
  readonly c: boolean;
  readonly last?: string | undefined;
}

/** A socket between a client and a node: both ends hear of its end, one perhaps much later. */
class Socket {
  readonly #schedule: Schedule;
  readonly #node: ModelNode;
  readonly #client: ModelClient;
  readonly place: Place;
  #isOpen = true;
  /** The client has closed it, or believes that it is lost. */
  #isLost = false;
  #downAt = 0;
  #upAt = 0;

  constructor(node: ModelNode, client: ModelClient, context: ClientContext) {
    this.#schedule = context.schedule;
    this.#node = node;
    this.#client = client;
    this.place = new Place(node, this, context, client.counts);
  }

  /** Whether the client has given it up. */
  get isLost(): boolean {
    return this.#isLost;
  }

  get node(): ModelNode {
    return this.#node;
  }

  up(run: (place: Place) => void): void {
    const { now } = this.#schedule;
    this.#upAt = Math.max(this.#upAt, now + this.#schedule.between(0.1, 5));
    this.#schedule.after(this.#upAt - now, () => {
      if (this.#isLost) return;
      this.#schedule.after(
        0,
        () => {
          if (this.#isOpen) run(this.place);
        },
        this.#node.process,
      );
    });
  }

  down(text: string): void {
    if (!this.#isOpen) return;
    const { now } = this.#schedule;
    this.#downAt = Math.max(this.#downAt, now + this.#schedule.between(0.1, 5));
    this.#schedule.after(this.#downAt - now, () => {
      if (!this.#isLost) this.#client.heard(this, text);
    });
  }

  /** The server closes it. */
  close(code: number): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.place.lost('closed by the server');
    const { now } = this.#schedule;
    this.#downAt = Math.max(this.#downAt, now + 1);
    this.#schedule.after(this.#downAt - now, () => {
      if (!this.#isLost) this.#client.closed(this, code);
    });
  }

  /** The client does without it. The node hears of it after that many ms. */
  lose(ms: number): void {
    this.#isLost = true;
    this.#schedule.after(
      ms,
      () => {
        if (!this.#isOpen) return;
        this.#isOpen = false;
        this.place.lost('the socket was cut');
      },
      this.#node.process,
    );
  }
}

/** As the room protocol has it: between a socket and the line of its client. */
class Place {
  readonly #node: ModelNode;
  readonly #socket: Socket;
  readonly #context: ClientContext;
  readonly #counts: boolean;
  #isLost = false;
  #id: string;
  get id(): string {
    return this.#id;
  }

  #line: Line | undefined;

  constructor(node: ModelNode, socket: Socket, context: ClientContext, counts: boolean) {
    this.#node = node;
    this.#socket = socket;
    this.#context = context;
    this.#counts = counts;
    this.#id = context.newSessionId();
  }

  accept(text: string): void {
    const request = JSON.parse(text) as Request;
    const room = this.#line?.isIn === true || (request.m !== 'join' && request.m !== 'fail') ? undefined : request.room;
    if (this.#line && room !== undefined && this.#line.room !== undefined && this.#line.room !== room) {
      this.#line.close('it asks for another room', true);
      this.#line = undefined;
    }
    if (!this.#line && room === undefined) {
      this.#socket.down(JSON.stringify({ id: request.id, ok: false, out: true } satisfies Told));
      return;
    }
    this.#line ??= this.#open(room ?? '');
    if (this.#line.unserved > 200) this.#socket.close(1008);
    else this.#line.send(text, patienceOf(text)?.request);
  }

  connect(session: string, received: number | undefined): void {
    this.#line?.close('its connection resumed another session', false);
    const answer = (connected: Connected): void => {
      this.#socket.down(JSON.stringify(connected));
    };
    const client = this.#client(
      {
        attached: (last) => {
          this.#id = session;
          answer({ c: true, last });
        },
      },
      () => line,
      () => {
        answer({ c: false });
      },
    );
    const line: Line = this.#node.relay.gateways.attach(arrivalOf(session), received, client);
    this.#line = line;
  }

  lost(reason: string): void {
    this.#isLost = true;
    this.#line?.close(reason, false);
  }

  #open(room: string): Line {
    const client = this.#client(
      { attached: () => undefined },
      () => line,
      () => undefined,
    );
    const line: Line = this.#node.relay.gateways.open(room, arrivalOf(this.#id), client);
    return line;
  }

  #client({ attached }: Pick<LineClient, 'attached'>, line: () => Line, unknown: () => void): LineClient {
    return {
      attached,
      write: (frame) => {
        const text = textOf(frame);
        if (!this.#counts && !this.#isLost && !(JSON.parse(text) as Told).out)
          this.#context.expectations.written(this.#id, text, this.#socket.isLost);
        this.#socket.down(text);
      },
      idle: () => undefined,
      unknown: (unserved) => {
        if (this.#line !== line()) return;
        unknown();
        this.#over(unserved);
      },
      left: (unserved) => {
        if (this.#line === line()) this.#over(unserved);
      },
      close: (code) => {
        if (this.#line === line()) this.#socket.close(code);
      },
    };
  }

  #over(unserved: readonly string[]): void {
    this.#line = undefined;
    if (!this.#isLost) for (const text of unserved) this.accept(text);
  }
}

function arrivalOf(session: string): Arrival {
  return { dialect: 'tiny', session, address: '10.0.0.1', token: undefined };
}

/** A client that joins, asks, loses its socket, comes back, leaves. */
export class ModelClient {
  readonly counts: boolean;
  readonly #context: ClientContext;
  #socket: Socket | undefined;
  #room = '';
  #session: string | undefined;
  #received = 0;
  /** How many requests were executed in the room, as it was told: by the log, and past it. */
  #total = 0;
  #passed = 0;
  #slot = 0;
  #isJoining = false;
  #joinId = 0;
  /** While it waits for the answer to connect. */
  #isConnecting = false;
  /** What has no answer, and what was answered after that, in the order in which it was sent. */
  #sent: { readonly id: number; readonly text: string; isAnswered: boolean }[] = [];
  #lastId: number;
  #hasLeft = false;
  resends = 0;
  resumptions = 0;

  constructor(number: number, counts: boolean, context: ClientContext) {
    this.counts = counts;
    this.#context = context;
    this.#lastId = number * 1_000_000;
    this.#later(0, 200);
  }

  get isIn(): boolean {
    return this.#session !== undefined;
  }

  get session(): string | undefined {
    return this.#session;
  }

  get received(): number {
    return this.#received;
  }

  /** Ids of what it has asked. */
  get unanswered(): readonly number[] {
    return this.#sent.flatMap(({ id, isAnswered }) => (isAnswered ? [] : [id]));
  }

  get hasSocket(): boolean {
    return this.#socket !== undefined && !this.#isConnecting;
  }

  /** It goes away for good. */
  leave(): void {
    this.#hasLeft = true;
    this.#socket?.lose(1);
    this.#socket = undefined;
  }

  /** Its socket is cut. */
  cut(): void {
    const { schedule } = this.#context;
    if (!this.#socket) return;
    this.#socket.lose(schedule.one([0, 10, 500, 2_000]));
    this.#lostSocket();
  }

  /** The node of its socket does not answer. */
  noticed(node: ModelNode): void {
    if (this.#socket?.node === node) this.cut();
  }

  closed(socket: Socket, code: number): void {
    if (this.#socket !== socket) return;
    if (code === 1000) this.#context.expectations.replaced += 1;
    this.#lostSocket();
  }

  heard(socket: Socket, text: string): void {
    if (this.#socket !== socket) return;
    this.#context.expectations.trace(
      `CLIENT ${this.#session ?? '-'} ${socket.place.id} ${this.#received} hears ${text}`,
    );
    const told = JSON.parse(text) as Told & Partial<Connected>;
    if (told.c !== undefined) {
      this.#connected(told.c, told.last);
      return;
    }
    if (told.pass !== undefined) {
      this.#toldPast(told.pass);
      return;
    }
    this.#answered(told);
    if (told.out) {
      // It may be the late answer to a join into another room.
      const isLate = this.#sent.every(({ id }) => id !== told.id);
      if (this.#session !== undefined && !isLate) this.#context.expectations.toldOutside(this.#session);
      if (told.id === this.#joinId) this.#isJoining = false;
      return;
    }
    if (told.sid !== undefined && this.#session === undefined) {
      this.#session = told.sid;
      this.#slot = told.slot ?? 0;
      this.#isJoining = false;
      this.#received = 0;
      this.#passed = 0;
    }
    this.#total = Math.max(this.#total, told.n ?? 0);
    const { expectations } = this.#context;
    if (this.#session === undefined) {
      expectations.fault(`a client in no room was told ${text}`);
      return;
    }
    if (this.counts) expectations.check(this.#session, this.#received, text);
    this.#received += 1;
    if (told.over) this.#out();
  }

  /** One that does not count may have lost what came before with its socket. */
  #toldPast(total: number): void {
    const { expectations } = this.#context;
    expectations.passed += 1;
    if (this.#session === undefined) expectations.fault(`a client in no room was told ${total} past the log`);
    if (this.counts && total > this.#total) expectations.fault(`${total} was told past the log before the log said it`);
    if (total < this.#passed) expectations.fault(`${total} was told past the log after ${this.#passed}`);
    this.#passed = total;
  }

  /** Something that it does next. */
  #act(): void {
    const { schedule, isOver } = this.#context;
    if (this.#hasLeft) return;
    this.#later(5, 250);
    if (!this.#socket) this.#connect();
    if (this.#isConnecting || isOver()) return;
    if (this.#session === undefined) {
      this.#joinSomewhere();
      return;
    }
    const dice = schedule.random();
    if (dice < 0.03) this.#ask({ m: 'leave' });
    else if (dice < 0.04) this.#ask({ m: 'close' });
    else if (dice < 0.06)
      this.#ask({ m: 'evict', slot: Math.max(1, this.#slot - Math.floor(schedule.between(-3, 3))) });
    else if (dice < 0.2) this.#ask({ m: 'slow', ms: schedule.between(1, 150) });
    else for (let count = schedule.one([1, 1, 1, 2, 5]); count > 0; count -= 1) this.#ask({ m: 'say' });
  }

  #joinSomewhere(): void {
    const { schedule, rooms } = this.#context;
    if (this.#isJoining) return;
    this.#room = schedule.happens(0.8) ? (rooms[0] ?? '') : schedule.one(rooms);
    this.#sent = [];
    if (schedule.happens(0.15)) {
      this.#ask({ m: 'fail', room: this.#room });
      if (schedule.happens(0.5)) return;
    }
    this.#isJoining = true;
    this.#joinId = this.#lastId + 1;
    this.#ask({ m: 'join', room: this.#room, counts: this.counts });
    if (schedule.happens(0.2)) this.#ask({ m: 'say' });
  }

  #ask(request: Omit<Request, 'id'>): void {
    this.#lastId += 1;
    const id = this.#lastId;
    const text = JSON.stringify({ id, ...request } satisfies Request);
    this.#context.expectations.trace(`CLIENT ${this.#session ?? '-'} asks ${text}`);
    this.#sent.push({ id, text, isAnswered: false });
    this.#send(text);
  }

  #send(text: string): void {
    this.#socket?.up((place) => {
      place.accept(text);
    });
  }

  #answered({ id }: Told): void {
    if (id === undefined) return;
    const sent = this.#sent.find((each) => each.id === id);
    if (!sent) return;
    if (sent.isAnswered && this.counts) this.#context.expectations.fault(`request ${id} was answered twice`);
    sent.isAnswered = true;
    while (this.#sent.length > 300) this.#sent.shift();
  }

  #connect(): void {
    const { nodes, schedule } = this.#context;
    const list = nodes();
    if (list.length === 0) return;
    this.#socket = new Socket(schedule.one(list), this, this.#context);
    if (this.#session === undefined) return;
    this.#isConnecting = true;
    const session = this.#session;
    const received = this.counts ? this.#received : undefined;
    this.#socket.up((place) => {
      place.connect(session, received);
    });
  }

  #connected(isResumed: boolean, last: string | undefined): void {
    this.#isConnecting = false;
    const { expectations, heedsLastRequest } = this.#context;
    if (this.#session === undefined) return;
    if (!isResumed) {
      expectations.refused(this.#session);
      this.#out();
      return;
    }
    this.resumptions += 1;
    if (!this.counts) {
      // What was lost with the socket is lost.
      this.#sent = [];
      return;
    }
    const done = last === undefined || !heedsLastRequest ? -1 : this.#sent.findIndex(({ id }) => String(id) === last);
    for (const { isAnswered, text } of this.#sent.slice(done + 1)) {
      if (isAnswered) continue;
      this.resends += 1;
      this.#send(text);
    }
  }

  #lostSocket(): void {
    this.#socket = undefined;
    this.#isConnecting = false;
    // It does not know whether it has come in.
    if (this.#session === undefined) this.#out();
  }

  #out(): void {
    this.#session = undefined;
    this.#isJoining = false;
    this.#isConnecting = false;
    this.#received = 0;
    this.#total = 0;
    this.#passed = 0;
    this.#sent = [];
  }

  #later(least: number, most: number): void {
    const { schedule } = this.#context;
    schedule.after(schedule.between(least, most), () => {
      this.#act();
    });
  }
}
