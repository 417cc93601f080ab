import { z } from 'zod';
import { isTokenShaped } from '../../access/index.js';
import { isShowable, roomKey } from '../../rooms/index.js';
import { Refusal, isErrorCode } from './errors.js';
import type { ErrorCode } from './errors.js';
import { isEmpty, isFilled, isObject } from './messages.js';
import type { Fields } from './messages.js';
import type { EasyRtcSettings } from './options.js';

/*
 * Schemas of what clients send. Each check has the error code that it is refused with. The first check that fails gives the answer, so
 * the keys are in the order of the protocol's tables.
 */

/**
 * The longest JSON text of a value that the server keeps for a client and shows to others
 * (docs/protocols/easyrtc.md#4-names-and-limits).
 */
const maxKeptLength = 4_095;
const bad = 'MSG_REJECT_BAD_STRUCTURE';

const fields = (code: ErrorCode) => z.custom<Fields>(isObject, code);
const filled = (code: ErrorCode) => z.custom<Fields>(isFilled, code);
/** The member must be missing; null is refused too. */
const absent = (code: ErrorCode) => z.undefined(code).optional();
const text = (pattern: RegExp, code: ErrorCode) => z.string(code).regex(pattern, code);
/** A name that others see. Operators choose the pattern; the rule of all protocols holds besides. */
const name = (pattern: RegExp, code: ErrorCode) => text(pattern, code).refine((given) => isShowable(given), code);
const roomName = (pattern: RegExp, code: ErrorCode) => name(pattern, code).transform(roomKey);
/** An array counts as an object whose keys are its indices (docs/protocols/easyrtc.md#4-names-and-limits). */
const objectOf = <S extends z.ZodRawShape>(code: ErrorCode, shape: S) => z.preprocess(asRecord, z.object(shape, code));
const filledOf = <S extends z.ZodRawShape>(code: ErrorCode, shape: S) =>
  z.preprocess((value) => (isFilled(value) ? asRecord(value) : undefined), z.object(shape, code));

/** A value that the server keeps. It may have any form, but its length is limited. */
const kept = <T>(schema: z.ZodType<T>, code: ErrorCode) =>
  schema.transform((value, context): T => {
    const text = jsonOf(value);
    if (text !== undefined && text.length <= maxKeptLength) return JSON.parse(text) as T;
    context.addIssue(code);
    return z.NEVER;
  });

/** A map of rooms by name. Each name must equal its key. */
const roomsOf = (map: z.ZodType<Fields, Fields>, pattern: RegExp, parameter: z.ZodType<Fields | undefined>) => {
  const entry = z
    .object({ name: name(pattern, bad), room: objectOf(bad, { roomName: z.string(bad), roomParameter: parameter }) })
    .refine(({ name: key, room }) => room.roomName === key, bad)
    .transform(({ name: key, room }) => ({ name: roomKey(key), parameter: room.roomParameter }));
  return map
    .transform((rooms) => Object.entries(rooms).map(([key, room]) => ({ name: key, room })))
    .pipe(z.array(entry));
};
/** A value that is no object is ignored. */
const anyParameter = z
  .unknown()
  .transform((value) => (isObject(value) ? value : undefined))
  .optional();

