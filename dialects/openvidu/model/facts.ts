import { z } from 'zod';
import { endReasons } from './reasons.js';

/** What a back end is told of, as it is sent. Times are in ms since 1970, durations in s. */

const common = {
  sessionId: z.string(),
  /** Of this life of the session. */
  uniqueSessionId: z.string(),
  timestamp: z.number(),
};

const recordingEnds = ['recordingStoppedByServer', 'automaticStop'] as const;
/** Of what has ended. */
const ended = { startTime: z.number(), duration: z.number(), reason: z.enum([...endReasons, ...recordingEnds]) };

const person = { connectionId: z.string(), participantId: z.string() };

const participant = {
  ...person,
  location: z.string(),
  ip: z.string(),
  platform: z.string(),
  clientData: z.string(),
  serverData: z.string(),
};

const media = {
  ...person,
  streamId: z.string(),
  connection: z.enum(['OUTBOUND', 'INBOUND']),
  /** INBOUND alone: whose stream it is. */
  receivingFrom: z.string().optional(),
  audioEnabled: z.boolean(),
  videoEnabled: z.boolean(),
  videoSource: z.string().optional(),
  videoFramerate: z.number().optional(),
  videoDimensions: z.string().optional(),
};

export const ovFact = z.discriminatedUnion('event', [
  z.object({ ...common, event: z.literal('sessionCreated') }),
  z.object({ ...common, event: z.literal('sessionDestroyed'), ...ended }),
  z.object({ ...common, event: z.literal('participantJoined'), ...participant }),
  z.object({ ...common, event: z.literal('participantLeft'), ...participant, ...ended }),
  z.object({ ...common, event: z.literal('webrtcConnectionCreated'), ...media }),
  z.object({ ...common, event: z.literal('webrtcConnectionDestroyed'), ...media, ...ended }),
  z.object({
    ...common,
    event: z.literal('signalSent'),
    /** Null: the back end. */
    from: z.string().nullable(),
    to: z.array(z.string()),
    /** Without `signal:`. */
    type: z.string(),
    data: z.string(),
  }),
  z.object({
    ...common,
    event: z.literal('recordingStatusChanged'),
    id: z.string(),
    name: z.string(),
    outputMode: z.string(),
    hasAudio: z.boolean(),
    hasVideo: z.boolean(),
    size: z.number(),
    status: z.enum(['starting', 'started', 'stopped', 'ready', 'failed']),
    startTime: z.number(),
    duration: z.number(),
    reason: z.enum([...endReasons, ...recordingEnds]).optional(),
  }),
]);
export type OvFact = z.output<typeof ovFact>;

export const factNames = ovFact.options.map((option) => option.shape.event.value);
export type FactName = OvFact['event'];

type Common = 'sessionId' | 'uniqueSessionId' | 'timestamp';
/** A fact without what its session and the clock add. */
export type OwnFact = { [Name in FactName]: Omit<OvFact & { event: Name }, Common> }[FactName];
