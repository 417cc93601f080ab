import { z } from 'zod';

/** A message of the server that nobody asked for. The library logs an error for any other one, so none may be invented. */
export interface NotificationType<Name extends string = string, Params extends z.ZodType = z.ZodType> {
  readonly name: Name;
  readonly params: Params;
  readonly summary: string;
  /** Which pages are told. */
  readonly to: string;
}

function notification<Name extends string, Params extends z.ZodType>(type: NotificationType<Name, Params>) {
  return type;
}

const filterSchema = z.object({
  type: z.string().optional(),
  options: z.unknown().optional(),
  lastExecMethod: z.unknown().optional(),
});

/** A stream, as joinRoom and participantPublished show it. */
export const streamSchema = z.object({
  id: z.string(),
  createdAt: z.number(),
  hasAudio: z.boolean(),
  hasVideo: z.boolean(),
  audioActive: z.boolean(),
  videoActive: z.boolean(),
  typeOfVideo: z.string().optional(),
  frameRate: z.number(),
  videoDimensions: z.string().optional().meta({ description: 'JSON in a text: {"width":640,"height":480}' }),
  filter: filterSchema,
});

const personSchema = z.object({ id: z.string(), createdAt: z.number(), metadata: z.string() });

/** A participant that is there already, as joinRoom shows it. An empty list of streams makes the library throw. */
export const presentSchema = personSchema.extend({ streams: z.array(streamSchema).length(1).optional() });

export const participantJoined = notification({
  name: 'participantJoined',
  params: personSchema,
  summary: 'Somebody joined.',
  to: 'the others',
});

export const participantPublished = notification({
  name: 'participantPublished',
  params: z.object({ id: z.string(), streams: z.array(streamSchema).length(1) }),
  summary: 'Somebody publishes; the stream can be received at once.',
  to: 'the others',
});

export const participantUnpublished = notification({
  name: 'participantUnpublished',
  params: z.object({ connectionId: z.string(), reason: z.string() }),
  summary: 'Somebody stopped publishing, or was stopped, and stays.',
  to: 'the others; the publisher too unless it has stopped itself',
});

export const participantLeft = notification({
  name: 'participantLeft',
  params: z.object({ connectionId: z.string(), reason: z.string() }),
  summary: 'Somebody is not there any more. It ends the stream too.',
  to: 'the others',
});

export const participantEvicted = notification({
  name: 'participantEvicted',
  params: z.object({ connectionId: z.string(), reason: z.string() }),
  summary: 'You were removed, or the session was closed. Nothing follows.',
  to: 'the evicted one alone',
});

export const signal = notification({
  name: 'sendMessage',
  params: z.object({
    data: z.string().optional(),
    type: z.string().optional(),
    from: z.string().optional().meta({ description: 'Absent: the back end' }),
  }),
  summary: 'A signal.',
  to: 'those whom the sender names; else everybody, the sender too',
});

export const streamPropertyChanged = notification({
  name: 'streamPropertyChanged',
  params: z.object({
    connectionId: z.string(),
    streamId: z.string(),
    property: z.string(),
    newValue: z.union([z.string(), filterSchema]).meta({
      description: 'The JSON of what the publisher has sent; of `filter` an object, which is empty without one',
    }),
    reason: z.string(),
  }),
  summary:
    'A publisher has muted its stream, or its picture has another size or track; or a stream has another filter.',
  to: 'all but the one who has asked for it',
});

export const connectionPropertyChanged = notification({
  name: 'connectionPropertyChanged',
  params: z.object({ property: z.enum(['role', 'record']), newValue: z.string() }),
  summary: 'The back end has changed your connection.',
  to: 'the one concerned',
});

export const iceCandidate = notification({
  name: 'iceCandidate',
  params: z.object({
    senderConnectionId: z.string(),
    endpointName: z.string(),
    sdpMLineIndex: z.number(),
    sdpMid: z.string(),
    candidate: z.string(),
  }),
  summary: 'The media server has a candidate for the stream of `senderConnectionId`.',
  to: 'the owner of the endpoint',
});

export const mediaError = notification({
  name: 'mediaError',
  params: z.object({ error: z.string() }),
  summary: 'The media server reports an error, which the library logs.',
  to: 'the owner, or everybody when it concerns all',
});

export const recordingStarted = notification({
  name: 'recordingStarted',
  params: z.object({ id: z.string(), name: z.string() }),
  summary: 'The session is being recorded.',
  to: 'those whose role is to know (OPENVIDU_RECORDING_NOTIFICATION)',
});

export const recordingStopped = notification({
  name: 'recordingStopped',
  params: z.object({ id: z.string(), name: z.string(), reason: z.string() }),
  summary: 'The session is not recorded any more.',
  to: 'those whose role is to know',
});

/** Every notification, in the order of the documentation. */
export const notifications = [
  participantJoined,
  participantPublished,
  participantUnpublished,
  participantLeft,
  participantEvicted,
  signal,
  streamPropertyChanged,
  connectionPropertyChanged,
  iceCandidate,
  mediaError,
  recordingStarted,
  recordingStopped,
] as const;
