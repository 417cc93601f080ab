import type { Socket } from 'socket.io';
import type { Notices } from './messages.js';
import type { User } from './user.js';

/** One socket of this dialect, and the user that is logged in on it. */
export class Link {
  readonly socket: Socket;
  user: User | undefined;
  /** Data packets it lost, because it reads too slowly. */
  lost = 0;
  readonly #maxQueuedBytes: number;
  /** Bytes that were handed to the engine and not yet by it to the transport. */
  #due = 0;

  constructor(socket: Socket, maxQueuedBytes: number) {
    this.socket = socket;
    this.#maxQueuedBytes = maxQueuedBytes;
    socket.conn.on('packetCreate', this.#onPacket);
    socket.conn.on('flush', this.#onFlush);
  }

  /** The Host header it connected with, without the port; empty when there was none. */
  get host(): string {
    return this.socket.handshake.headers.host?.replace(/:\d+$/, '') ?? '';
  }

  /** Whether it reads so slowly that more is waiting for it than may. */
  get behind(): boolean {
    // A WebSocket where the transport is one; the types leave it out.
    const { socket } = this.socket.conn.transport as { readonly socket?: { readonly bufferedAmount?: number } };
    return this.#due + (socket?.bufferedAmount ?? 0) > this.#maxQueuedBytes;
  }

  tell<Name extends keyof Notices>(name: Name, ...content: Notices[Name]): void {
    tellAll([this], name, ...content);
  }

  /** Ends the connection at the end of this turn: rooms may be in the middle of telling everybody. */
  end(): void {
    setImmediate(() => {
      this.socket.disconnect(true);
    });
  }

  /** Called when the socket is gone; its connection may go on with other namespaces. */
  release(): void {
    this.socket.conn.off('packetCreate', this.#onPacket);
    this.socket.conn.off('flush', this.#onFlush);
  }

  readonly #onPacket = ({ data }: { readonly data?: string | Buffer }): void => {
    this.#due += data?.length ?? 0;
  };

  readonly #onFlush = (): void => {
    this.#due = 0;
  };
}

/** Tells any number of clients; who reads too slowly to be told is ended. */
export function tellAll<Name extends keyof Notices>(
  links: readonly Link[],
  name: Name,
  ...content: Notices[Name]
): void {
  for (const link of links) if (link.behind) link.end();
  emit(links, name, content);
}

/** One packet of a data stream. Who reads too slowly loses it: a later one will do. */
export function tellStream(links: readonly Link[], ...content: Notices['DataReceived']): void {
  const inTime: Link[] = [];
  for (const link of links) {
    if (link.behind) link.lost += 1;
    else inTime.push(link);
  }
  emit(inTime, 'DataReceived', content);
}

/** Encodes once for each namespace, and compresses nothing: what is large is bytes. */
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
