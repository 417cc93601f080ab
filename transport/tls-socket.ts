import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** By the other end: TCP connections that are to have TLS. A live connection has its other end for itself. */
const expected = new Map<string, Socket>();
const beneath = new WeakMap<Duplex, Socket>();

/** Of a server with TLS: the connection is remembered until it is closed. */
export function expectTls(socket: Socket): void {
  const end = otherEnd(socket);
  if (end === undefined) return;
  expected.set(end, socket);
  socket.once('close', () => {
    if (expected.get(end) === socket) expected.delete(end);
  });
}

/** TLS stands on a connection. Node does not say on which. */
export function linkTls(socket: TLSSocket): void {
  const end = otherEnd(socket);
  const tcp = end === undefined ? undefined : expected.get(end);
  if (tcp) beneath.set(socket, tcp);
}

/** The TCP connection of a request, as the event `connection` of the server has it. Requests over TLS have another object. */
export function tcpOf(socket: Duplex): Duplex {
  return beneath.get(socket) ?? socket;
}

function otherEnd({ remoteAddress, remotePort, localPort }: Socket): string | undefined {
  return remotePort === undefined ? undefined : `${remoteAddress} ${remotePort} ${localPort}`;
}
