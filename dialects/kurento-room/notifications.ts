import { z } from 'zod';
import { grantsSchema, qualityLevels, recordingEnds, recordingStates } from '../../rooms/index.js';
import { textStampSchema } from './kept-messages.js';
import { profileSchema, roomSchema, stateSchema } from './shown.js';
import { presentSchema, streamSchema, streamsSchema, webcam } from './streams.js';

/** A message of the server that nobody asked for: how it is documented and what it holds. */
export interface NotificationType<Name extends string = string, Params extends z.ZodObject = z.ZodObject> {
  readonly name: Name;
  readonly params: Params;
  readonly summary: string;
  /** Which clients are told. */
  readonly to: string;
  readonly example: z.output<Params>;
}

function notification<Name extends string, Params extends z.ZodObject>(type: NotificationType<Name, Params>) {
  return type;
}

// Mind `id` in joined and published, `name` in left and unpublished (docs/protocols/kurento-room.md#4-notifications).

export const participantJoined = notification({
  name: 'participantJoined',
  params: presentSchema.omit({ streams: true }),
  summary:
    'Somebody joined. `name`, `metadata` and `attributes` are there for clients with the feature `metadata`, `state` for those with `state`.',
  to: 'the others in the room',
  example: { id: 'berta' },
});

export const participantPublished = notification({
  name: 'participantPublished',
  params: z.object({ id: z.string(), streams: streamsSchema }),
  summary:
    'Somebody publishes. With the feature `streams` a client is told of each stream as it comes; without, of one stream of a participant at a time.',
  to: 'the others in the room',
  example: { id: 'berta', streams: webcam },
});

export const participantUnpublished = notification({
  name: 'participantUnpublished',
  params: z.object({ name: z.string(), streams: z.array(streamSchema.pick({ id: true })).optional() }),
  summary:
    'Somebody stopped publishing and stays. `streams`, for clients with the feature `streams`, has the ids of those that ended. With its own name a client is told that a moderator has ended its stream.',
  to: 'the others in the room, and the publisher with the feature `moderation` where a moderator has ended it',
  example: { name: 'berta' },
});

export const participantLeft = notification({
  name: 'participantLeft',
  params: z.object({ name: z.string() }),
  summary: 'Somebody left, was evicted or is gone for good. It ends their stream too.',
  to: 'the others in the room',
  example: { name: 'berta' },
});

export const participantEvicted = notification({
  name: 'participantEvicted',
  params: z.object({ reason: z.string().optional(), mayReturn: z.boolean().optional() }),
  summary:
    'The server or a moderator removed you from the room, and the session cannot be resumed. `reason`, which may be empty, and `mayReturn` are there for clients with the feature `moderation`.',
  to: 'the evicted participant',
  example: { reason: 'Please be quiet', mayReturn: false },
});

/**
 * `name` repeats `user`: the published document lists the one, its example shows the other
 * (docs/protocols/kurento-room.md#11-published-document-against-implementation row 4).
 */
export const messageSent = notification({
  name: 'sendMessage',
  params: z.object({
    room: z.string(),
    user: z.string(),
    name: z.string(),
    message: z.string(),
    ...textStampSchema.partial().shape,
  }),
  summary:
    'Somebody said something. `name` repeats `user`; both are empty where it was the server. `id` and `at` are there for clients with the feature `chat`.',
  to: 'everybody in the room, the sender included; a text of the server may be for some',
  example: { room: 'daily', user: 'berta', name: 'berta', message: 'Hello' },
});

export const iceCandidate = notification({
  name: 'iceCandidate',
  params: z.object({
    endpointName: z.string(),
    sdpMLineIndex: z.number(),
    sdpMid: z.string(),
    candidate: z.string(),
    stream: z.string().optional(),
  }),
  summary:
    'The media server has a candidate for the stream of `endpointName`. `stream`, its id, is there for clients with the feature `streams`.',
  to: 'the client that publishes or receives that stream',
  example: {
    endpointName: 'berta',
    sdpMLineIndex: 0,
    sdpMid: '0',
    candidate: 'candidate:1 1 UDP 2013266431 192.0.2.7 51300 typ host',
  },
});

export const mediaError = notification({
  name: 'mediaError',
  params: z.object({ error: z.string(), sender: z.string().optional(), stream: z.string().optional() }),
  summary:
    'The media server reports an error. Nobody is removed; publishing or receiving again may help. With `sender` it has lost what the receiver received of that participant, and nothing else; `stream` says of which stream to clients with the feature `streams`.',
  to: 'the owner of the stream, or everybody in the room when it concerns all',
  example: { error: 'media-lost: the media server is out of reach' },
});

