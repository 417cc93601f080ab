import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';

export interface Stalled<T> {
  readonly client: T;
  /** Lets through what has waited, and what comes after it. */
  readonly resume: () => void;
  /** Bytes that wait for it now. */
  readonly waiting: () => number;
}

/**
 * A client that reads no more once `connect` has resolved. It is the end of its connection in this process that keeps everything
 * back: what waits there is exactly what was written, whatever the buffers of this machine would take. `connect` must not make
 * other connections to a server in this process.
 * @param holdsAnswers whether whole HTTP answers are kept back too. They uncork their socket at their end, however often it was corked
 */
export async function stalled<T>(connect: () => Promise<T>, holdsAnswers = false): Promise<Stalled<T>> {
  const sockets: Socket[] = [];
  const onSocket = (message: unknown): void => {
    sockets.push((message as { readonly socket: Socket }).socket);
  };
  // Published by Node for each connection that a server of this process accepts.
  subscribe('net.server.socket', onSocket);
  let client: T;
  try {
    client = await connect();
  } finally {
    unsubscribe('net.server.socket', onSocket);
  }
  for (const socket of sockets) {
    socket.cork();
    if (!holdsAnswers) continue;
    socket.uncork = () => {
      if (socket.writableCorked > 1) Writable.prototype.uncork.call(socket);
    };
  }
  return {
    client,
    resume: () => {
      for (const socket of sockets) {
        Reflect.deleteProperty(socket, 'uncork');
        socket.uncork();
      }
    },
    waiting: () => sockets.reduce((sum, { writableLength }) => sum + writableLength, 0),
  };
}
