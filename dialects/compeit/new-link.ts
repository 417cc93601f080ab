import type { Socket } from 'socket.io';
import type { TransportLimits } from './transport/carrier.js';
import type { Link } from './user.js';

interface EnginePacket {
  readonly data?: unknown;
}

/**
 * The way to a client of newer Socket.IO. What waits for a slow reader is bounded as on the old transports, and more ends its connection
 * (COMPEIT §2.9): the library itself would go on collecting.
 */
export function newLink(socket: Socket, { maxQueuedPackets, maxQueuedBytes }: TransportLimits): Link {
  let packets = 0;
  let bytes = 0;
  let isOpen = true;
  socket.conn.on('packetCreate', ({ data }: EnginePacket) => {
    packets += 1;
    bytes += typeof data === 'string' ? Buffer.byteLength(data) : 0;
    if (!isOpen || (packets <= maxQueuedPackets && bytes <= maxQueuedBytes)) return;
    isOpen = false;
    // Not at once: whoever sends may be in the middle of telling everybody.
    setImmediate(() => {
      // A slow reader takes no closing words either.
      socket.conn.close(true);
    });
  });
  // All that waited is on its way.
  socket.conn.on('flush', () => {
    packets = 0;
    bytes = 0;
  });
  return {
    send: ({ name, args }) => {
      if (isOpen) socket.emit(name, ...args);
    },
    dismiss: () => {
      socket.disconnect(true);
    },
  };
}
