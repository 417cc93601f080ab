import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** What answers to the requests for an upgrade tell browsers. */
const headersOf = new WeakMap<Duplex, ReadonlyMap<string, string>>();

/** How long the client has to close its side, in ms. */
const closeAfterMs = 1_000;

/** Called before a door sees the request for an upgrade, so that no door can forget the headers. */
export function keepHeaders(socket: Duplex, headers: ReadonlyMap<string, string>): void {
  headersOf.set(socket, headers);
}

/** Answers a request for an upgrade with a plain response, and ends the connection. */
export function answerRaw(
  socket: Duplex,
  status: number,
  reason: string,
  more: readonly (readonly [name: string, value: string])[] = [],
): void {
  const body = `${reason}\n`;
  const headers = [...(headersOf.get(socket) ?? []), ...more].map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n${headers.join('')}\r\n${body}`,
  );
  // Whatever the client still sends is read, or it would lose the answer. It may never close its side.
  socket.resume();
  setTimeout(() => socket.destroy(), closeAfterMs).unref();
}

/** For the event of that name of a `WebSocketServer`: the library would answer without our headers. */
export function onWsClientError(error: Error, socket: Duplex): void {
  answerRaw(socket, 400, error.message, [['Sec-WebSocket-Version', '13']]);
}
