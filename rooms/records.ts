import { z } from 'zod';
import { grantsSchema as grants } from './grants-schema.js';
import { mediaKinds } from './muted-kinds.js';
import { qualityLevels } from './quality.js';
import { recordingStates } from './recording-store.js';
import { layerWish } from './subscription-wish.js';

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

/** What a stream shows. */
const source = z.enum(['camera', 'screen', 'other']);

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
  lastN: z.number().default(0),
  audioLastN: z.number().default(0),
  keepClosedS: z.number(),
  autoRecord: z
    .object({ sources: z.array(source).readonly().optional(), kinds: kinds.readonly().optional() })
    .nullable()
    .default(null),
});

const filter = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('face-overlay'),
    imageUrl: z.string().optional(),
    placement: z.object({ offsetX: z.number(), offsetY: z.number(), width: z.number(), height: z.number() }).optional(),
  }),
  z.object({ type: z.literal('marker'), imageUrl: z.string(), index: z.number() }),
  z.object({ type: z.literal('gstreamer'), command: z.string(), properties: z.record(z.string(), z.string()) }),
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

/** The number of a participant in its room, of no other one before or after it. */
const slot = z.int();

const publication = z.object({
  slot,
  id: z.string(),
  source,
  kinds,
  refused: kinds,
  openedAt: time,
  sids: z.partialRecord(kind, z.string()).optional(),
  muted: kinds,
  endpoint: mediaRecord,
  /** Of its offer. */
  ufrags: z.array(z.string()).optional(),
  dataChannels: z.boolean().optional(),
  /** Those that come back to the publisher; absent: it gets nothing back. */
  loopback: kinds.optional(),
  /** `own`: of this publication alone. */
  filter: z.object({ is: filter, element: mediaRecord, own: z.boolean().optional() }).optional(),
});

const subscription = z.object({
  slot,
  publisher: slot,
  stream: z.string(),
  endpoint: mediaRecord,
  /** Of its offer. */
  ufrags: z.array(z.string()).optional(),
  /** What the media server has connected. */
  connected: kinds,
  muted: kinds,
  /** What the subscriber can do without at present. */
  unwanted: kinds.optional(),
  /** What the room does not give it at present. */
  held: kinds.optional(),
  wish: layerWish.optional(),
});

const participant = z.object({
  slot,
  id: z.string(),
  name: z.string(),
  keepsName: z.boolean(),
  attributes: z.object({
    displayName: z.string(),
    dialect: z.string(),
    hearsPrivateTexts: z.boolean(),
    peerToPeer: z.boolean().optional(),
    isIngress: z.boolean().optional(),
  }),
  /** `Returner.identity`. */
  identity: z.string(),
  bearer,
  grants,
  joinedAt: time,
  profile: z.object({ name: z.string(), metadata: z.string(), tags: z.record(z.string(), z.string()) }),
  sid: z.string().optional(),
  region: z.string().optional(),
  lastN: z.number().optional(),
  presence,
  /** Absent: excellent, or its client reports nothing. */
  quality: z.enum(qualityLevels).optional(),
  filter: filter.optional(),
  /** The id of the stream that protocols of one stream show. */
  shown: z.string().optional(),
  /** What its dialect keeps of its client. */
  /** Undefined where the dialect keeps nothing: the client cannot come back. */
  session: z.unknown().optional(),
});

const recording = z.object({
  id: z.string(),
  name: z.string(),
  room: z.string(),
  target: z.object({ participant: z.string().optional(), stream: z.string().optional() }),
  state: z.enum(recordingStates),
  startedAt: time,
  startedBy: z.string().optional(),
  sources: z.array(source).readonly().optional(),
  kinds: kinds.readonly().optional(),
  /** What it records is chosen by what is not in the record. */
  isChosen: z.boolean().optional(),
});

const room = z.object({
  name: z.string(),
  sid: z.string().optional(),
  createdAt: time,
  settings,
  stays: z.boolean(),
  /** The dialects that keep it open (`KeptValues.keepsOpen`). */
  keptOpenBy: z.array(z.string()).optional(),
  /** When it closes unless somebody comes. */
  closesAt: time.optional(),
  /** When it gets another moderator, where it has none. */
  moderatorAt: time.optional(),
  nextSlot: slot,
  /** How many texts were said to everybody. */
  said: z.number(),
  /** Those that wait to be let in. The next process tells moderators that they do not wait any more: it does not know their clients. */
  waiting: z.array(z.object({ id: z.string(), name: z.string(), door: z.string(), since: time })).optional(),
  /** Null: it was taken away. */
  filter: filter.nullable().optional(),
  pipeline: mediaRecord.optional(),
  /** Those that run. The next process says that they have ended, and begins others for the same. */
  recordings: z.array(recording).optional(),
  /** Whether what the setting `autoRecord` has begun has ended. */
  autoRecorded: z.boolean().optional(),
});

/** What a dialect keeps with the room (`Room.kept`). */
const kept = z.object({ dialect: z.string(), key: z.string(), value: z.unknown() });

