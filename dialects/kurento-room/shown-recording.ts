import { z } from 'zod';
import { recordingStates } from '../../rooms/index.js';
import type { RecordingFacts, RecordingTarget, Room } from '../../rooms/index.js';
import { streamIdSchema } from './streams.js';

/** What of a room is recorded, in the names of this protocol. */
export const targetSchema = z.object({
  participant: z.string().min(1).optional().meta({ description: 'The id of a participant. Default: everybody' }),
  stream: streamIdSchema.optional().meta({ description: 'The id of a stream. Default: all' }),
});

/** A recording as clients of the feature `recording` are told of it. */
export const recordingSchema = z.object({
  id: z.string(),
  name: z.string().meta({ description: 'For people; may be empty' }),
  state: z.enum(recordingStates),
  startedAt: z.int().meta({ description: 'In ms since 1970' }),
  startedBy: z.string().optional().meta({
    description: "The id of a participant, or the name of a program's key; absent: the room's own setting",
  }),
  target: targetSchema,
});

export function shownRecording(room: Room, facts: RecordingFacts): z.output<typeof recordingSchema> {
  const { id, name, state, startedAt, startedBy, target } = facts;
  const { participant, stream } = target;
  return {
    ...{ id, name, state, startedAt },
    ...(startedBy !== undefined && { startedBy: nameOf(room, startedBy) }),
    target: {
      ...(participant !== undefined && { participant: nameOf(room, participant) }),
      ...(stream !== undefined && { stream }),
    },
  };
}

/** Somebody who is not there has no id in the room: then it is none of theirs. */
export function targetIn(room: Room, { participant, stream }: z.output<typeof targetSchema>): RecordingTarget {
  const found = participant === undefined ? undefined : room.findByName(participant);
  return { participant: found?.id ?? participant, stream };
}

function nameOf(room: Room, id: string): string {
  return room.find(id)?.name ?? id;
}
