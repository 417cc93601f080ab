import { z } from 'zod';
import type { Participant } from '../../rooms/index.js';

/** The streams of a participant, as results and notifications list them. */
export const streamsSchema = z.array(z.object({ id: z.string() }));

/**
 * The one stream that a participant of this protocol can have (docs/protocols/kurento-room.md#2-names-and-identifiers).
 */
export const webcam = [{ id: 'webcam' }];

export function streamsOf(participant: Participant): z.output<typeof streamsSchema> {
  return participant.publication ? webcam : [];
}
