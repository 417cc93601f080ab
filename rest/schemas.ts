import { z } from 'zod';
import { grantsSchema, isStreamId, mostKeptTexts, mostLastN, qualityLevels } from '../rooms/index.js';
import { problemCodes } from './problem.js';
import { seenAs, serverDebug, udpProbe, udpProbed } from './server-schemas.js';
import { fileLink, manifest, newRecording, recordedFile, recording, recordingList } from './recording-schemas.js';

/** The answers of the REST API, declared once. Types, the OpenAPI document and the validation in tests come from here. */

const state = z.enum(['opening', 'open']).meta({ description: 'opening while it is being negotiated, then open' });

const kinds = z.array(z.enum(['audio', 'video']));

const publication = z
  .object({
    state,
    since: z.iso.datetime().nullable().meta({ description: 'When it opened; null while it is opening' }),
    stream: z.string().meta({ description: 'The id of the stream, as webcam or screen' }),
    source: z.enum(['camera', 'screen', 'other']).meta({ description: 'What it shows' }),
    kinds: kinds.meta({ description: 'What its offer sends' }),
    muted: kinds.meta({ description: 'Those of `kinds` that the publisher or a moderator has muted' }),
  })
  .meta({ description: 'A stream that the participant publishes' });

const firstPublication = publication
  .pick({ state: true, since: true, kinds: true })
  .extend({ stream: publication.shape.source })
  .nullable()
  .meta({
    deprecated: true,
    description: 'The first of `publications`, which replaces this; `stream` is its `source`',
  });

const subscription = z
  .object({
    publisher: z.string().meta({ description: 'The id of the participant whose stream is received' }),
    stream: publication.shape.stream,
    state,
  })
  .meta({ description: "One participant receiving another one's stream" });

const dialect = z.string().meta({ description: 'The protocol a participant speaks, as kurento-room' });

const grants = grantsSchema.meta({ description: "What somebody may do in the room, in the words of LiveKit's tokens" });

const participantState = z
  .object({
    audio: z.boolean().meta({ description: 'Published, and muted by nobody' }),
    video: z.boolean(),
    screen: z.boolean(),
    hand: z.boolean(),
    handSince: z.iso.datetime().nullable(),
    mutedByModerator: kinds.meta({ description: 'What the server lets through to nobody' }),
  })
  .meta({ description: 'What a participant sends, and whether its hand is raised' });

const attributes = z.record(z.string(), z.string());

const participant = z
  .object({
    id: z.string().meta({ description: 'Unique in the room' }),
    identity: z.string().meta({ description: 'What it has proved to be by a token; otherwise its id' }),
    name: z.string().meta({ description: 'Unique in the room, too: what protocols show that know people by name' }),
    displayName: z.string(),
    metadata: z.string(),
    attributes,
    dialect,
    kind: z.enum(['standard', 'ingress']).meta({
      description: 'ingress: a program that brings media from elsewhere, such as an encoder over WHIP',
    }),
    hidden: z.boolean().meta({ description: 'Others do not learn of it' }),
    joinedAt: z.iso.datetime(),
    grants,
    state: participantState,
    publication: firstPublication,
    publications: z.array(publication),
    subscriptions: z.array(subscription),
  })
  .meta({ description: "One client's membership of the room" });

const qualityLevel = z.enum(qualityLevels).meta({
  description: 'How well sound and pictures get through, from the best. lost: nothing is heard of the client',
});
const rttMs = z.number().meta({ description: 'To the server and back' });
const wayReport = z.object({
  loss: z.number().meta({ description: 'Share of the packets that were lost, 0 to 1' }),
  rttMs,
  kbps: z.number(),
});

