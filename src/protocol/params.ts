import { z } from 'zod';

/**
 * Every request of the room protocol: the shape of its params and of its result, declared once.
 * Types, validation and documentation come from here (Kurento Room §3). Unknown members are ignored.
 */

/** Kurento Room §1.2: old clients send booleans and numbers as text. */
const lenientBoolean = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const lenientIndex = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number),
]);

const noParams = z.object({});
const stream = z.object({ id: z.string() });
const sdpAnswer = z.object({ sdpAnswer: z.string() });
const nothing = z.object({});

/** `USER_webcam`; how it is resolved: Kurento Room §2. */
const sender = z.string().min(1);
const sdpOffer = z.string().min(1);

export const requests = {
  joinRoom: {
    params: z.object({ user: z.string(), room: z.string(), dataChannels: lenientBoolean.optional() }),
    result: z.object({ value: z.array(z.object({ id: z.string(), streams: z.array(stream) })) }),
  },
  publishVideo: {
    params: z.object({ sdpOffer, doLoopback: lenientBoolean.optional() }),
    result: sdpAnswer,
  },
  unpublishVideo: { params: noParams, result: nothing },
  receiveVideoFrom: { params: z.object({ sender, sdpOffer }), result: sdpAnswer },
  /** The empty `sdpAnswer` is for the iOS client, which insists on the member (Kurento Room §3.5). */
  unsubscribeFromVideo: { params: z.object({ sender }), result: sdpAnswer },
  onIceCandidate: {
    params: z
      .object({
        endpointName: z.string().min(1),
        candidate: z.string(),
        sdpMid: z.string().nullish(),
        sdpMLineIndex: lenientIndex.nullish(),
      })
      .refine((params) => params.sdpMid != null || params.sdpMLineIndex != null, {
        path: ['sdpMLineIndex'],
        error: 'needed when sdpMid is absent',
      }),
    result: nothing,
  },
  sendMessage: {
    params: z.object({ message: z.string(), userMessage: z.string(), roomMessage: z.string() }),
    result: nothing,
  },
  leaveRoom: { params: noParams, result: nothing },
  /** Any members; what they mean is the handler's to say. */
  customRequest: { params: z.looseObject({}), result: z.looseObject({}) },
  ping: {
    params: z.object({
      /** ms */
      interval: z.union([z.number(), z.string().transform(Number)]).nullish(),
      sessionId: z.string().nullish(),
    }),
    result: z.object({ value: z.literal('pong'), sessionId: z.string().optional() }),
  },
  /** `value` comes first: the Java client reads the first member (Kurento Room §1.3). */
  connect: {
    params: z.object({ sessionId: z.string().nullish() }),
    result: z.object({ value: z.enum(['OK', 'reconnection successful']), sessionId: z.string() }),
  },
  closeSession: { params: noParams, result: z.literal('bye') },
} as const satisfies Record<string, { params: z.ZodType; result: z.ZodType }>;

export type MethodName = keyof typeof requests;
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
} as const satisfies Record<string, z.ZodObject>;

export type NotificationName = keyof typeof notifications;
export type NotificationParams<N extends NotificationName> = z.output<(typeof notifications)[N]>;
