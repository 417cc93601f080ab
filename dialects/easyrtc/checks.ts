import { Refusal } from './errors.js';
import type { ErrorCode } from './errors.js';
import { isEmpty, isFilled, isObject, matches } from './messages.js';
import type { Envelope, Fields } from './messages.js';
import type { Patterns } from './settings.js';

/** The longest JSON text of what a client may have kept at the server and shown to others (EasyRTC §4). */
export const maxKeptLength = 4_095;

/** @throws Refusal */
export function check(condition: boolean, code: ErrorCode): asserts condition {
  if (!condition) throw new Refusal(code);
}

export interface WantedRoom {
  readonly name: string;
  /** As the client gave it, if it is an object: for the hook. */
  readonly parameter: Fields | undefined;
}

export interface Login {
  readonly application: string | undefined;
  readonly username: string | undefined;
  readonly credential: Fields | undefined;
  readonly sessionId: string | undefined;
  readonly rooms: readonly WantedRoom[];
  readonly presence: PresenceChange | undefined;
}

export interface PresenceChange {
  readonly show?: string;
  readonly status?: string;
  readonly type?: unknown;
}

/** The message of an authentication, rows 2 to 10 of its table. @throws Refusal */
export function loginOf(message: Envelope | undefined, patterns: Patterns): Login {
  check(message?.msgType === 'authenticate', 'LOGIN_BAD_AUTH');
  const { msgData } = message;
  check(isObject(msgData) && typeof msgData.apiVersion === 'string', 'LOGIN_BAD_STRUCTURE');
  const { apiVersion, applicationName, easyrtcsid, username, credential, roomJoin, setPresence } = msgData;
  check(roomJoin === undefined || isObject(roomJoin), 'LOGIN_BAD_STRUCTURE');
  const bad = 'MSG_REJECT_BAD_STRUCTURE';
  check(matches(apiVersion, patterns.apiVersion), bad);
  check(applicationName === undefined || matches(applicationName, patterns.application), bad);
  check(easyrtcsid === undefined || matches(easyrtcsid, patterns.session), bad);
  check(username === undefined || matches(username, patterns.username), bad);
  check(credential === undefined || isFilled(credential), bad);
  const rooms = roomsIn(roomJoin ?? {}, patterns);
  check(
    rooms.every(({ given }) => given.roomParameter === undefined || isObject(given.roomParameter)),
    bad,
  );
  return {
    application: applicationName,
    username,
    credential,
    sessionId: easyrtcsid,
    rooms,
    presence: setPresence === undefined ? undefined : presenceOf(setPresence, patterns),
  };
}

/** @throws Refusal */
export function roomJoinOf({ msgData }: Envelope, patterns: Patterns): readonly WantedRoom[] {
  check(isObject(msgData), 'MSG_REJECT_BAD_DATA');
  check(isFilled(msgData.roomJoin), 'MSG_REJECT_BAD_STRUCTURE');
  return roomsIn(msgData.roomJoin, patterns);
}

/** @returns names of rooms. @throws Refusal */
export function roomLeaveOf({ msgData }: Envelope, patterns: Patterns): readonly string[] {
  check(isObject(msgData), 'MSG_REJECT_BAD_DATA');
  check(isObject(msgData.roomLeave), 'MSG_REJECT_BAD_STRUCTURE');
  return roomsIn(msgData.roomLeave, patterns).map(({ name }) => name);
}

/** @throws Refusal */
export function setPresenceOf({ msgData }: Envelope, patterns: Patterns): PresenceChange {
  check(isObject(msgData), 'MSG_REJECT_BAD_DATA');
  return presenceOf(msgData.setPresence, patterns);
}

/** @throws Refusal */
export function apiFieldOf({ msgData }: Envelope, patterns: Patterns): { room: string; field: Fields } {
  check(isObject(msgData), 'MSG_REJECT_BAD_DATA');
  const { setRoomApiField } = msgData;
  check(isFilled(setRoomApiField), 'MSG_REJECT_BAD_STRUCTURE');
  const { roomName, field } = setRoomApiField;
  check(matches(roomName, patterns.room), 'MSG_REJECT_BAD_ROOM');
  check(field === undefined || isObject(field), 'MSG_REJECT_BAD_STRUCTURE');
  check(field === undefined || jsonLength(field) <= maxKeptLength, 'MSG_REJECT_BAD_SIZE');
  return { room: roomName, field: field ?? {} };
}