export function requestsOf(settings: EasyRtcSettings) {
  const presence = filledOf(bad, {
    show: name(settings.presenceShowPattern, bad).optional(),
    status: text(settings.presenceStatusPattern, bad).optional(),
    type: kept(z.unknown(), bad).optional(),
  });
  const signal = {
    withData: objectOf(bad, {
      msgData: filled('MSG_REJECT_BAD_DATA'),
      targetEasyrtcid: name(settings.idPattern, bad),
    }),
    bare: objectOf(bad, {
      msgData: absent('MSG_REJECT_BAD_DATA'),
      targetEasyrtcid: name(settings.idPattern, bad),
    }),
  };
  const data = <S extends z.ZodRawShape>(shape: S) =>
    objectOf(bad, { msgData: objectOf('MSG_REJECT_BAD_DATA', shape) });
  return {
    /** `easyrtcAuth` (docs/protocols/easyrtc.md#5-authentication, rows 2 to 10). */
    authenticate: objectOf('LOGIN_BAD_AUTH', {
      msgType: z.literal('authenticate', 'LOGIN_BAD_AUTH'),
      msgData: z
        .preprocess(
          asRecord,
          z.looseObject(
            { apiVersion: z.string('LOGIN_BAD_STRUCTURE'), roomJoin: fields('LOGIN_BAD_STRUCTURE').optional() },
            'LOGIN_BAD_STRUCTURE',
          ),
        )
        .pipe(
          z.object({
            apiVersion: name(settings.apiVersionPattern, bad),
            applicationName: name(settings.applicationPattern, bad).optional(),
            easyrtcsid: name(settings.sessionPattern, bad).optional(),
            username: name(settings.usernamePattern, bad).optional(),
            credential: z.preprocess(asCredential, filled(bad)).optional(),
            roomJoin: roomsOf(fields(bad), settings.roomPattern, fields(bad).optional()).optional(),
            setPresence: presence.optional(),
          }),
        ),
    }),
    /** `easyrtcCmd` (docs/protocols/easyrtc.md#6-commands). The schema is chosen by `msgType`. */
    candidate: signal.withData,
    offer: signal.withData,
    answer: signal.withData,
    reject: signal.bare,
    hangup: signal.bare,
    getIceConfig: objectOf(bad, { msgData: z.custom<unknown>(isEmpty, 'MSG_REJECT_BAD_DATA').optional() }),
    getRoomList: objectOf(bad, { msgData: absent('MSG_REJECT_BAD_DATA') }),
    roomJoin: data({ roomJoin: roomsOf(filled(bad), settings.roomPattern, anyParameter) }),
    roomLeave: data({ roomLeave: roomsOf(fields(bad), settings.roomPattern, anyParameter) }),
    setPresence: data({ setPresence: presence }),
    setRoomApiField: data({
      setRoomApiField: filledOf(bad, {
        roomName: roomName(settings.roomPattern, 'MSG_REJECT_BAD_ROOM'),
        field: kept(fields(bad), 'MSG_REJECT_BAD_SIZE').optional(),
      }),
    }),
    setUserCfg: data({
      setUserCfg: filledOf(bad, { p2pList: filled(bad).optional(), userSettings: filled(bad).optional() }),
    }),
    /**
     * `easyrtcMsg` (docs/protocols/easyrtc.md#8-application-messages), without the checks that depend on the clients in
     * the room.
     */
    appMessage: objectOf(bad, {
      msgType: z.string('MSG_REJECT_BAD_TYPE').refine((type) => isShowable(type), 'MSG_REJECT_BAD_TYPE'),
      msgData: z.unknown().optional(),
      targetEasyrtcid: name(settings.idPattern, 'MSG_REJECT_TARGET_EASYRTCID').optional(),
      targetGroup: name(settings.groupPattern, 'MSG_REJECT_TARGET_GROUP').optional(),
      targetRoom: roomName(settings.roomPattern, 'MSG_REJECT_TARGET_ROOM').optional(),
    }),
  } as const;
}

export type Requests = ReturnType<typeof requestsOf>;
export type RequestName = keyof Requests;
/** A parsed request. */
export type Request<N extends RequestName> = z.output<Requests[N]>;
export type AppMessage = Request<'appMessage'>;
export type Login = Request<'authenticate'>['msgData'];
export type PresenceChange = NonNullable<Login['setPresence']>;
export type WantedRoom = NonNullable<Login['roomJoin']>[number];

/** @throws Refusal with the code of the first check that fails */
export function read<N extends RequestName>(requests: Requests, what: N, given: unknown): Request<N> {
  // TypeScript cannot relate a name to its schema through a union.
  const schema = requests[what] as unknown as z.ZodType<Request<N>>;
  const { success, data, error } = schema.safeParse(given);
  if (success) return data;
  const [issue] = error.issues;
  if (issue && isErrorCode(issue.message)) throw new Refusal(issue.message);
  throw new Error('A check has no code of the protocol', { cause: error });
}

/** A token may stand alone (docs/access.md#easyrtc). */
function asCredential(value: unknown): unknown {
  return typeof value === 'string' && isTokenShaped(value) ? { token: value } : value;
}

function asRecord(value: unknown): unknown {
  return Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : value;
}

/** Undefined for a value that is nested too deeply to be encoded. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
