import { z } from 'zod';
import type { Participant } from '../../rooms/index.js';
import { shownWith, profileSchema, stateSchema } from './shown.js';
import { noFeatures } from './features.js';
import type { Features } from './features.js';

/** The streams of a participant, as results and notifications list them. */
export const streamsSchema = z.array(z.object({ id: z.string() }));

/** A participant that is in the room, as joinRoom lists it. */
export const presentSchema = z.object({
  id: z.string(),
  streams: streamsSchema.optional(),
  ...profileSchema.partial().shape,
  state: stateSchema.optional(),
});

/**
 * The one stream that a participant of this protocol can have (docs/protocols/kurento-room.md#2-names-and-identifiers).
 */
export const webcam = [{ id: 'webcam' }];

/**
 * What is listed of a participant. A client for Android takes the presence of `streams` for a publication
 * (docs/protocols/kurento-room.md#31-joinroom).
 */
export function presentOf(
  participant: Participant,
  { emptyStreams, features }: { readonly emptyStreams: boolean; readonly features: Features },
): z.output<typeof presentSchema> {
  const { name: id, publication } = participant;
  const entry = publication ? { id, streams: webcam } : emptyStreams ? { id, streams: [] } : { id };
  // A large room has many entries, and most clients want no more of them.
  return features === noFeatures ? entry : { ...entry, ...shownWith(features, participant) };
}
