import type { Socket } from 'socket.io';
import type { WriteTurn } from '../write-turn.js';
import type { EngineConnection } from './engine.js';
import { engineOf } from './engine.js';

/** Two namespaces of one connection need it once. */
const done = new WeakSet<EngineConnection>();

/**
 * Sends a client everything that is due in one turn of the event loop in one write, or in one answer to a poll. Engine.IO flushes after
 * each packet, and each flush is a system call. Here the first packet of a turn asks for one flush at the end of the turn.
 */
export function writeOncePerTurn(conn: Socket['conn'], turn: WriteTurn): void {
  const engine = engineOf(conn);
  if (done.has(engine)) return;
  done.add(engine);
  const flush = engine.flush.bind(engine);
  let due = false;
  const writer = {
    flush(): void {
      due = false;
      const connection = engine.transport.socket?._socket;
      connection?.cork();
      flush();
      connection?.uncork();
    },
  };
  engine.flush = () => {
    // A client that has just changed to a WebSocket is closed right after this call: what it is still to get goes out now.
    if (engine.readyState === 'closing') {
      writer.flush();
      return;
    }
    if (due || engine.writeBuffer.length === 0 || !engine.transport.writable) return;
    due = true;
    turn.add(writer);
  };
}