const quality = z
  .object({
    level: qualityLevel.nullable().meta({ description: 'null: its client has reported nothing' }),
    readings: z
      .array(
        z.object({
          at: z.iso.datetime(),
          level: qualityLevel.exclude(['lost']).meta({ description: 'What this reading shows by itself' }),
          up: wayReport.meta({ description: 'What the client sends' }),
          down: wayReport.meta({ description: 'What it receives' }),
          frozenMs: z.number().meta({ description: 'For how long the pictures that it receives stood still' }),
          cpuLimited: z.boolean().meta({ description: 'Its machine is too busy for the pictures that it sends' }),
          server: z
            .object({ loss: wayReport.shape.loss, rttMs: rttMs.optional() })
            .nullable()
            .meta({ description: 'What the media server says of the streams, at their worst; null: nothing' }),
        }),
      )
      .meta({ description: 'The last 60 reports of its client, one every 10 s, the oldest first' }),
  })
  .meta({ description: "How well a participant's sound and pictures get through" });

const title = z.string().nullable().meta({ description: 'For people, where it differs from the name' });

const seconds = z.int().min(0).max(86_400);
/** What can be set of a room, as it is given. */
const givenSettings = {
  title: z.string().max(256).nullable(),
  maxParticipants: z.int().min(0).max(100_000).meta({ description: '0: any number' }),
  emptyTimeoutS: seconds.meta({ description: 'How long a room made in advance waits for its first participant' }),
  departureTimeoutS: seconds.meta({ description: 'How long it stays after its last participant' }),
  metadata: z.string().meta({ description: 'Up to MAX_METADATA_BYTES; the server does not read it' }),
  locked: z.boolean().meta({ description: 'Only moderators come in' }),
  waitingRoom: z.boolean().meta({ description: 'A moderator lets people in one by one' }),
  mutedOnEntry: z.boolean().meta({ description: 'The microphones of those who come later are cut' }),
  listed: z.boolean().meta({ description: 'false: public lists do not show the room' }),
  chatHistory: z
    .int()
    .min(0)
    .max(mostKeptTexts)
    .meta({ description: 'How many of the last texts that were said to everybody newcomers are told' }),
  lastN: z.int().min(0).max(mostLastN).meta({
    description: 'Of how many of the latest speakers a receiver gets the video; screens come besides. 0: of everybody',
  }),
  audioLastN: z.int().min(0).max(mostLastN).meta({
    description:
      'Receivers get the audio of so many, the loudest at each time, where the media server knows how loud they are. 0: of everybody',
  }),
  keepClosedS: seconds.meta({ description: 'How long the name cannot be opened again after the room was ended' }),
  autoRecord: z
    .strictObject({
      sources: z
        .array(z.enum(['camera', 'screen', 'other']))
        .min(1)
        .readonly(),
      kinds: kinds.min(1).readonly(),
    })
    .partial()
    .nullable()
    .meta({ description: 'What is recorded from its first stream on; default: all. null: nothing by itself' }),
};
const password = z
  .string()
  .min(1)
  .max(256)
  .nullable()
  .meta({ description: 'Asked of all but moderators; it cannot be read. null: none' });

const settings = z
  .object({ ...givenSettings, hasPassword: z.boolean() })
  .meta({ description: 'The settings of a room' });

const roomChanges = z
  .strictObject({ ...givenSettings, password })
  .partial()
  .meta({ description: 'Settings to change; absent ones stay' });

const newRoom = roomChanges
  .extend({ name: z.string().min(1) })
  .meta({ description: 'A room to make; absent settings take their defaults' });

const participantChanges = z
  .strictObject({
    muted: z
      .strictObject({ audio: z.boolean().optional(), video: z.boolean().optional() })
      .meta({ description: 'true cuts it for everybody; false takes the cut away' }),
    stream: z
      .string()
      .refine(isStreamId, { error: 'must be the id of a stream' })
      .meta({ description: 'With `muted`: of that stream alone. Default: of all' }),
    grants: z.strictObject(grants.shape).partial(),
    role: z.enum(['MODERATOR', 'PUBLISHER', 'SUBSCRIBER']).meta({ description: 'Shorthand for grants' }),
    name: z.string().max(256).meta({ description: 'What it is shown as' }),
    metadata: z.string(),
    attributes,
    hand: z.literal(false).meta({ description: 'Lowers the hand' }),
  })
  .partial()
  .meta({ description: 'What to change of a participant' });

