import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Where datagrams are sent, and by what those who get them know the look that they belong to. */
export interface UdpTarget {
  readonly address: string;
  readonly ports: readonly number[];
  readonly nonce: string;
}

/** A datagram may be lost, so it is sent several times; nothing is sent to a port that has answered. */
const tries = 3;
const betweenMs = 300;

/** Whether datagrams go to these ports and come back. Three at most are sent to each, of less than 50 bytes. @returns those that have answered */
export async function probeUdp({ address, ports, nonce }: UdpTarget): Promise<readonly number[]> {
  const socket = createSocket(familyOf(address));
  const answered = new Set<number>();
  const stop = new AbortController();
  socket.on('message', (data: Buffer, { port }: RemoteInfo) => {
    if (data.toString() === answerTo(nonce) && ports.includes(port)) answered.add(port);
    if (answered.size === ports.length) stop.abort();
  });
  // Such as an address that this machine has no way to.
  socket.on('error', () => undefined);
  try {
    for (let sent = 0; sent < tries && !stop.signal.aborted; sent += 1) {
      for (const port of ports) if (!answered.has(port)) socket.send(questionOf(nonce), port, address, () => undefined);
      await pause(betweenMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    return ports.filter((port) => answered.has(port));
  } finally {
    socket.close();
  }
}

/** Answers datagrams of one look at a port. */
export class UdpEcho {
  readonly #socket: Socket;
  readonly port: number;
  /** Whether anything has come that has to be answered. */
  hasHeard = false;

  private constructor(socket: Socket, nonce: string) {
    this.#socket = socket;
    this.port = socket.address().port;
    socket.on('message', (data: Buffer, { port, address }: RemoteInfo) => {
      if (data.toString() !== questionOf(nonce)) return;
      this.hasHeard = true;
      socket.send(answerTo(nonce), port, address, () => undefined);
    });
    socket.on('error', () => undefined);
  }

  /** @param bindAddress empty: every address of that family. @returns undefined when the port is taken */
  static async open(
    port: number,
    family: 'udp4' | 'udp6',
    bindAddress: string,
    nonce: string,
  ): Promise<UdpEcho | undefined> {
    const socket = createSocket({ type: family, ipv6Only: family === 'udp6' });
    try {
      const bound = once(socket, 'listening');
      socket.bind({ port, exclusive: true, ...(bindAddress !== '' && { address: bindAddress }) });
      await bound;
      return new UdpEcho(socket, nonce);
    } catch {
      socket.close();
      return undefined;
    }
  }

  close(): void {
    this.#socket.close();
  }
}

export function familyOf(address: string): 'udp4' | 'udp6' {
  return isIPv6(address) ? 'udp6' : 'udp4';
}

function questionOf(nonce: string): string {
  return `atrium-probe ${nonce}`;
}

function answerTo(nonce: string): string {
  return `atrium-answer ${nonce}`;
}