export const roomClosed = notification({
  name: 'roomClosed',
  params: z.object({ room: z.string(), reason: z.string().optional() }),
  summary:
    'The room was closed with everybody in it. No participantLeft follows. `reason`, which may be empty, is there for clients with the feature `moderation`.',
  to: 'everybody who was in the room',
  example: { room: 'daily' },
});

/**
 * The name is misspelt since the original, and clients listen to it (docs/protocols/kurento-room.md#4-notifications).
 */
export const markerChanged = notification({
  name: 'custonNotification',
  params: z.object({ MarkerFilterState: z.int().min(-1) }),
  summary:
    "The room's marker filter changed: the index of its image, -1 for off. A newcomer is told the present state.",
  to: 'everybody in the room',
  example: { MarkerFilterState: 0 },
});

export const participantStateChanged = notification({
  name: 'participantStateChanged',
  params: z.object({ id: z.string(), ...stateSchema.shape, streams: streamsSchema.optional() }),
  summary:
    'What somebody sends, or whether their hand is raised, has changed. It holds all of their state; with the feature `streams` that of each stream too. It follows participantPublished and participantUnpublished too.',
  to: 'everybody in the room with the feature `state`',
  example: {
    id: 'berta',
    audio: false,
    video: true,
    screen: false,
    hand: false,
    mutedBy: 'moderator',
    mutedKinds: ['audio'],
  },
});

export const participantUpdated = notification({
  name: 'participantUpdated',
  params: z.object({ id: z.string(), ...profileSchema.partial().shape }),
  summary:
    'What people are shown of somebody has changed. It holds what changed. An attribute that is empty is gone; `id` never changes by this.',
  to: 'everybody in the room with the feature `metadata`',
  example: { id: 'berta', name: 'Berta B.', attributes: { seat: '4' } },
});

export const roomUpdated = notification({
  name: 'roomUpdated',
  params: roomSchema.partial().extend({ recording: z.boolean().optional() }),
  summary:
    'Settings of the room have changed. It holds those that did. `recording`, for clients with the feature `recording`, says whether somebody is in the room that records it by itself (the grant `recorder`).',
  to: 'everybody in the room with the feature `moderation` or `metadata`; of `recording` also newcomers',
  example: { locked: true },
});

export const participantWaiting = notification({
  name: 'participantWaiting',
  params: z.object({ id: z.string(), name: z.string(), door: z.string(), waiting: z.boolean() }),
  summary:
    'Somebody begins to wait to be let in, or waits no more. `id` is for admitParticipant and denyParticipant. A moderator who joins is told of all that wait.',
  to: 'the moderators of the room with the feature `moderation`',
  example: { id: 'waiting-1', name: 'dora', door: 'kurento-room', waiting: true },
});

export const admitted = notification({
  name: 'admitted',
  params: z.object({}),
  summary: 'A moderator lets you in: the same joinRoom succeeds for a minute.',
  to: 'a client with the feature `moderation` whose joinRoom was refused with `waiting`',
  example: {},
});

export const denied = notification({
  name: 'denied',
  params: z.object({ reason: z.string() }),
  summary: 'A moderator does not let you in, or the room is closed. `reason` may be empty.',
  to: 'a client with the feature `moderation` whose joinRoom was refused with `waiting`',
  example: { reason: 'The meeting is full' },
});

export const grantsChanged = notification({
  name: 'grantsChanged',
  params: z.object({ grants: grantsSchema }),
  summary: 'A moderator has changed what you may do. What you may not do any more has ended.',
  to: 'the participant, with the feature `moderation`',
  example: {
    grants: {
      roomJoin: true,
      roomCreate: false,
      roomList: false,
      roomAdmin: false,
      roomRecord: false,
      canPublish: false,
      canSubscribe: true,
      canPublishData: false,
      canPublishSources: [],
      canUpdateOwnMetadata: false,
      hidden: false,
      recorder: false,
    },
  },
});

export const unmuteRequested = notification({
  name: 'unmuteRequested',
  params: z.object({ by: z.string(), kinds: z.array(z.enum(['audio', 'video'])) }),
  summary: 'A moderator asks you to send audio or video again. Only you can do that.',
  to: 'the participant, with the feature `moderation`',
  example: { by: 'ana', kinds: ['audio'] },
});

export const dataSent = notification({
  name: 'data',
  params: z.object({ from: z.string(), topic: z.string(), data: z.string() }),
  summary:
    'Somebody sends data, in base64; `topic` says what it is. `from` is empty where it is a program, over the server API.',
  to: 'everybody in the room but the sender, or some, with the feature `streams`',
  example: { from: 'ana', topic: 'score', data: 'eyJyZWQiOjN9' },
});

