import type { Duplex } from 'node:stream';
import type { Socket } from 'socket.io';
import type { WriteTurn } from '../write-turn.js';

/** What is inside an Engine.IO socket, as far as it is needed here; its types keep it to themselves. */
interface Inside {
  flush(): void;
  readonly writeBuffer: readonly unknown[];
  readonly transport: {
    readonly writable: boolean;
    /** The WebSocket, if it is one, and its connection while it has one. */
    readonly socket?: { readonly _socket?: Duplex | null };
  };
}

/**
 * Lets a client of Socket.IO have everything that is due in one turn of the event loop in one write, or in one answer to a poll.
 * Engine.IO flushes after each packet, and each flush is a system call; here the first packet of a turn asks for one flush at its end.
 */
export function writeOncePerTurn(conn: Socket['conn'], turn: WriteTurn): void {
  const inside = conn as unknown as Inside;
  const flush = inside.flush.bind(inside);
  let due = false;
  const writer = {
    flush(): void {
      due = false;
      const connection = inside.transport.socket?._socket;
      connection?.cork();
      flush();
      connection?.uncork();
    },
  };
  inside.flush = () => {
    if (due || inside.writeBuffer.length === 0 || !inside.transport.writable) return;
    due = true;
    turn.add(writer);
  };
}
