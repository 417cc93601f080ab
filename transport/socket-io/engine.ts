import type { Duplex } from 'node:stream';
import type { Socket } from 'socket.io';

/*
 * What the server needs to know of Engine.IO's inside: names that its types keep private, as they are in the version of socket.io that
 * package.json pins. Nothing outside this folder knows them; the tests of this folder fail when they change.
 */

/** The connection of a client, which its namespaces share. */
export interface EngineConnection {
  /** Hands what is in the buffer to the transport. */
  flush(): void;
  /** `closing`: the connection ends when the buffer is empty. */
  readonly readyState: 'opening' | 'open' | 'closing' | 'closed';
  readonly writeBuffer: readonly unknown[];
  readonly transport: {
    /** False while the transport is busy, or no poll is there to answer. */
    readonly writable: boolean;
    /** The WebSocket, if it is one, and its connection while it has one. */
    readonly socket?: { readonly bufferedAmount: number; readonly _socket?: Duplex | null };
  };
}

/** Of the events `packet` (incoming), and `packetCreate` (outgoing). */
export interface EnginePacket {
  readonly data?: unknown;
}

export function engineOf(conn: Socket['conn']): EngineConnection {
  return conn as unknown as EngineConnection;
}

/** Bytes of one packet's data. */
export function bytesOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  return data instanceof Uint8Array ? data.byteLength : 0;
}