export const recordingStarted = notification({
  name: 'recordingStarted',
  params: z.object({ id: z.string(), name: z.string(), state: z.enum(recordingStates).optional() }),
  summary:
    'The room, or a part of it, is being recorded. `name` is for people and may be empty; `state` is there where it is not `recording`. A newcomer is told of each recording that runs.',
  to: 'everybody in the room with the feature `recording`',
  example: { id: 'REC_8Jq0Zkv3xWdT5mNa', name: 'Monday' },
});

export const recordingChanged = notification({
  name: 'recordingChanged',
  params: z.object({ id: z.string(), state: z.enum(recordingStates) }),
  summary: 'A recording is `paused`, goes on (`recording`) or is ending (`stopping`).',
  to: 'everybody in the room with the feature `recording`',
  example: { id: 'REC_8Jq0Zkv3xWdT5mNa', state: 'paused' },
});

export const recordingStopped = notification({
  name: 'recordingStopped',
  params: z.object({ id: z.string(), name: z.string(), reason: z.enum(recordingEnds) }),
  summary: 'A recording has ended, and its files are whole. docs/recording.md has the reasons.',
  to: 'everybody in the room with the feature `recording`',
  example: { id: 'REC_8Jq0Zkv3xWdT5mNa', name: 'Monday', reason: 'stopped' },
});

export const recordingFailed = notification({
  name: 'recordingFailed',
  params: z.object({ id: z.string(), reason: z.enum(recordingEnds) }),
  summary: 'A recording has ended after a failure. What there is of its files stays.',
  to: 'everybody in the room with the feature `recording`',
  example: { id: 'REC_8Jq0Zkv3xWdT5mNa', reason: 'no-space' },
});

export const serverStopping = notification({
  name: 'serverStopping',
  params: z.object({
    inMs: z.number().int().min(0),
    comeBack: z.boolean(),
    reason: z.string().optional(),
  }),
  summary:
    'The server is about to end, in `inMs`. Told when that is known, and again 5 s before. With `comeBack` the connection ends with 1012 then, and the client comes back after a random time of up to 3 s; otherwise it ends with 1001. An operator may think better of it, and then nothing happens.',
  to: 'everybody in a room with the feature `lifecycle`',
  example: { inMs: 30_000, comeBack: true },
});

export const participantQuality = notification({
  name: 'participantQuality',
  params: z.object({ id: z.string(), level: z.enum(qualityLevels) }),
  summary:
    'How well the sound and pictures of somebody get through is another level (reportQuality). A newcomer is told of those that are not `excellent`. Of a hidden participant nobody is told.',
  to: 'everybody in the room with the feature `quality`',
  example: { id: 'berta', level: 'poor' },
});

export const layersWanted = notification({
  name: 'layersWanted',
  params: z.object({ stream: z.string(), layers: z.array(z.boolean()) }),
  summary:
    'Which layers of your stream somebody wants, the smallest first; a stream of one layer has one. Those that nobody wants need not be sent: told 5 s after the last one wanted a layer, and at once when somebody wants it. Until this is told, all are wanted.',
  to: 'the publisher, with the feature `quality`, where the media server knows layers',
  example: { stream: 'webcam', layers: [true, true, false] },
});

export const activeSpeakersChanged = notification({
  name: 'activeSpeakersChanged',
  params: z.object({
    speakers: z.array(
      z.object({
        id: z.string(),
        stream: z.string(),
        level: z.number().min(0).max(1).meta({
          description: 'In proportion to the sound pressure, in steps of 6 dB; 1 where the client says that it speaks',
        }),
      }),
    ),
  }),
  summary:
    'Those that speak now, the loudest first, at most 5; nobody where it is empty. Told when that has changed, every `SPEAKER_INTERVAL_MS` at most, and to newcomers. It never has hidden participants, nor those whose audio reaches nobody. It is not kept while a client has no connection: it is told anew then. So it does not count as a message (feature `resume`).',
  to: 'everybody in the room with the feature `speakers`',
  example: { speakers: [{ id: 'berta', stream: 'webcam', level: 0.125 }] },
});

/**
 * Every notification to clients (docs/protocols/kurento-room.md#4-notifications), in the order of the documentation.
 */
export const notifications = [
  participantJoined,
  participantPublished,
  participantUnpublished,
  participantLeft,
  participantEvicted,
  messageSent,
  iceCandidate,
  mediaError,
  roomClosed,
  markerChanged,
  participantStateChanged,
  participantUpdated,
  roomUpdated,
  participantWaiting,
  admitted,
  denied,
  grantsChanged,
  unmuteRequested,
  dataSent,
  recordingStarted,
  recordingChanged,
  recordingStopped,
  recordingFailed,
  serverStopping,
  participantQuality,
  layersWanted,
  activeSpeakersChanged,
] as const;