const recipients = z.array(z.string().min(1)).min(1).max(1_000);
const newMessage = z
  .strictObject({
    text: z.string().optional().meta({ description: 'Up to MAX_TEXT_BYTES' }),
    data: z
      .string()
      .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'must be base64')
      .optional()
      .meta({ description: 'In base64, up to MAX_TEXT_BYTES before that' }),
    topic: z.string().max(256).optional().meta({ description: 'What the data is; needed with data' }),
    to: z
      .union([z.string().min(1), recipients])
      .optional()
      .meta({ description: 'The identity or the id of a participant, or a list of them. Default: everybody' }),
  })
  .refine(
    ({ text, data, topic }) =>
      text === undefined ? data !== undefined && topic !== undefined : data === undefined && topic === undefined,
    { error: 'must have either a text, or data and a topic' },
  )
  .meta({ description: 'A text or data of the server' });

const waiting = z
  .object({ id: z.string(), name: z.string(), door: dialect, since: z.iso.datetime() })
  .meta({ description: 'Somebody who waits to be let in. The id is not that of a participant' });

const banned = {
  identity: z.string().min(1).optional(),
  name: z.string().min(1).optional(),
  address: z.string().min(1).optional(),
};
const ban = z
  .object({
    id: z.string(),
    ...banned,
    until: z.iso.datetime().nullable().meta({ description: 'null: as long as the room lives' }),
  })
  .meta({ description: 'Somebody who may not come in' });
const newBan = z
  .strictObject({
    ...banned,
    banMs: z.int().min(-1).max(31_536_000_000).meta({ description: 'How long; -1: as long as the room lives' }),
  })
  .refine(({ identity, name, address }) => identity !== undefined || name !== undefined || address !== undefined, {
    error: 'must name an identity, a name or an address',
  })
  .meta({ description: 'A ban to make' });

const room = z
  .object({
    name: z.string(),
    sid: z.string().meta({ description: 'Of this life of the name' }),
    title,
    createdAt: z.iso.datetime(),
    settings,
    participants: z.array(participant),
  })
  .meta({ description: 'A room with everybody in it' });

const roomSummary = z
  .object({
    name: z.string(),
    title,
    participants: z.int().nonnegative().meta({ description: 'How many are in the room' }),
    publications: z.int().nonnegative().meta({ description: 'How many of them publish' }),
    dialects: z
      .record(z.string(), z.int().positive())
      .meta({ description: 'How many of the participants speak which protocol' }),
  })
  .meta({ description: 'A room in the list of rooms' });

const clientConfig = z
  .object({
    loopbackRemote: z.boolean().meta({ description: 'Pages publish with doLoopback' }),
    loopbackAndLocal: z.boolean().meta({ description: 'Pages show the local picture as well; needs loopbackRemote' }),
    filterRequestParam: z
      .enum(['hat', 'marker'])
      .meta({ description: 'The member of customRequest that this server understands' }),
    filterAvailable: z.boolean().meta({ description: 'Whether a media server has the filter for it' }),
  })
  .meta({ description: "What the original's page asks before it starts" });

const health = z
  .object({
    status: z.enum(['ok', 'no media server']),
    mediaServers: z.array(
      z.object({
        url: z.string(),
        region: z.string().optional().meta({ description: 'Where it is (KMS_URIS); none: nowhere in particular' }),
        up: z.boolean(),
        load: z
          .int()
          .nonnegative()
          .meta({ description: 'Endpoints there: publications and subscriptions of all rooms of this server' }),
        loadElsewhere: z
          .int()
          .nonnegative()
          .optional()
          .meta({ description: 'The same of the other nodes (REDIS_URL), as they have said last' }),
        filters: z
          .array(z.enum(['face-overlay', 'marker', 'gstreamer']))
          .meta({ description: 'The filters it has, for customRequest' }),
        process: z
          .object({
            pid: z.int().positive().optional().meta({ description: 'None while it is down' }),
            restarts: z.int().nonnegative().meta({ description: 'How often it was started again' }),
          })
          .optional()
          .meta({ description: 'Of an embedded engine' }),
      }),
    ),
    node: z
      .object({
        id: z.string().meta({ description: 'Of this start of the server' }),
        state: z.enum(['up', 'frozen', 'draining']).meta({ description: 'frozen: it waits for Redis' }),
        redis: z.boolean().meta({ description: 'Whether Redis is connected' }),
      })
      .optional()
      .meta({ description: 'Of a server that is one of several (REDIS_URL)' }),
    dialects: z.array(
      z.object({
        name: z.string(),
        connections: z.int().nonnegative().meta({ description: 'Clients that are connected' }),
        undelivered: z.int().nonnegative().optional().meta({
          description: 'Texts of other dialects that none of its clients could be told; none where they take any',
        }),
      }),
    ),
  })
  .meta({ description: 'Whether rooms can have media, and who is connected' });

