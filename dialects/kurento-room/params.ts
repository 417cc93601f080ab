import { z } from 'zod';

/**
 * Every request of the room protocol: the shape of its params and of its result, declared once.
 * Types, validation and documentation come from here (Kurento Room §3). Unknown members are ignored.
 */

/** Kurento Room §1.2: old clients send booleans and numbers as text. */
export const lenientBoolean = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
export const lenientNumber = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d{1,9}(\.\d{1,9})?$/)
    .transform(Number),
]);
const lenientIndex = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
]);

const noParams = z.object({});
const stream = z.object({ id: z.string() });
const sdpAnswer = z.object({ sdpAnswer: z.string().meta({ description: 'SDP answer' }) });
const nothing = z.object({});

/** `USER_webcam`; how it is resolved: Kurento Room §2. */
const sender = z.string().min(1).meta({ description: 'Whose stream: the name of the participant and `_webcam`' });
const sdpOffer = z.string().min(1).meta({ description: 'SDP offer' });
const sessionId = z.string().nullish();

export const requests = {
  joinRoom: {
    params: z.object({
      user: z.string().meta({ description: 'Any name that is free in the room' }),
      room: z.string().meta({ description: 'Any name; the first to join makes the room' }),
      dataChannels: lenientBoolean
        .optional()
        .meta({ description: 'The stream of this participant is to have data channels' }),
    }),
    result: z.object({ value: z.array(z.object({ id: z.string(), streams: z.array(stream) })) }),
  },
  publishVideo: {
    params: z.object({
      sdpOffer,
      doLoopback: lenientBoolean
        .optional()
        .meta({ description: 'Send the stream back to its publisher too; also taken beside `params`' }),
    }),
    result: sdpAnswer,
  },
  unpublishVideo: { params: noParams, result: nothing },
  receiveVideoFrom: { params: z.object({ sender, sdpOffer }), result: sdpAnswer },
  /** The empty `sdpAnswer` is for the iOS client, which insists on the member (Kurento Room §3.5). */
  unsubscribeFromVideo: { params: z.object({ sender }), result: sdpAnswer },
  onIceCandidate: {
    params: z
      .object({
        endpointName: z
          .string()
          .min(1)
          .meta({ description: "One's own name for one's publication, the publisher's for a subscription" }),
        candidate: z.string().meta({ description: 'The candidate line without `a=`; empty at the end of candidates' }),
        sdpMid: z.string().nullish().meta({ description: 'The media id in the SDP' }),
        sdpMLineIndex: lenientIndex
          .nullish()
          .meta({ description: 'The index of the media section; needed when `sdpMid` is absent' }),
      })
      .refine((params) => params.sdpMid != null || params.sdpMLineIndex != null, {
        path: ['sdpMLineIndex'],
        error: 'needed when sdpMid is absent',
      }),
    result: nothing,
  },
  sendMessage: {
    params: z.object({
      message: z.string().meta({ description: 'Any text' }),
      userMessage: z.string().meta({ description: "The sender's name" }),
      roomMessage: z.string().meta({ description: "The sender's room" }),
    }),
    result: nothing,
  },
  leaveRoom: { params: noParams, result: nothing },
  /** Which member is wanted is the configured handler's to say, and what it says is refused with 999 (Kurento Room §3.9). */
  customRequest: {
    params: z.looseObject({
      hat: z
        .unknown()
        .optional()
        .meta({ description: 'true puts a hat on all faces in the own stream, false takes it off' }),
      marker: z
        .unknown()
        .optional()
        .meta({ description: "Any number: changes the room's marker filter to its next state" }),
    }),
    result: nothing,
  },
  ping: {
    params: z.object({
      interval: z
        .union([z.number(), z.string().transform(Number)])
        .nullish()
        .meta({ description: 'How often the client pings from now on, in ms; only the first on a connection counts' }),
      sessionId: sessionId.meta({ description: 'Named again in the answer' }),
    }),
    result: z.object({ value: z.literal('pong'), sessionId: z.string().optional() }),
  },
  /** `value` comes first: the Java client reads the first member (Kurento Room §1.3). */
  connect: {
    params: z.object({ sessionId: sessionId.meta({ description: 'The session to go on with' }) }),
    result: z.object({ value: z.enum(['OK', 'reconnection successful']), sessionId: z.string() }),
  },
  closeSession: { params: noParams, result: z.literal('bye') },
  /** OpenRPC, Service Discovery. */
  'rpc.discover': { params: noParams, result: z.looseObject({ openrpc: z.string() }) },
} as const satisfies Record<string, { params: z.ZodType; result: z.ZodType }>;

export type MethodName = keyof typeof requests;

/** Requests about the connection itself: they pass the queue, need no session and name it themselves (Kurento Room §1.7). */
export const connectionRequests = [
  'ping',
  'connect',
  'closeSession',
  'rpc.discover',
] as const satisfies readonly MethodName[];
/** Params as a client may send them. */
export type RequestParams<M extends MethodName> = z.input<(typeof requests)[M]['params']>;
/** Params as a method receives them. */
export type ParsedParams<M extends MethodName> = z.output<(typeof requests)[M]['params']>;
export type RequestResult<M extends MethodName> = z.output<(typeof requests)[M]['result']>;

/** Every notification to the client (Kurento Room §4). Mind `id` in joined and published, `name` in left and unpublished. */
export const notifications = {
  participantJoined: z.object({ id: z.string() }),
  participantPublished: z.object({ id: z.string(), streams: z.array(stream) }),
  participantUnpublished: z.object({ name: z.string() }),
  participantLeft: z.object({ name: z.string() }),
  participantEvicted: z.object({}),
  /** `name` repeats `user`: the published document lists the one, its example shows the other (Kurento Room §11 row 4). */
  sendMessage: z.object({ room: z.string(), user: z.string(), name: z.string(), message: z.string() }),
  iceCandidate: z.object({
    endpointName: z.string(),
    sdpMLineIndex: z.number(),
    sdpMid: z.string(),
    candidate: z.string(),
  }),
  mediaError: z.object({ error: z.string() }),
  roomClosed: z.object({ room: z.string() }),
  /** The name is misspelt since the original, and clients listen to it (Kurento Room §4). */
  custonNotification: z.object({ MarkerFilterState: z.int().min(-1) }),
} as const satisfies Record<string, z.ZodObject>;

export type NotificationName = keyof typeof notifications;
export type NotificationParams<N extends NotificationName> = z.output<(typeof notifications)[N]>;
