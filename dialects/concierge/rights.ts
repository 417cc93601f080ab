import { RoomError } from '../../rooms/index.js';
import type { Client } from './client.js';

/**
 * Whether a client may leave something for all clients, whichever rooms they are in: a message or a file. Nothing may stand against it in
 * any of its rooms.
 * @throws RoomError `not-allowed`
 */
export function assertMaySendToAll(client: Client): void {
  if ([...client.removedFrom].some(({ closed }) => !closed))
    throw new RoomError('not-allowed', 'You were removed from a room');
  if (client.subscriptions.size === 0) assertMayAnywhere(client);
  for (const group of client.subscriptions) group.membershipOf(client)?.assertMay('data');
}

/** @throws RoomError `not-allowed` for a client whose token allows something in certain rooms alone */
export function assertMayAnywhere({ bearer }: Client): void {
  if (bearer.grantsIn('').canPublishData) return;
  throw new RoomError('not-allowed', 'You may send something in your rooms alone');
}
