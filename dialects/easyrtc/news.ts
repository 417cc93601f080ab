import type { Client } from './client.js';
import type { Membership } from './membership.js';
import { byName, roomDataReply } from './messages.js';
import type { Reply, RoomNews } from './messages.js';

/**
 * Sends one event to each client that shares rooms with this one, with this client's entry in each of them
 * (docs/protocols/easyrtc.md#66-setpresence).
 */
export function tellUpdate(client: Client, memberships: Iterable<Membership>): void {
  const [first, ...more] = [...memberships].filter(({ isHidden }) => !isHidden);
  if (!first) return;
  if (more.length === 0) {
    first.view.tell(ownUpdate([first]), client);
    return;
  }
  const receivers = new Map<Client, [string, RoomNews][]>();
  for (const membership of [first, ...more]) {
    const news = newsOf(membership);
    for (const other of membership.view.members.values()) {
      if (other.client === client) continue;
      const known = receivers.get(other.client);
      if (known) known.push(news);
      else receivers.set(other.client, [news]);
    }
  }
  for (const [receiver, news] of receivers) receiver.command(roomDataReply(byName(news)));
}

/** The same news as the answer to the client itself. */
export function ownUpdate(memberships: Iterable<Membership>): Reply {
  return roomDataReply(byName([...memberships].map(newsOf)));
}

function newsOf({ view, deltaEntry }: Membership): [string, RoomNews] {
  return [view.name, view.update(deltaEntry)];
}
