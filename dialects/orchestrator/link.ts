import type { Socket } from 'socket.io';
import type { Account } from '../../transport/gate/account.js';
import type { DoorFigures } from '../../transport/door-figures.js';
import { SocketIoClient } from '../../transport/socket-io/client.js';
import { callerOf } from '../../transport/gate/caller.js';
import type { Notices } from './messages.js';
import type { User } from './user.js';

/** One socket of this dialect, and the user that is logged in on it. */
export class Link {
  readonly socket: Socket;
  user: User | undefined;
  /** The number of data packets that were not sent because the client reads too slowly. */
  lost = 0;
  /** The number of data packets that the client sent and may not send. */
  refused = 0;
  readonly #client: SocketIoClient;
  readonly #figures: DoorFigures;
  #isDropped = false;

  constructor(socket: Socket, maxQueuedBytes: number, figures: DoorFigures) {
    this.socket = socket;
    this.#figures = figures;
    this.#client = new SocketIoClient(socket, { figures, maxWaitingBytes: maxQueuedBytes });
  }

  /** The Host header of the connection without the port; empty when there was none. */
  get host(): string {
    return callerOf(this.socket.request).host.replace(/:\d+$/, '');
  }

  /** Whether the client has spent its budget: its present request is to be refused. */
  get isOverBudget(): boolean {
    return this.#client.isOverBudget;
  }

  get account(): Account | undefined {
    return this.#client.account;
  }

  /** Whether the client is there. */
  get isOpen(): boolean {
    return this.socket.connected;
  }

  /** For the log. */
  get address(): string {
    return callerOf(this.socket.request).address;
  }

  /** Whether more bytes wait for the client than allowed. */
  get behind(): boolean {
    return this.#client.isBehind;
  }

  tell<Name extends keyof Notices>(name: Name, ...content: Notices[Name]): void {
    tellAll([this], name, ...content);
  }

  /** Ends the connection of a client that reads too slowly, as `end` does. */
  drop(): void {
    if (!this.#isDropped) this.#figures.slowReaders += 1;
    this.#isDropped = true;
    this.end();
  }

  /** Ends the connection at the end of this turn, because a room may just be telling its participants. */
  end(): void {
    setImmediate(() => {
      this.#client.end();
    });
  }
}

/** Tells clients. The connection of a client that reads too slowly is ended. */
export function tellAll<Name extends keyof Notices>(
  links: readonly Link[],
  name: Name,
  ...content: Notices[Name]
): void {
  for (const link of links) if (link.behind) link.drop();
  emit(links, name, content);
}

/** Sends one packet of a data stream. A client that reads too slowly does not get it. */
export function tellStream(links: readonly Link[], ...content: Notices['DataReceived']): void {
  const inTime: Link[] = [];
  for (const link of links) {
    if (link.behind) link.lost += 1;
    else inTime.push(link);
  }
  emit(inTime, 'DataReceived', content);
}

/** Encodes once for each namespace. Nothing is compressed, because large messages are bytes. */
function emit(links: readonly Link[], name: string, content: readonly unknown[]): void {
  const [first, ...more] = links;
  if (!first) return;
  if (more.length === 0) {
    first.socket.compress(false).emit(name, ...content);
    return;
  }
  const byNamespace = new Map<Socket['nsp'], string[]>();
  for (const { socket } of links) {
    const ids = byNamespace.get(socket.nsp);
    if (ids) ids.push(socket.id);
    else byNamespace.set(socket.nsp, [socket.id]);
  }
  for (const [namespace, ids] of byNamespace)
    namespace
      .to(ids)
      .compress(false)
      .emit(name, ...content);
}
