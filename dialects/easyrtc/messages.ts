/*
 * What crosses the wire. The protocol's checks come in an order of their own, and its objects are JavaScript's, not JSON's: so
 * incoming messages are looked at by hand (checks.ts), where any schema would have to be bent.
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

export function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}

/** The envelope of everything a client sends (EasyRTC §3). */
export interface Envelope extends Fields {
  readonly msgType?: unknown;
  readonly msgData?: unknown;
  readonly targetEasyrtcid?: unknown;
  readonly targetGroup?: unknown;
  readonly targetRoom?: unknown;
}

/** An entry of RTCConfiguration.iceServers. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

export interface Field {
  readonly fieldName: string;
  readonly fieldValue: unknown;
}
export type FieldMap = Readonly<Record<string, Field>>;

export interface Presence {
  readonly show: string;
  readonly status: string | null;
  /** Undocumented: any JSON, passed on as it is (EasyRTC §6.6). */
  readonly type?: unknown;
}

/** Somebody in a room, as the others see her (EasyRTC §5). */
export interface ClientEntry {
  readonly easyrtcid: string;
  readonly roomJoinTime: number;
  readonly presence: Presence;
  readonly username?: string;
  readonly apiField?: Fields;
}

export interface RoomNews {
  readonly roomName: string;
  readonly roomStatus: 'join' | 'update' | 'leave';
  readonly clientList?: Readonly<Record<string, ClientEntry>>;
  readonly clientListDelta?: {
    readonly updateClient?: Readonly<Record<string, ClientEntry>>;
    readonly removeClient?: Readonly<Record<string, { readonly easyrtcid: string }>>;
  };
  readonly field?: FieldMap;
}

export interface RoomData {
  readonly roomData: Readonly<Record<string, RoomNews>>;
}

export interface SessionData {
  readonly easyrtcsid: string;
  readonly sessionStatus?: 'update';
  readonly field: FieldMap;
}

export interface Token {
  readonly easyrtcid: string;
  readonly serverTime: number;
  readonly application: { readonly applicationName: string; readonly field?: FieldMap };
  readonly iceConfig: { readonly iceServers: readonly IceServer[] };
  readonly field?: FieldMap;
  readonly sessionData?: SessionData;
  readonly roomData: RoomData['roomData'];
}

/** What answers a request; the time is put in where it is sent. */
export interface Reply {
  readonly msgType: string;
  readonly msgData?: unknown;
}

export const ack: Reply = { msgType: 'ack' };

/** What a client is sent; receiver and time are put in where it is sent. */
export interface Push extends Reply {
  readonly senderEasyrtcid?: string | undefined;
  readonly targetEasyrtcid?: string | undefined;
  readonly targetRoom?: string | undefined;
}

/** An object of what one map has, own keys only: a name may be `__proto__`. */
export function byName<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries(entries);
}

export function roomDataReply(roomData: RoomData['roomData']): Reply {
  return { msgType: 'roomData', msgData: { roomData } };
}

/** Values of the server as clients read them; undefined when there are none. */
export function fieldMapOf(values: Fields): FieldMap | undefined {
  const entries = Object.entries(values).map(
    ([fieldName, fieldValue]) => [fieldName, { fieldName, fieldValue }] as const,
  );
  return entries.length === 0 ? undefined : byName(entries);
}
