import { z } from 'zod';
import { isStreamId, maxStreams, sourceOf } from '../../rooms/index.js';
import type { Participant, Publication, StreamSource } from '../../rooms/index.js';
import { shownWith, profileSchema, stateSchema } from './shown.js';
import { has, noFeatures } from './features.js';
import type { Features } from './features.js';

/** Where the tracks of a stream come from, in the words of LiveKit's tokens. */
const sourceSchema = z.enum(['camera', 'microphone', 'screen_share', 'screen_share_audio', 'unknown']);
type WireSource = z.output<typeof sourceSchema>;

const kindsSchema = z.array(z.enum(['audio', 'video']));

/** One stream of a participant. Clients without the feature `streams` are told the id alone. */
export const streamSchema = z.object({
  id: z.string().meta({ description: 'Without the feature `streams` always `webcam`' }),
  kinds: kindsSchema.optional().meta({ description: 'What it sends' }),
  source: sourceSchema.optional().meta({ description: 'Of its video; of its audio where it has no video' }),
  muted: kindsSchema.optional().meta({ description: 'Those of `kinds` that the publisher or a moderator has muted' }),
});

/** The streams of a participant, as results and notifications list them. */
export const streamsSchema = z.array(streamSchema);

/** The id of a stream, in requests. */
export const streamIdSchema = z
  .string()
  .refine(isStreamId, { error: 'must be a small letter, and up to 15 small letters, digits and hyphens' })
  .meta({ description: `The id of a stream, as \`webcam\` or \`screen\`. A participant has up to ${maxStreams}` });

/** What a stream shows, in requests. */
export const givenSourceSchema = sourceSchema.transform((source): StreamSource => {
  if (source === 'unknown') return 'other';
  return source === 'camera' || source === 'microphone' ? 'camera' : 'screen';
});

/** A participant that is in the room, as joinRoom lists it. */
export const presentSchema = z.object({
  id: z.string(),
  streams: streamsSchema.optional(),
  ...profileSchema.partial().shape,
  state: stateSchema.optional(),
});

/**
 * What a client of 2016 is told of what somebody publishes: it knows one stream of each participant (docs/protocols/kurento-room.md#2-names-and-identifiers).
 */
export const webcam = [{ id: 'webcam' }];
const noStreams: z.output<typeof streamsSchema> = [];

/** What clients with the feature `streams` are told of a stream. */
export function shownStream({ id, source, kinds, silent }: Publication): z.output<typeof streamSchema> {
  const shownSource: WireSource = sourceOf(source, kinds.length === 1 && kinds[0] === 'audio' ? 'audio' : 'video');
  return { id, kinds: [...kinds], source: shownSource, muted: [...silent] };
}

/** The streams of a participant, to clients with those features. Empty: it does not publish. */
export function shownStreams(participant: Participant, features: Features) {
  if (has(features, 'streams')) return participant.publications.map(shownStream);
  return participant.publication ? webcam : noStreams;
}

/**
 * What is listed of a participant. A client for Android takes the presence of `streams` for a publication
 * (docs/protocols/kurento-room.md#31-joinroom).
 */
export function presentOf(
  participant: Participant,
  { emptyStreams, features }: { readonly emptyStreams: boolean; readonly features: Features },
): z.output<typeof presentSchema> {
  const { name: id } = participant;
  const streams = shownStreams(participant, features);
  const entry = streams.length > 0 || emptyStreams ? { id, streams } : { id };
  // A large room has many entries, and most clients want no more of them.
  return features === noFeatures ? entry : { ...entry, ...shownWith(features, participant) };
}
