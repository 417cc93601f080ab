import { z } from 'zod';
import { sources } from './grants.js';
import { mediaKinds } from './muted-kinds.js';

/**
 * What another process needs to go on with the rooms of this one: plain data, read back by these schemas. What can be computed is not in
 * it. A reader leaves out members that it does not know.
 */

const kind = z.enum(mediaKinds);
const kinds = z.array(kind);
/** In ms since 1970. */
const time = z.number();
/** As the media engine made it (`MediaRecord`). */
const mediaRecord = z.string();
/** By stream id. */
const streamMutes = z.record(z.string(), kinds);

const grants = z.object({
  roomJoin: z.boolean(),
  roomCreate: z.boolean(),
  roomList: z.boolean(),
  roomAdmin: z.boolean(),
  roomRecord: z.boolean(),
  canPublish: z.boolean(),
  canSubscribe: z.boolean(),
  canPublishData: z.boolean(),
  canPublishSources: z.array(z.enum(sources)),
  canUpdateOwnMetadata: z.boolean(),
  hidden: z.boolean(),
  recorder: z.boolean(),
});

const settings = z.object({
  title: z.string().nullable(),
  maxParticipants: z.number(),
  emptyTimeoutS: z.number(),
  departureTimeoutS: z.number(),
  metadata: z.string(),
  locked: z.boolean(),
  waitingRoom: z.boolean(),
  mutedOnEntry: z.boolean(),
  passwordHash: z.string().nullable(),
  listed: z.boolean(),
  chatHistory: z.number(),
  keepClosedS: z.number(),
});

const filter = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('face-overlay'),
    imageUrl: z.string(),
    placement: z.object({ offsetX: z.number(), offsetY: z.number(), width: z.number(), height: z.number() }),
  }),
  z.object({ type: z.literal('marker'), imageUrl: z.string(), index: z.number() }),
]);

const text = z.object({ id: z.string(), at: time, by: z.string(), displayName: z.string(), text: z.string() });

const bearer = z.object({
  /** What it may do in this room by itself. */
  grants,
  identity: z.string().optional(),
  name: z.string().optional(),
  room: z.string().optional(),
  metadata: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  validFrom: z.number().optional(),
  address: z.string().optional(),
  claims: z.record(z.string(), z.unknown()).optional(),
});

const presence = z.object({
  cut: kinds.optional(),
  cutStreams: streamMutes.optional(),
  muted: streamMutes.optional(),
  handSince: time.optional(),
});

/** One way from a publication to a sink. */
const feed = z.object({ endpoint: mediaRecord, connected: kinds, muted: kinds });

const publication = z.object({
  id: z.string(),
  source: z.enum(['camera', 'screen', 'other']),
  kinds,
  refused: kinds,
  openedAt: time,
  sids: z.partialRecord(kind, z.string()).optional(),
  muted: kinds,
  endpoint: mediaRecord,
  /** Those that come back to the publisher; absent: it gets nothing back. */
  loopback: kinds.optional(),
  filter: z.object({ is: filter, element: mediaRecord }).optional(),
});

const subscription = feed.extend({ publisher: z.string(), stream: z.string() });

const participant = z.object({
  id: z.string(),
  name: z.string(),
  keepsName: z.boolean(),
  attributes: z.object({
    displayName: z.string(),
    dialect: z.string(),
    hearsPrivateTexts: z.boolean(),
    peerToPeer: z.boolean().optional(),
  }),
  /** `Returner.identity`. */
  identity: z.string(),
  bearer,
  grants,
  joinedAt: time,
  profile: z.object({ name: z.string(), metadata: z.string(), tags: z.record(z.string(), z.string()) }),
  sid: z.string().optional(),
  presence,
  filter: filter.optional(),
  publications: z.array(publication),
  /** The id of the stream that protocols of one stream show. */
  shown: z.string().optional(),
  subscriptions: z.array(subscription),
  /** What its dialect keeps of its client. */
  session: z.unknown(),
});

const room = z.object({
  name: z.string(),
  sid: z.string().optional(),
  createdAt: time,
  settings,
  stays: z.boolean(),
  /** When it closes unless somebody comes. */
  closesAt: time.optional(),
  /** When it gets another moderator, where it has none. */
  moderatorAt: time.optional(),
  /** How many texts were said to everybody. */
  said: z.number(),
  texts: z.array(text),
  /** Null: it was taken away. */
  filter: filter.nullable().optional(),
  pipeline: mediaRecord.optional(),
  participants: z.array(participant),
});

const ban = z.object({
  id: z.string(),
  identity: z.string().optional(),
  name: z.string().optional(),
  address: z.string().optional(),
  until: time.nullable(),
});

/** What is kept of names of rooms, whether there is such a room or not. */
const refusals = z.object({
  /** By room. */
  bans: z.array(z.tuple([z.string(), z.array(ban)])),
  lastBan: z.number(),
  revocations: z.array(z.tuple([z.string(), z.object({ before: time, until: time })])),
  evictions: z.array(z.tuple([z.string(), time])),
  keptClosed: z.array(z.tuple([z.string(), time])),
});

export const roomsRecordSchema = z.object({ rooms: z.array(room), refusals });

export type RoomsRecord = z.infer<typeof roomsRecordSchema>;
export type RoomRecord = z.infer<typeof room>;
export type ParticipantRecord = z.infer<typeof participant>;
export type BearerRecord = z.infer<typeof bearer>;
export type PresenceRecord = z.infer<typeof presence>;
export type PublicationRecord = z.infer<typeof publication>;
export type SubscriptionRecord = z.infer<typeof subscription>;
