import { z } from 'zod';
import type { Participant, ParticipantState, Profile, RoomSettings } from '../../rooms/index.js';
import { has } from './features.js';
import type { Features } from './features.js';

/** What a participant sends and wants, as `participantStateChanged` and joinRoom tell it. */
export const stateSchema = z.object({
  audio: z.boolean().meta({ description: 'Published, muted neither by the participant nor by a moderator' }),
  video: z.boolean().meta({ description: 'As `audio`' }),
  screen: z.boolean().meta({ description: 'As `audio`, of a screen' }),
  hand: z.boolean(),
  handSince: z.int().optional().meta({ description: 'When the hand was raised, in ms since 1970' }),
  mutedBy: z.literal('moderator').optional(),
  mutedKinds: z
    .array(z.enum(['audio', 'video']))
    .optional()
    .meta({ description: 'What the moderator has muted' }),
});

/** What people are shown of a participant. */
export const profileSchema = z.object({
  name: z.string(),
  metadata: z.string(),
  attributes: z.record(z.string(), z.string()),
});

/** What everybody in a room may know of its settings. */
export const roomSchema = z.object({
  title: z.string().meta({ description: 'For people, where it differs from the name; empty: none' }),
  metadata: z.string(),
  maxParticipants: z.int().meta({ description: '0: any number' }),
  locked: z.boolean(),
  waitingRoom: z.boolean(),
  mutedOnEntry: z.boolean(),
  hasPassword: z.boolean(),
  lastN: z.int().meta({ description: 'Clients get the video of so many of the latest speakers. 0: of everybody' }),
  audioLastN: z
    .int()
    .meta({ description: 'Clients get the audio of so many, the loudest at each time. 0: of everybody' }),
});
type ShownRoom = z.output<typeof roomSchema>;

export function shownState({ mutedByModerator, handSince, ...state }: ParticipantState): z.output<typeof stateSchema> {
  return {
    ...state,
    ...(handSince !== undefined && { handSince }),
    ...(mutedByModerator.length > 0 && { mutedBy: 'moderator' as const, mutedKinds: [...mutedByModerator] }),
  };
}

/** What clients with those features are told of a participant beside its id. Nothing is looked up that they are not told. */
export function shownWith(features: Features, participant: Participant) {
  return {
    ...(has(features, 'metadata') && shownProfile(participant.profile)),
    ...(has(features, 'state') && { state: shownState(participant.state) }),
  };
}

function shownProfile({ name, metadata, tags }: Profile): z.output<typeof profileSchema> {
  return { name, metadata, attributes: { ...tags } };
}

export function shownRoom({ title, passwordHash, lastN, audioLastN, ...settings }: RoomSettings): ShownRoom {
  const { metadata, maxParticipants, locked, waitingRoom, mutedOnEntry } = settings;
  const hasPassword = passwordHash !== null;
  return {
    ...{ title: title ?? '', metadata, maxParticipants, locked, waitingRoom, mutedOnEntry, hasPassword },
    ...{ lastN, audioLastN },
  };
}

/** Those of the changes that everybody may know; undefined when there are none. */
export function shownChanges(changes: Partial<RoomSettings>, settings: RoomSettings): Partial<ShownRoom> | undefined {
  const shown = Object.entries(shownRoom(settings)).filter(([name]) =>
    Object.hasOwn(changes, name === 'hasPassword' ? 'passwordHash' : name),
  );
  return shown.length === 0 ? undefined : Object.fromEntries(shown);
}
