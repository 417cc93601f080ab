import type { AtOnce } from '../at-once.js';
import type { Position } from '../position.js';
import type { Owner } from '../room-store.js';
import type { GatewayContext } from './gateway-context.js';
import type { GatewayLine, Unserved } from './gateway-line.js';
import { GatewayLines } from './gateway-lines.js';
import { GatewayLog } from './gateway-log.js';
import { GatewayPassing } from './gateway-passing.js';
import { GatewayRequests } from './gateway-requests.js';
import type { MovedMessage, OwnerMessage, PassingMessage, ToldMessage } from './messages.js';
import { OwnerSearch } from './owner-search.js';
import type { OwnerlessRoom } from './owner-search.js';
import { WrittenReports } from './written-reports.js';

/** After how many seconds something is sent again to an owner that answers others. */
const patientTicks = 3;

/** `end`: nobody owns the room any more, and the log has its end. `again`: what is not served is to be sent to another owner. */
type Incoming =
  | ToldMessage
  | PassingMessage
  | OwnerMessage
  | MovedMessage
  | { readonly t: 'end' }
  | { readonly t: 'again' };

/** A room as a gateway knows it: its clients here, its owner, and up to where they were told. */
export class GatewayRoom implements OwnerlessRoom {
  readonly hash: string;
  readonly #context: GatewayContext;
  readonly #goingOn: AtOnce;
  readonly #lines = new GatewayLines();
  readonly #log: GatewayLog;
  readonly #passing: GatewayPassing;
  readonly #reports: WrittenReports;
  readonly #requests: GatewayRequests;
  readonly #search: OwnerSearch;
  readonly #unused: (room: GatewayRoom) => void;
  #owner: Owner | undefined;
  readonly #inbox: Incoming[] = [];
  #isWorking = false;
  /** Whether the owner has answered since the last tick. */
  #hasProgress = false;
  /** Before it is sent to another owner, the log is read: it may say that it was served. */
  #isCatchingUp = false;
  /** Whether the owner has said which lines it knows. */
  #hasSpoken = false;

