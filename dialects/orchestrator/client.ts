import type { Socket } from 'socket.io';
import type { Notices } from './messages.js';
import type { User } from './user.js';

type NoticeName = keyof Notices;

/** One socket of this dialect, and the user that is logged in on it. */
export class Client {
  readonly #socket: Socket;
  readonly #maxQueuedBytes: number;
  user: User | undefined;
  /** Data packets it lost, because it reads too slowly. */
  lost = 0;
  /** Bytes that were handed to the engine and not yet by it to the transport. */
  #due = 0;

  constructor(socket: Socket, maxQueuedBytes: number) {
    this.#socket = socket;
    this.#maxQueuedBytes = maxQueuedBytes;
    socket.conn.on('packetCreate', this.#onPacket);
    socket.conn.on('flush', this.#onFlush);
  }

  /** The Host header it connected with, without the port; empty when there was none. */
  get host(): string {
    return this.#socket.handshake.headers.host?.replace(/:\d+$/, '') ?? '';
  }

  /** Whether it reads so slowly that more is waiting for it than may. */
  get behind(): boolean {
    const { socket } = this.#socket.conn.transport as { readonly socket?: { readonly bufferedAmount?: number } };
    return this.#due + (socket?.bufferedAmount ?? 0) > this.#maxQueuedBytes;
  }

  tell<Name extends NoticeName>(name: Name, ...content: Notices[Name]): void {
    tellAll([this], name, ...content);
  }

  /** Ends the connection at the end of this turn: rooms may be in the middle of telling everybody. */
  end(): void {
    setImmediate(() => {
      this.#socket.disconnect(true);
    });
  }

  /** Called when the socket is gone; its connection may go on with other namespaces. */
  release(): void {
    this.#socket.conn.off('packetCreate', this.#onPacket);
    this.#socket.conn.off('flush', this.#onFlush);
  }

  /** For `tellAll`. */
  static emit(clients: readonly Client[], name: string, content: readonly unknown[]): void {
    const [first, ...more] = clients;
    if (!first) return;
    if (more.length === 0) {
      first.#socket.compress(false).emit(name, ...content);
      return;
    }
    const ids = new Map<Socket['nsp'], string[]>();
    for (const client of clients) {
      const socket = client.#socket;
      const of = ids.get(socket.nsp);
      if (of) of.push(socket.id);
      else ids.set(socket.nsp, [socket.id]);
    }
    for (const [namespace, of] of ids)
      namespace
        .to(of)
        .compress(false)
        .emit(name, ...content);
  }

  readonly #onPacket = ({ data }: { readonly data?: string | Buffer }): void => {
    this.#due += data?.length ?? 0;
  };

  readonly #onFlush = (): void => {
    this.#due = 0;
  };
}

/** Tells any number of clients, who may be at different namespaces, and encodes what they are told once for each of these. */
export function tellAll<Name extends NoticeName>(
  clients: readonly Client[],
  name: Name,
  ...content: Notices[Name]
): void {
  for (const client of clients) if (client.behind) client.end();
  Client.emit(clients, name, content);
}

/** One packet of a data stream. Who reads too slowly loses it: a later one will do. */
export function tellStream(clients: readonly Client[], fromUserId: string, kind: string, data: unknown): void {
  const inTime = clients.filter((client) => {
    if (client.behind) client.lost += 1;
    return !client.behind;
  });
  Client.emit(inTime, 'DataReceived', [fromUserId, kind, data]);
}
