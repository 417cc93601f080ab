import { z } from 'zod';
import type { Clock } from './clock.js';
import type { Names } from './names.js';
import type { Hub } from './redis.js';

const everyMs = 50;

/**
 * Resolves when no node is left that is gone and owns rooms: those that were this node's to take are here then. So a server that was
 * started again has its former rooms when its clients come back.
 * @param ms the longest time that it takes
 */
export async function leftRoomsTaken(hub: Hub, names: Names, clock: Clock, ms: number): Promise<void> {
  const end = clock.now() + ms;
  while (clock.now() < end && (await areRoomsLeft(hub, names).catch(() => false))) {
    await new Promise<void>((resolve) => void clock.later(everyMs, resolve));
  }
}

async function areRoomsLeft(hub: Hub, names: Names): Promise<boolean> {
  const ids = z.array(z.string()).parse(await hub.call('ZRANGE', names.nodes, 0, -1));
  const [subscribers, ...counts] = await hub.all([
    ['PUBSUB', 'NUMSUB', ...ids.map((id) => names.channelOf(id))],
    ...ids.map((id): [string, string] => ['EXISTS', names.roomsOf(id)]),
  ]);
  const heard = z.array(z.union([z.string(), z.number()])).parse(subscribers);
  return ids.some((_, index) => Number(heard[index * 2 + 1]) === 0 && counts[index] === 1);
}
