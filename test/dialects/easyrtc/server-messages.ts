import { z } from 'zod';
import { errorCodes } from '../../../dialects/easyrtc/errors.js';
import { isObject } from '../../../dialects/easyrtc/messages.js';
import type {
  ClientEntry,
  Fields,
  IceServer,
  Push,
  RoomNews,
  SessionData,
  Token,
} from '../../../dialects/easyrtc/messages.js';

/*
 * Schemas of all messages of the server. The test client checks each packet and each reply against them.
 */

/** An entry of RTCConfiguration.iceServers. */
const iceServer = z
  .object({
    urls: z.array(z.string()).readonly(),
    /** The first of `urls`, for programs written after the published protocol, which has only this member. */
    url: z.string().optional(),
    username: z.string().optional(),
    credential: z.string().optional(),
  })
  .readonly();
const iceConfig = z.object({ iceServers: z.array(iceServer).readonly() }).readonly();

const field = z.object({ fieldName: z.string(), fieldValue: z.unknown() }).readonly();
const fieldMap = z.record(z.string(), field).readonly();

const presence = z
  .object({
    show: z.string(),
    status: z.string().nullable(),
    /** Undocumented. Any JSON, passed on unchanged (docs/protocols/easyrtc.md#66-setpresence). */
    type: z.unknown().optional(),
  })
  .readonly();

/** A client in a room, as others see it (docs/protocols/easyrtc.md#5-authentication). */
const clientEntry = z
  .object({
    easyrtcid: z.string(),
    roomJoinTime: z.number(),
    presence,
    username: z.string().optional(),
    apiField: z.custom<Fields>(isObject).optional(),
  })
  .readonly();
const clientList = z.record(z.string(), clientEntry).readonly();

const roomNews = z
  .object({
    roomName: z.string(),
    roomStatus: z.enum(['join', 'update', 'leave']),
    clientList: clientList.optional(),
    clientListDelta: z
      .object({
        updateClient: clientList.optional(),
        removeClient: z
          .record(z.string(), z.object({ easyrtcid: z.string() }).readonly())
          .readonly()
          .optional(),
      })
      .readonly()
      .optional(),
    field: fieldMap.optional(),
  })
  .readonly();
const roomData = z.record(z.string(), roomNews).readonly();

const sessionData = z
  .object({ easyrtcsid: z.string(), sessionStatus: z.literal('update').optional(), field: fieldMap })
  .readonly();

const token = z
  .object({
    easyrtcid: z.string(),
    serverTime: z.number(),
    application: z.object({ applicationName: z.string(), field: fieldMap.optional() }).readonly(),
    iceConfig,
    field: fieldMap.optional(),
    sessionData: sessionData.optional(),
    roomData,
  })
  .readonly();

const roomList = z
  .record(z.string(), z.object({ roomName: z.string(), numberClients: z.number() }).readonly())
  .readonly();

const error = z.object({ errorCode: z.enum(errorCodes), errorText: z.string() }).readonly();

/**
 * The `msgData` of the server's own messages on `easyrtcCmd` and in replies, by `msgType`
 * (docs/protocols/easyrtc.md#5-authentication to #7-what-the-server-sends-by-itself).
 */
export const serverData = {
  ack: z.undefined().optional(),
  token,
  error,
  roomData: z.strictObject({ roomData }).readonly(),
  roomList: z.strictObject({ roomList }).readonly(),
  iceConfig: z.strictObject({ iceConfig }).readonly(),
  sessionData: z.strictObject({ sessionData }).readonly(),
  forwardToUrl: z
    .strictObject({ forwardToUrl: z.object({ url: z.string() }).readonly(), newWindow: z.literal(true).optional() })
    .readonly(),
} as const;

/** Members that are added when a reply or an event is sent. */
const stamp = { serverTime: z.int() } as const;
/** The envelope of an event: the server's own messages, relayed signals, and messages of the application. */
export const pushEnvelope = z.strictObject({
  ...stamp,
  /** The id of the receiver. */
  easyrtcid: z.string(),
  msgType: z.string(),
  msgData: z.unknown().optional(),
  senderEasyrtcid: z.string().optional(),
  targetEasyrtcid: z.string().optional(),
  targetRoom: z.string().optional(),
});

/** Compiles only if each value of the declared type fits the schema. */
type Fits<Schema extends z.ZodType, Declared extends z.input<Schema>> = Declared;
export type Declared = [
  Fits<typeof iceServer, IceServer>,
  Fits<typeof clientEntry, ClientEntry>,
  Fits<typeof roomNews, RoomNews>,
  Fits<typeof sessionData, SessionData>,
  Fits<typeof token, Token>,
  Fits<typeof pushEnvelope, Push & { easyrtcid: string; serverTime: number }>,
];