  /** @param goingOn how many rooms may go on with another owner at once */
  constructor(hash: string, context: GatewayContext, goingOn: AtOnce, unused: (room: GatewayRoom) => void) {
    this.hash = hash;
    this.#context = context;
    this.#goingOn = goingOn;
    this.#unused = unused;
    const passing = (this.#passing = new GatewayPassing(this.#lines, context.frameOf));
    const isOwn = () => this.#owner?.node === context.nodeId;
    this.#log = new GatewayLog(hash, context, this.#lines, isOwn, (position) => {
      passing.written(position);
    });
    const written = () => this.#lines.writtenUpTo(this.#log.position);
    this.#reports = new WrittenReports(context.clock, written, () => {
      if (this.#owner) this.#requests.report(this.#owner.node);
      this.#noteUnused();
    });
    this.#requests = new GatewayRequests(hash, context, this.#lines, this.#reports);
    this.#search = new OwnerSearch(context, this);
  }

  /** Up to here all was written to the sockets. */
  get position(): Position | undefined {
    return this.#log.position;
  }

  get lines(): number {
    return this.#lines.size;
  }

  get isSettled(): boolean {
    return this.#owner !== undefined || this.#lines.size === 0;
  }

  get isFollowing(): boolean {
    return this.#log.position !== undefined;
  }

  get isWaitedFor(): boolean {
    return this.#lines.all.some(({ unserved }) => unserved > 0);
  }

  get mayOpen(): boolean {
    return this.#lines.all.some(({ room, isIn }) => room !== undefined && !isIn);
  }

  add(line: GatewayLine): void {
    this.#lines.add(line);
    if (line.all.length > 0) this.send(line, line.all);
  }

  /** @param withinMs as `Line.send` */
  send(line: GatewayLine, unserved: readonly Unserved[], withinMs?: number): void {
    if (!this.#owner) {
      this.#search.begin();
      return;
    }
    if (this.#isCatchingUp) return;
    this.#requests.send(this.#owner.node, [[line, unserved]], withinMs);
  }

  receive(message: Incoming): void {
    this.#inbox.push(message);
    if (!this.#isWorking) void this.#work();
  }

  /** Nobody heard what was sent to that node. */
  deaf(node: string): void {
    if (this.#owner?.node !== node) return;
    this.#owner = undefined;
    this.#search.beginLater();
  }

  /** This node may act again. */
  up(): void {
    this.#owner = undefined;
    this.#search.begin();
  }

  /**
   * Called each second: what has had no answer since the last time is sent again. An owner that has answered others may be at work on it:
   * it is asked less often.
   */
  tick(): void {
    const late = this.#lines.late(patientTicks);
    const due = this.#hasProgress ? late : this.#lines.due;
    this.#hasProgress = false;
    if (due.length === 0) return;
    if (!this.#owner) this.#search.begin();
    else if (!this.#isCatchingUp) this.#requests.sendAll(this.#owner.node, due);
  }

  /** What is not served is sent to another owner, and it is asked whether it knows the lines. @param known lines that it knows */
  goOnWith(owner: Owner, known: Iterable<string> = []): void {
    if (owner.epoch > 0) {
      this.#search.found();
      this.#sendWaitingAway(owner.epoch);
    }
    this.#owner = owner;
    this.#hasSpoken = false;
    this.#passing.forget();
    this.#context.moved(this.hash, owner);
    this.#lines.forgetKnown();
    this.#lines.noteKnown(known);
    if (this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    this.receive({ t: 'again' });
  }

  ended(): void {
    this.receive({ t: 'end' });
  }

  giveUp(): void {
    for (const line of this.#lines.all) {
      const unserved = this.#lines.end(line);
      if (line.hasBegun) line.client.close(1012, 'The room is gone');
      else line.client.unknown(unserved);
    }
    this.#noteUnused();
  }

  close(): void {
    this.#search.close();
    this.#reports.close();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let next = this.#inbox.shift(); next; next = this.#inbox.shift()) {
      try {
        const { t } = next;
        const take = async (): Promise<void> => this.#take(next);
        await (t === 'owner' || t === 'again' ? this.#goingOn.run(take) : take());
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
      await this.#log.readToEnd();
      return;
    }
    if (message.t === 'again') {
      await this.#sendAgain();
      return;
    }
    if (message.t === 'moved') {
      this.#moved(message);
      return;
    }
    if (message.t === 'pass') {
      const { o: node, e: epoch } = message;
      // Of another owner it is nothing any more, or it is sent again once that is known here.
      if (this.#owner?.node === node && this.#owner.epoch === epoch) this.#passing.take(message, this.#log.position);
      return;
    }
    const { o: node, e: epoch } = message;
    if (this.#owner && epoch < this.#owner.epoch) return;
    this.#hasProgress = true;
    // A message that came late has begun them again.
    const missing = Object.keys(message.d).filter((id) => !this.#lines.has(id));
    for (const [id, number] of Object.entries(message.d)) this.#lines.get(id)?.served(number);
    if (message.t === 'out') this.#noteWaiting(message);
    // This node has just become the owner.
    if (this.#owner?.node === node && this.#owner.epoch === 0) {
      this.#owner = { node, epoch };
      this.#sendWaitingAway(epoch);
    } else if (this.#owner?.epoch !== epoch || this.#owner.node !== node) {
      this.goOnWith({ node, epoch, logEnd: message.t === 'owner' ? message.l : undefined }, Object.keys(message.d));
    }
    this.#lines.noteKnown(Object.keys(message.d));
    if (message.t === 'owner') this.#hasSpoken = true;
    if (message.t === 'out') await this.#tell(message);
    else if (this.#isCatchingUp) await this.#sendAgain();
    else if (!this.#log.beginWith({ node, epoch, logEnd: message.l })) await this.#log.catchUp({ epoch, seq: 0 });
    for (const id of Object.keys(message.d)) this.#noteServed(id);
    if (missing.length > 0) this.#requests.reportMissing(node, missing);
    if (message.t === 'out' && message.f.length === 0) this.#reports.again();
    this.#reports.soon();
  }

  async #tell(message: ToldMessage): Promise<void> {
    for (const [id, number, text] of message.x) this.#tellDirectly(id, number, text);
    await this.#log.take(message);
    for (const id of message.u) this.#unknown(id);
  }

  #tellDirectly(id: string, number: number, text: string): void {
    const line = this.#lines.get(id);
    if (!line || number !== line.direct + 1) return;
    line.direct = number;
    this.#reports.toldDirectly();
    line.client.write(this.#context.frameOf(text));
  }

  /** The owner does not know the line. */
  #unknown(id: string): void {
    const line = this.#lines.get(id);
    if (!line) return;
    if (!line.hasBegun) line.client.unknown(this.#lines.end(line));
    else if (line.isClosed) this.#lines.end(line);
    else if (line.isIn) {
      this.#lines.end(line);
      line.client.close(1000, 'The session goes on with another connection');
    } else {
      this.#lines.noteUnknown(id);
      this.send(line, line.all);
    }
  }

  #noteWaiting({ d, h = [], e: epoch }: ToldMessage): void {
    for (const id of Object.keys(d)) {
      const line = this.#lines.get(id);
      if (line) line.waitsFor = h.includes(id) ? epoch : undefined;
    }
  }

  /** Another owner does not know who waits to be let in: these clients are to come back, and to ask again. */
  #sendWaitingAway(epoch: number): void {
    for (const line of this.#lines.all) {
      if (line.waitsFor === undefined || line.waitsFor === epoch) continue;
      line.waitsFor = undefined;
      line.client.close(1012, 'The room goes on at another node: ask again to come in');
    }
  }

  #noteServed(id: string): void {
    const line = this.#lines.get(id);
    if (line?.unserved !== 0) return;
    if (line.isClosed) this.#lines.end(line);
    else line.client.idle();
  }

  #moved({ o: node, e: epoch }: MovedMessage): void {
    const owner = node !== undefined && epoch !== undefined ? { node, epoch } : undefined;
    if (owner && this.#owner && owner.epoch < this.#owner.epoch) return;
    this.#context.moved(this.hash, owner);
    if (owner && owner.node !== this.#owner?.node) this.goOnWith(owner);
    else {
      this.#owner = undefined;
      this.#search.beginAgain();
    }
  }

  async #sendAgain(): Promise<void> {
    // Done already, with the message that has said who the owner is.
    if (!this.#isCatchingUp) return;
    try {
      if (!this.#owner || !this.#log.beginWith(this.#owner)) await this.#log.readToEnd();
    } finally {
      this.#isCatchingUp = false;
      this.#sendAll();
    }
  }

  #sendAll(): void {
    // An owner that has just begun says by itself which lines it knows. What it does not say is asked with the next tick.
    const lines = this.#hasSpoken ? this.#lines.due : this.#lines.waiting;
    if (this.#owner && lines.length > 0) this.#requests.sendAll(this.#owner.node, lines);
  }

  #noteUnused(): void {
    if (this.#lines.size > 0 || this.#isWorking || this.#reports.isUnderWay) return;
    this.close();
    this.#unused(this);
  }
}
