import { RoomError } from '../../rooms/index.js';
import type { Bearer } from '../../rooms/index.js';
import type { Application } from './application.js';
import type { Client } from './client.js';
import type { Context } from './context.js';
import { Refusal, check, roomErrors } from './errors.js';
import { inTime } from './hooks.js';
import type { Visitor } from './hooks.js';
import { hookIceServers, iceConfigOf } from './ice.js';
import { bearerOf, usernameOf } from './introduction.js';
import type { Membership } from './membership.js';
import { byName, fieldMapOf, roomDataReply } from './messages.js';
import type { Fields, IceConfig, IceServer, Reply, Token } from './messages.js';
import { tellUpdate } from './news.js';
import { read } from './requests.js';
import type { Login, WantedRoom } from './requests.js';

/**
 * Admits a client, or changes a client that is already admitted (docs/protocols/easyrtc.md#5-authentication). All hooks
 * are asked first; the rest is one step.
 * @param isThere whether the client is still connected
 * @returns the token. @throws Refusal, RoomError, and the errors of hooks; the caller then closes the client
 */
export async function authenticate(
  client: Client,
  message: Fields | undefined,
  context: Context,
  isThere: () => boolean,
): Promise<Reply> {
  const { msgData: login } = read(context.requests, 'authenticate', message);
  const { hooks, settings, applications } = context;
  const name = login.applicationName ?? settings.defaultApplication;
  const visitor: Visitor = {
    easyrtcid: client.easyrtcid,
    application: name,
    username: login.username ?? client.username,
  };
  const bearer = await bearerOf({ client, login, visitor, message }, context);
  const rooms = wantedRooms(login, bearer, applications.of(name), context);
  checkPlaces(client, name, rooms, context);
  for (const room of hooks.joinRoom ? rooms : []) {
    check(await mayJoin(visitor, room, applications.of(name), context), 'LOGIN_GEN_FAIL');
  }
  const iceServers = await hookIceServers(visitor, context);
  check(isThere(), 'LOGIN_GEN_FAIL');
  // While the hooks were asked, rooms may have filled up or ended.
  checkPlaces(client, name, rooms, context);
  const username = login.username ?? usernameOf(bearer, settings) ?? client.username;
  return enter(client, { ...login, username }, bearer, rooms, applications.of(name), iceServers, context);
}

/** Whether the hook allows the visitor to join the room. */
export async function mayJoin(
  visitor: Visitor,
  { name, parameter }: WantedRoom,
  application: Application,
  { hooks, settings }: Context,
): Promise<boolean> {
  if (!hooks.joinRoom) return true;
  const room = { name, parameter, isNew: !application.hasRoom(name) };
  return inTime(hooks.joinRoom(visitor, room), settings.hookTimeoutMs);
}

/** A client that names no room enters the one that its token names, or else the default room. */
function wantedRooms(
  { roomJoin: rooms = [] }: Login,
  bearer: Bearer,
  application: Application,
  { settings }: Context,
): readonly WantedRoom[] {
  if (rooms.length > 0) return rooms;
  if (!settings.defaultRoomEnabled) return [];
  const named = bearer.room === undefined ? undefined : application.nameOf(bearer.room);
  return [{ name: named ?? settings.defaultRoom, parameter: undefined }];
}

/** Rows 12 to 14 of the table in docs/protocols/easyrtc.md#5-authentication. @throws Refusal */
function checkPlaces(client: Client, name: string, rooms: readonly WantedRoom[], context: Context): void {
  const { applications, settings } = context;
  check(applications.admits(name), 'LOGIN_APP_AUTH_FAIL');
  const application = applications.of(name);
  const others = client.application?.name === name ? newRooms(client, rooms) : rooms;
  if (!settings.roomAutoCreate) {
    check(
      others.every((room) => application.hasRoom(room.name)),
      'LOGIN_BAD_ROOM',
    );
  }
  const had = client.application?.name === name ? client.roomCount : 0;
  check(hasPlaces(application, others, had, context), 'LOGIN_GEN_FAIL');
}

/** Whether each room has a free place, and the client may be in so many rooms. */
export function hasPlaces(
  application: Application,
  rooms: readonly WantedRoom[],
  had: number,
  { settings: { roomMaxConnections, maxRooms } }: Context,
): boolean {
  if (maxRooms > 0 && rooms.length > 0 && had + rooms.length > maxRooms) return false;
  if (roomMaxConnections === 0) return true;
  return rooms.every(({ name }) => (application.room(name)?.size ?? 0) < roomMaxConnections);
}

export function newRooms(client: Client, rooms: readonly WantedRoom[]): readonly WantedRoom[] {
  return rooms.filter(({ name }) => !client.membership(name));
}

async function enter(
  client: Client,
  login: Login,
  bearer: Bearer,
  rooms: readonly WantedRoom[],
  application: Application,
  iceServers: readonly IceServer[] | undefined,
  context: Context,
): Promise<Reply> {
  const wasNamed = client.username;
  client.enter(application);
  client.username = login.username;
  client.bearer = bearer;
  if (login.setPresence) client.changePresence(login.setPresence);
  if (login.easyrtcsid !== undefined) client.enterSession(login.easyrtcsid);
  const joined = await client.join(rooms);
  tellKnown(client, joined, wasNamed !== client.username);
  return { msgType: 'token', msgData: tokenOf(client, application, iceConfigOf(client, context, iceServers), context) };
}

/**
 * Tells the other members of the client's former rooms of the change. Only the full list has a new username
 * (docs/protocols/easyrtc.md#7-what-the-server-sends-by-itself).
 */
function tellKnown(client: Client, joined: ReadonlySet<Membership>, isRenamed: boolean): void {
  const known = [...client.memberships].filter((membership) => !joined.has(membership) && !membership.isHidden);
  if (!isRenamed) {
    tellUpdate(client, known);
    return;
  }
  for (const { view } of known) {
    const news = { roomName: view.name, roomStatus: 'update', clientList: view.clientListFor(client) } as const;
    view.tell(roomDataReply(byName([[view.name, news]])), client);
  }
}

function tokenOf(client: Client, application: Application, iceConfig: IceConfig, { settings, now }: Context): Token {
  const applicationField = fieldMapOf(settings.applicationFields);
  const field = fieldMapOf(settings.connectionFields);
  const { easyrtcid, sessionId } = client;
  return {
    easyrtcid,
    serverTime: now(),
    application: { applicationName: application.name, ...(applicationField && { field: applicationField }) },
    iceConfig,
    ...(field && { field }),
    ...(sessionId !== undefined && {
      sessionData: { easyrtcsid: sessionId, field: application.sessionFields(sessionId) },
    }),
    roomData: byName([...client.memberships].map(({ view }) => [view.name, view.joinedBy(client)] as const)),
  };
}

/** The error code that answers a failed authentication. */
export function loginErrorOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  return error instanceof RoomError ? new Refusal(roomErrors[error.code].login) : undefined;
}