/** @throws Refusal */
export function checkUserCfg({ msgData }: Envelope): void {
  check(isObject(msgData), 'MSG_REJECT_BAD_DATA');
  const { setUserCfg } = msgData;
  check(isFilled(setUserCfg), 'MSG_REJECT_BAD_STRUCTURE');
  for (const part of [setUserCfg.p2pList, setUserCfg.userSettings]) {
    check(part === undefined || isFilled(part), 'MSG_REJECT_BAD_STRUCTURE');
  }
}

const signalsWithData: ReadonlySet<string> = new Set(['candidate', 'offer', 'answer']);

/** @returns the target. @throws Refusal */
export function signalTargetOf({ msgType, msgData, targetEasyrtcid }: Envelope, patterns: Patterns): string {
  const fits = signalsWithData.has(msgType as string) ? isFilled(msgData) : msgData === undefined;
  check(fits, 'MSG_REJECT_BAD_DATA');
  check(matches(targetEasyrtcid, patterns.id), 'MSG_REJECT_BAD_STRUCTURE');
  return targetEasyrtcid;
}

export function checkNoRequestData({ msgType, msgData }: Envelope): void {
  check(msgType === 'getIceConfig' ? isEmpty(msgData) : msgData === undefined, 'MSG_REJECT_BAD_DATA');
}

export interface AppMessage {
  readonly type: string;
  readonly data: unknown;
  readonly id: string | undefined;
  readonly group: string | undefined;
  readonly room: string | undefined;
}

/** An application's message, but for what depends on who is there (EasyRTC §8). @throws Refusal */
export function appMessageOf(message: Envelope | undefined, patterns: Patterns): AppMessage {
  check(message !== undefined, 'MSG_REJECT_BAD_STRUCTURE');
  const { msgType, msgData, targetEasyrtcid, targetGroup, targetRoom } = message;
  check(typeof msgType === 'string', 'MSG_REJECT_BAD_TYPE');
  check(targetEasyrtcid === undefined || matches(targetEasyrtcid, patterns.id), 'MSG_REJECT_TARGET_EASYRTCID');
  check(targetGroup === undefined || matches(targetGroup, patterns.group), 'MSG_REJECT_TARGET_GROUP');
  check(targetRoom === undefined || matches(targetRoom, patterns.room), 'MSG_REJECT_TARGET_ROOM');
  return { type: msgType, data: msgData, id: targetEasyrtcid, group: targetGroup, room: targetRoom };
}

function roomsIn(map: Fields, patterns: Patterns): (WantedRoom & { readonly given: Fields })[] {
  return Object.entries(map).map(([name, given]) => {
    check(patterns.room.test(name) && isObject(given) && given.roomName === name, 'MSG_REJECT_BAD_STRUCTURE');
    return { name, given, parameter: isObject(given.roomParameter) ? given.roomParameter : undefined };
  });
}

function presenceOf(given: unknown, patterns: Patterns): PresenceChange {
  const bad = 'MSG_REJECT_BAD_STRUCTURE';
  check(isFilled(given), bad);
  const { show, status, type } = given;
  check(show === undefined || matches(show, patterns.presenceShow), bad);
  check(status === undefined || matches(status, patterns.presenceStatus), bad);
  // Of any form, but kept for everybody to see: bounded as api fields are.
  check(type === undefined || jsonLength(type) <= maxKeptLength, bad);
  return {
    ...(show !== undefined && { show }),
    ...(status !== undefined && { status }),
    ...(type !== undefined && { type }),
  };
}

/** Infinity for what is nested too deeply to be written. */
function jsonLength(value: unknown): number {
  try {
    return JSON.stringify(value).length;
  } catch {
    return Infinity;
  }
}
