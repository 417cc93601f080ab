import { z } from 'zod';
import type { Room } from '../rooms/index.js';

/** What lists say of a room. Nodes tell each other so much of each: nothing that names people. */
export const listedRoomSchema = z.object({
  name: z.string(),
  sid: z.string(),
  title: z.string().nullable(),
  /** In ms since 1970. */
  createdAt: z.number(),
  listed: z.boolean(),
  maxParticipants: z.number(),
  emptyTimeoutS: z.number(),
  departureTimeoutS: z.number(),
  metadata: z.string(),
  /** Nodes of former versions do not say so. */
  waitingRoom: z.boolean().optional(),
  /** How many are in the room. */
  participants: z.number(),
  /** How many of them publish. */
  publishers: z.number(),
  /** Streams. */
  publications: z.number(),
  /** How many of the participants speak which protocol. */
  dialects: z.record(z.string(), z.number()),
  /** The dialects that keep something with the room. Nodes of former versions do not say so. */
  keptFor: z.array(z.string()).optional(),
});

export type ListedRoom = Readonly<z.output<typeof listedRoomSchema>>;

export function listedRoomOf(room: Room): ListedRoom {
  const { name, sid, title = null, createdAt, settings, size, keptFor } = room;
  const { listed, maxParticipants, emptyTimeoutS, departureTimeoutS, metadata, waitingRoom } = settings;
  const dialects: Record<string, number> = {};
  let [publishers, publications] = [0, 0];
  for (const participant of room.participants) {
    const { dialect } = participant.attributes;
    dialects[dialect] = (dialects[dialect] ?? 0) + 1;
    publications += participant.publications.length;
    if (participant.publications.length > 0) publishers += 1;
  }
  return {
    ...{ name, sid, title, createdAt, listed, maxParticipants, emptyTimeoutS, departureTimeoutS, metadata },
    ...{ waitingRoom, participants: size, publishers, publications, dialects },
    ...(keptFor.length > 0 && { keptFor: [...keptFor] }),
  };
}