const mediaObject = z
  .object({
    id: z.string().meta({ description: 'Of the object on the media server' }),
    connected: z.boolean().optional().meta({ description: 'Whether media flows; absent where nobody has said so yet' }),
  })
  .meta({ description: 'What a stream has on a media server' });

const debugState = z
  .object({
    at: z.iso.datetime(),
    room,
    stays: z.boolean().meta({ description: 'Whether it stays when nobody is in it' }),
    closesAt: z.iso.datetime().nullable().meta({ description: 'When it closes unless somebody comes' }),
    moderatorAt: z.iso.datetime().nullable().meta({ description: 'When somebody becomes its moderator' }),
    texts: z.int().nonnegative().meta({ description: 'How many texts are kept' }),
    waiting: z.int().nonnegative().meta({ description: 'How many wait to be let in' }),
    recordings: z.array(z.object({ id: z.string(), state: recording.shape.state })),
    filter: z.string().nullable().meta({ description: "Of everybody's video" }),
    mediaServers: z.array(z.string()).meta({ description: 'Those that carry it, without passwords' }),
    node: z
      .object({ id: z.string(), state: z.enum(['up', 'frozen', 'draining']), redis: z.boolean() })
      .optional()
      .meta({ description: 'The one of several that has the room' }),
    journal: z
      .object({ epoch: z.int(), seq: z.int() })
      .optional()
      .meta({ description: 'How far the room is written down' }),
    clients: z.array(
      z.object({
        participant: z.string().meta({ description: 'Its id' }),
        sid: z.string().nullable(),
        slot: z.int(),
        quality: qualityLevel.nullable(),
        door: dialect,
        region: z.string().nullable(),
        address: z.string().nullable().meta({ description: 'Cut to /24 or /48' }),
        isProven: z.boolean().meta({ description: 'Whether a token has named its identity' }),
        session: z
          .object({
            id: z.string().meta({ description: 'Hashed' }),
            connected: z.boolean(),
            features: z.array(z.string()),
            requests: z.int().nonnegative().meta({ description: 'Requests that run or wait' }),
            keptMessages: z.int().nonnegative().meta({ description: 'Messages that are kept until it has them' }),
          })
          .nullable()
          .meta({ description: 'Null for protocols without sessions' }),
        publications: z.array(
          z.object({ stream: z.string(), endpoint: mediaObject, loopback: kinds, filter: z.string().nullable() }),
        ),
        subscriptions: z.array(
          z.object({
            publisher: z.string(),
            stream: z.string(),
            endpoint: mediaObject,
            flows: kinds.meta({ description: 'What the media server has connected' }),
            muted: kinds,
          }),
        ),
      }),
    ),
  })
  .meta({ description: 'A room with everything in it. Streams that are open' });

const status = z
  .object({ status: z.enum(['ok', 'unavailable']) })
  .meta({ description: 'How the server is, for everybody' });

const ready = z
  .object({
    ready: z.literal(true),
    waiting: z
      .literal(true)
      .optional()
      .meta({ description: 'Whether it is one of several nodes, and waits for Redis at this moment' }),
  })
  .meta({ description: 'Clients should be sent to this server' });

const notReady = z
  .object({
    ready: z.literal(false),
    reasons: z.array(z.enum(['starting', 'draining', 'no-media', 'event-loop', 'redis'])).meta({
      description:
        'starting: it is not there yet. draining: it is about to end. no-media: no media server is within reach. event-loop: it has answered late, by more than 1 s, for 10 s. redis: it is one of several nodes, and has waited for Redis for more than 3 s',
    }),
  })
  .meta({ description: 'Clients should be sent elsewhere' });

