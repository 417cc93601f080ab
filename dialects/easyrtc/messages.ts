/*
 * What the server sends. What clients send is in requests.ts. The tests check all that the server sends against schemas of these types
 * (test/dialects/easyrtc/server-messages.ts).
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
export interface IceServer {
  readonly urls: readonly string[];
  /** The first of them, for programs written by the protocol's description, which knows no others. */
  readonly url?: string | undefined;
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

export type FieldMap = Readonly<Record<string, { readonly fieldName: string; readonly fieldValue: unknown }>>;

export interface Presence {
  readonly show: string;
  readonly status: string | null;
  /** Undocumented: any JSON, passed on as it is (EasyRTC §6.6). */
  readonly type?: unknown;
}

/** A client in a room, as the others see it (EasyRTC §5). */
export interface ClientEntry {
  readonly easyrtcid: string;
  /** In ms since 1970. */
  readonly roomJoinTime: number;
  readonly presence: Presence;
  readonly username?: string;
  readonly apiField?: Fields;
}

type ClientList = Readonly<Record<string, ClientEntry>>;

export interface RoomNews {
  readonly roomName: string;
  readonly roomStatus: 'join' | 'update' | 'leave';
  readonly clientList?: ClientList;
  readonly clientListDelta?: {
    readonly updateClient?: ClientList;
    readonly removeClient?: Readonly<Record<string, { readonly easyrtcid: string }>>;
  };
  readonly field?: FieldMap;
}

export type RoomData = Readonly<Record<string, RoomNews>>;

export interface SessionData {
  readonly easyrtcsid: string;
  readonly sessionStatus?: 'update';
  readonly field: FieldMap;
}

/** What a client gets that has authenticated (EasyRTC §5). */
export interface Token {
  readonly easyrtcid: string;
  readonly serverTime: number;
  readonly application: { readonly applicationName: string; readonly field?: FieldMap };
  readonly iceConfig: { readonly iceServers: readonly IceServer[] };
  readonly field?: FieldMap;
  readonly sessionData?: SessionData;
  readonly roomData: RoomData;
}

/** What a client is sent, but for receiver and time. What is undefined is not written. */
export interface Push {
  readonly msgType: string;
  readonly msgData?: unknown;
  readonly senderEasyrtcid?: string | undefined;
  readonly targetEasyrtcid?: string | undefined;
  readonly targetRoom?: string | undefined;
}

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