/** A room and everything in it. */
const wholeRoom = z.object({
  room,
  participants: z.array(participant),
  publications: z.array(publication),
  subscriptions: z.array(subscription),
  texts: z.array(text),
  kept: z.array(kept).default([]),
});

const ban = z.object({
  id: z.string(),
  identity: z.string().optional(),
  name: z.string().optional(),
  address: z.string().optional(),
  until: time.nullable(),
});

const revocation = z.object({ before: time, until: time });
const ending = z.object({ until: time });

/** What is kept of names of rooms, whether there is such a room or not. */
const refusals = z.object({
  /** By room. */
  bans: z.array(z.tuple([z.string(), z.array(ban)])),
  lastBan: z.number(),
  revocations: z.array(z.tuple([z.string(), revocation])),
  evictions: z.array(z.tuple([z.string(), time])),
  keptClosed: z.array(z.tuple([z.string(), time])),
});

export const roomsRecordSchema = z.object({ rooms: z.array(wholeRoom), refusals });

export type RoomsRecord = z.infer<typeof roomsRecordSchema>;
export type WholeRoomRecord = z.infer<typeof wholeRoom>;
export type RoomRecord = z.infer<typeof room>;
export type KeptValueRecord = z.infer<typeof kept>;
export type RecordingRecord = z.infer<typeof recording>;
export type ParticipantRecord = z.infer<typeof participant>;
export type BearerRecord = z.infer<typeof bearer>;
export type PresenceRecord = z.infer<typeof presence>;
export type PublicationRecord = z.infer<typeof publication>;
export type SubscriptionRecord = z.infer<typeof subscription>;

/** The field of each entity in the record of a room, where it is kept entity by entity (journal.ts). */
export const fieldOf = {
  room: 'room',
  participant: (slot: number) => `m:${slot}`,
  publication: (slot: number, stream: string) => `p:${slot}:${stream}`,
  subscription: (slot: number, publisher: number, stream: string) => `s:${slot}:${publisher}:${stream}`,
  text: (id: string) => `chat:${id}`,
  /** The name of a dialect has no colon. */
  kept: (dialect: string, key: string) => `d:${dialect}:${key}`,
} as const;

/**
 * The fields of what is kept of a room's name, whether there is such a room or not. Each has a time `until` in ms since 1970; null: as long
 * as the room lives.
 */
export const refusalFields = {
  ban: (id: string) => `ban:b:${id}`,
  revocation: (identity: string) => `ban:r:${identity}`,
  eviction: (identity: string) => `ban:e:${identity}`,
  keptClosed: 'ban:c',
} as const;

/** What is kept of the name of one room. */
export interface RoomRefusals {
  readonly bans: readonly z.infer<typeof ban>[];
  readonly revocations: readonly (readonly [identity: string, z.infer<typeof revocation>])[];
  readonly evictions: readonly (readonly [identity: string, until: number])[];
  readonly keptClosed: number | undefined;
}

/** From the fields of a room. What cannot be read is left out. */
export function refusalsOfFields(fields: ReadonlyMap<string, string>): RoomRefusals {
  const all = <T>(prefix: string, schema: z.ZodType<T>): (readonly [string, T])[] =>
    [...fields].flatMap(([field, json]) => {
      if (!field.startsWith(prefix)) return [];
      const { data } = schema.safeParse(parsed(json));
      return data === undefined ? [] : [[field.slice(prefix.length), data] as const];
    });
  return {
    bans: all(refusalFields.ban(''), ban).map(([, each]) => each),
    revocations: all(refusalFields.revocation(''), revocation),
    evictions: all(refusalFields.eviction(''), ending).map(([identity, { until }]) => [identity, until]),
    keptClosed: all(refusalFields.keptClosed, ending)[0]?.[1].until,
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const parts = { m: participant, p: publication, s: subscription, chat: text } as const;

/**
 * A room from its fields.
 * @param fields JSON by name. Those that are not known are left out. @throws ZodError, SyntaxError
 */
export function roomOfFields(fields: ReadonlyMap<string, string>): WholeRoomRecord {
  const all = <Kind extends keyof typeof parts>(kind: Kind): z.infer<(typeof parts)[Kind]>[] =>
    [...fields]
      .filter(([field]) => field.startsWith(`${kind}:`))
      .map(([, json]) => parts[kind].parse(JSON.parse(json)) as z.infer<(typeof parts)[Kind]>);
  return {
    room: room.parse(JSON.parse(fields.get(fieldOf.room) ?? 'null')),
    participants: all('m').sort((one, other) => one.slot - other.slot),
    publications: all('p').sort((one, other) => one.openedAt - other.openedAt),
    subscriptions: all('s'),
    texts: all('chat').sort((one, other) => numberOf(one.id) - numberOf(other.id)),
    kept: [...fields].flatMap(([field, json]) => {
      const [, dialect, key] = keptField.exec(field) ?? [];
      return dialect === undefined || key === undefined ? [] : [{ dialect, key, value: JSON.parse(json) as unknown }];
    }),
  };
}

const keptField = /^d:([^:]+):([^]+)$/;

/** Which text of its room it is: the end of its id. */
function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('-') + 1));
}
