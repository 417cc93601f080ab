import type { Socket } from 'socket.io';
import type { DoorFigures } from '../../transport/door-figures.js';
import { SocketIoClient } from '../../transport/socket-io/client.js';
import type { TransportLimits } from './transport/carrier.js';
import type { Link } from './user.js';

/**
 * Sends to a client of Socket.IO 1 to 4. As on the old transports, the connection of a client that reads too slowly is
 * ended (docs/protocols/compeit.md#29-limits).
 */
export function newLink(
  socket: Socket,
  figures: DoorFigures,
  { maxQueuedPackets, maxQueuedBytes }: Pick<TransportLimits, 'maxQueuedPackets' | 'maxQueuedBytes'>,
): Link {
  const client = new SocketIoClient(socket, {
    figures,
    maxWaitingPackets: maxQueuedPackets,
    maxWaitingBytes: maxQueuedBytes,
    onOverrun: () => {
      figures.slowReaders += 1;
      client.cut();
    },
  });
  return {
    address: client.address,
    send: ({ name, args }) => {
      client.emit(name, ...args);
    },
    dismiss: () => {
      client.end();
    },
  };
}