const reloaded = z
  .object({
    changed: z.array(z.string()).meta({ description: 'Variables of options that have new values' }),
    needRestart: z.array(z.string()).meta({ description: 'Those that have new values at the next start' }),
  })
  .meta({ description: 'What became of a changed configuration' });

const drainWish = z
  .strictObject({
    seconds: z
      .int()
      .min(0)
      .max(3_600)
      .optional()
      .meta({ description: 'The longest that people may stay in their rooms. Default: DRAIN_S' }),
    comeBack: z
      .boolean()
      .optional()
      .meta({ description: 'Whether clients are told to come back soon (1012), or not (1001). Default: true' }),
    reason: z.string().max(200).optional().meta({ description: 'Why, for those who are told' }),
  })
  .meta({ description: 'How the server is to end' });

const drain = z
  .object({
    inMs: z.int().nonnegative().meta({ description: 'When the server ends at the latest, in ms from now' }),
    comeBack: z.boolean(),
  })
  .meta({ description: 'A server that is about to end' });

const iceServers = z
  .object({
    iceServers: z.array(
      z.object({
        urls: z.array(z.string()),
        username: z.string().optional(),
        credential: z.string().optional(),
      }),
    ),
    iceTtlS: z
      .int()
      .optional()
      .meta({ description: 'How long the credentials are valid, in s. Absent: they do not expire' }),
  })
  .meta({ description: 'STUN and TURN servers, as RTCConfiguration has them' });

const cluster = z
  .object({
    nodes: z.array(
      z.object({
        id: z.string().meta({ description: 'Of this start of the node' }),
        name: z.string().meta({ description: 'NODE_NAME' }),
        region: z.string().meta({ description: 'NODE_REGION; empty: none' }),
        version: z.string().meta({ description: 'Of the program' }),
        state: z.enum(['up', 'frozen', 'draining', 'dead']).meta({
          description:
            'frozen: it waits for Redis; draining: it takes no new rooms; dead: others are taking its rooms over',
        }),
        rooms: z.int().nonnegative().meta({ description: 'That it owns' }),
        sockets: z.int().nonnegative().meta({ description: 'Clients that are connected to it' }),
        lagMs: z.number().nonnegative().meta({ description: 'The longest pause of its event loop of late' }),
        mediaServers: z.array(z.string()).meta({ description: 'URLs of those within its reach' }),
      }),
    ),
  })
  .meta({ description: 'The nodes that share a Redis: the one that answers, then the others' });

const problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().meta({ description: 'The phrase of the HTTP status' }),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: 'For people: what was wrong with this very request' }),
    code: z.enum(problemCodes).meta({ description: 'For programs: stable, unlike the texts' }),
  })
  .meta({ description: 'A refusal (RFC 9457)' });

/** The schemas that the OpenAPI document gives a name. */
export const components = {
  Room: room,
  RoomSummary: roomSummary,
  Participant: participant,
  Quality: quality,
  Publication: publication,
  Subscription: subscription,
  Grants: grants,
  ParticipantState: participantState,
  ParticipantChanges: participantChanges,
  RoomSettings: settings,
  RoomChanges: roomChanges,
  NewRoom: newRoom,
  Waiting: waiting,
  Ban: ban,
  NewBan: newBan,
  NewMessage: newMessage,
  Recording: recording,
  RecordedFile: recordedFile,
  RecordingList: recordingList,
  NewRecording: newRecording,
  Manifest: manifest,
  FileLink: fileLink,
  ClientConfig: clientConfig,
  Health: health,
  DebugState: debugState,
  ServerDebug: serverDebug,
  UdpProbe: udpProbe,
  UdpProbed: udpProbed,
  SeenAs: seenAs,
  Status: status,
  Ready: ready,
  NotReady: notReady,
  Reloaded: reloaded,
  DrainWish: drainWish,
  Drain: drain,
  IceServers: iceServers,
  Cluster: cluster,
  Problem: problem,
} as const satisfies Record<string, z.ZodType>;

export type ComponentName = keyof typeof components;
export type Component<N extends ComponentName> = z.output<(typeof components)[N]>;
