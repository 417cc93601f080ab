/*
 * Types of what the server sends; requests.ts has what clients send. The tests check all messages of the server against schemas of
 * these types (test/dialects/easyrtc/server-messages.ts).
 */

import { errorTexts } from './errors.js';
import type { ErrorCode } from './errors.js';

/**
 * An object in the sense of the protocol: arrays count, null does not (docs/protocols/easyrtc.md#4-names-and-limits).
 */
export type Fields = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/**
 * A value is empty if it has no own keys or length 0. Numbers, booleans and null are empty
 * (docs/protocols/easyrtc.md#62-geticeconfig).
 */
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
  /** The first of `urls`, for programs written after the published protocol, which has only this member. */
  readonly url?: string | undefined;
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

export interface IceConfig {
  readonly iceServers: readonly IceServer[];
}

export type FieldMap = Readonly<Record<string, { readonly fieldName: string; readonly fieldValue: unknown }>>;

export interface Presence {
  readonly show: string;
  readonly status: string | null;
  /** Undocumented. Any JSON, passed on unchanged (docs/protocols/easyrtc.md#66-setpresence). */
  readonly type?: unknown;
}

/** A client in a room, as others see it (docs/protocols/easyrtc.md#5-authentication). */
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

/** The answer to a successful authentication (docs/protocols/easyrtc.md#5-authentication). */
export interface Token {
  readonly easyrtcid: string;
  readonly serverTime: number;
  readonly application: { readonly applicationName: string; readonly field?: FieldMap };
  readonly iceConfig: IceConfig;
  readonly field?: FieldMap;
  readonly sessionData?: SessionData;
  readonly roomData: RoomData;
}

/** A message to a client, without receiver and time. Members that are undefined are not sent. */
export interface Push {
  readonly msgType: string;
  readonly msgData?: unknown;
  readonly senderEasyrtcid?: string | undefined;
  readonly targetEasyrtcid?: string | undefined;
  readonly targetRoom?: string | undefined;
}

/** The answer to a request; `Link` adds the time when it sends it. */
export type Reply = Pick<Push, 'msgType' | 'msgData'>;

export const ack: Reply = { msgType: 'ack' };

/** An object that has only own keys, because a name may be `__proto__`. */
export function byName<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.fromEntries(entries);
}

export function errorOf(errorCode: ErrorCode): Reply {
  return { msgType: 'error', msgData: { errorCode, errorText: errorTexts[errorCode] } };
}

export function roomDataReply(news: RoomData): Reply {
  return { msgType: 'roomData', msgData: { roomData: news } };
}

/** Fields in the form that clients read; undefined when there are none. */
export function fieldMapOf(values: Fields): FieldMap | undefined {
  const entries = Object.entries(values).map(
    ([fieldName, fieldValue]) => [fieldName, { fieldName, fieldValue }] as const,
  );
  return entries.length === 0 ? undefined : byName(entries);
}
