import type { Socket } from 'socket.io';
import { SocketIoClient } from '../../transport/socket-io/client.js';
import type { TransportLimits } from './transport/carrier.js';
import type { Link } from './user.js';

/**
 * The way to a client of Socket.IO 1 to 4. What waits for a slow reader is bounded as on the old transports, and more ends its connection
 * (COMPEIT §2.9).
 */
export function newLink(socket: Socket, { maxQueuedPackets, maxQueuedBytes }: TransportLimits): Link {
  const client = new SocketIoClient(socket, {
    maxWaitingPackets: maxQueuedPackets,
    maxWaitingBytes: maxQueuedBytes,
    onOverrun: () => {
      client.cut();
    },
  });
  return {
    send: ({ name, args }) => {
      client.emit(name, ...args);
    },
    dismiss: () => {
      client.end();
    },
  };
}
