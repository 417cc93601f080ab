import { z } from 'zod';
import { errorCodes } from './errors.js';

/*
 * What the server sends. What clients send is in requests.ts.
 */

/** Objects as JavaScript has them: arrays count, null does not (EasyRTC §4). */
export type Fields = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** No own keys, or length 0; numbers, booleans and null have none (EasyRTC §6.2). */
export function isEmpty(value: unknown): boolean {
  if (typeof value === 'string') return value.length === 0;
  return !isObject(value) || Object.keys(value).length === 0;
}

export function isFilled(value: unknown): value is Fields {
  return isObject(value) && !isEmpty(value);
}

/** An entry of RTCConfiguration.iceServers. */
const iceServer = z
  .object({
    urls: z.array(z.string()).readonly(),
    /** The first of them, for programs written by the protocol's description, which knows no others. */
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
    /** Undocumented: any JSON, passed on as it is (EasyRTC §6.6). */
    type: z.unknown().optional(),
  })
  .readonly();

/** Somebody in a room, as the others see her (EasyRTC §5). */
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

/** The `msgData` of what the server says of itself on `easyrtcCmd` and in replies, by `msgType` (EasyRTC §5 to §7). */
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

/** What is put in where a reply or an event is sent. */
export const stamp = { serverTime: z.int() } as const;
/** The envelope of an event: of what the server says, of what it passes on, and of an application's message. */
export const pushEnvelope = z.strictObject({
  ...stamp,
  /** The receiver's. */
  easyrtcid: z.string(),
  msgType: z.string(),
  msgData: z.unknown().optional(),
  senderEasyrtcid: z.string().optional(),
  targetEasyrtcid: z.string().optional(),
  targetRoom: z.string().optional(),
});

export type IceServer = z.infer<typeof iceServer>;
export type FieldMap = z.infer<typeof fieldMap>;
export type Presence = z.infer<typeof presence>;
export type ClientEntry = z.infer<typeof clientEntry>;
export type RoomNews = z.infer<typeof roomNews>;
export type RoomData = z.infer<typeof roomData>;
export type Token = z.infer<typeof token>;
/** What a client is sent, but for receiver and time. */
export type Push = Readonly<Omit<z.infer<typeof pushEnvelope>, 'easyrtcid' | 'serverTime'>>;
/** What answers a request; the time is put in where it is sent. */
export type Reply = Pick<Push, 'msgType' | 'msgData'>;

export const ack: Reply = { msgType: 'ack' };

/** An object of what one map has, own keys only: a name may be `__proto__`. */
export function byName<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries(entries);
}

export function roomDataReply(news: RoomData): Reply {
  return { msgType: 'roomData', msgData: { roomData: news } };
}

/** Values of the server as clients read them; undefined when there are none. */
export function fieldMapOf(values: Fields): FieldMap | undefined {
  const entries = Object.entries(values).map(
    ([fieldName, fieldValue]) => [fieldName, { fieldName, fieldValue }] as const,
  );
  return entries.length === 0 ? undefined : byName(entries);
}
