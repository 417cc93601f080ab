import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { sleptSince } from './patience.js';

/**
 * Ends a connection that is kept for the next request, when its time is over. After a pause of the server that request waits in the
 * socket, or is on its way from a client that was not told of the end: the connection is kept once more as long.
 */
export function endIdle({ keepAliveTimeout }: Server, socket: Socket): void {
  const { bytesRead } = socket;
  // Timers run before sockets are read, immediates after it.
  setImmediate(() => {
    if (socket.bytesRead > bytesRead) return;
    if (sleptSince(performance.now() - keepAliveTimeout)) socket.setTimeout(keepAliveTimeout);
    else socket.destroy();
  });
}
