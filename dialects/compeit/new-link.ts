import type { Socket } from 'socket.io';
import { callerOf } from '../../transport/gate/caller.js';
import { SocketIoClient } from '../../transport/socket-io/client.js';
import type { TransportLimits } from './transport/carrier.js';
import type { Link } from './user.js';

/**
 * Sends to a client of Socket.IO 1 to 4. As on the old transports, the connection of a client that reads too slowly is
 * ended (docs/protocols/compeit.md#29-limits).
 */
export function newLink(
  socket: Socket,
  { maxQueuedPackets, maxQueuedBytes }: Pick<TransportLimits, 'maxQueuedPackets' | 'maxQueuedBytes'>,
): Link {
  const client = new SocketIoClient(socket, {
    maxWaitingPackets: maxQueuedPackets,
    maxWaitingBytes: maxQueuedBytes,
    onOverrun: () => {
      client.cut();
    },
  });
  return {
    address: callerOf(socket.request).address,
    send: ({ name, args }) => {
      client.emit(name, ...args);
    },
    dismiss: () => {
      client.end();
    },
  };
}
