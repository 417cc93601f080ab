import { RoomError } from '../../rooms/index.js';
import type { Application } from './application.js';
import { hasPlaces, mayJoin, newRooms } from './authentication.js';
import type { Client } from './client.js';
import type { Context } from './context.js';
import { Refusal, check } from './errors.js';
import { askIceConfig, hasRelays, iceConfigOf, mayRelay } from './ice.js';
import type { Membership } from './membership.js';
import { ack, byName, roomDataReply } from './messages.js';
import type { Fields, Reply, RoomNews } from './messages.js';
import { ownUpdate, tellUpdate } from './news.js';
import { read } from './requests.js';
import type { Request, WantedRoom } from './requests.js';
import { assertMaySend } from './rights.js';

/** The client that sent a request, and its application. */
export interface Asker {
  readonly client: Client;
  readonly application: Application;
}

type Command =
  | 'roomJoin'
  | 'roomLeave'
  | 'setPresence'
  | 'setRoomApiField'
  | 'setUserCfg'
  | 'getIceConfig'
  | 'getRoomList';
type Signal = 'candidate' | 'offer' | 'answer' | 'reject' | 'hangup';
type Handler = (asker: Asker, message: Fields, context: Context) => Reply | Promise<Reply>;

/** The handlers of `easyrtcCmd` (docs/protocols/easyrtc.md#6-commands), by `msgType`. */
const handlers: ReadonlyMap<unknown, Handler> = new Map<string, Handler>([
  on('candidate', signalOf('candidate')),
  on('offer', signalOf('offer')),
  on('answer', signalOf('answer')),
  on('reject', signalOf('reject')),
  on('hangup', signalOf('hangup')),
  on('getIceConfig', getIceConfig),
  on('getRoomList', getRoomList),
  on('roomJoin', roomJoin),
  on('roomLeave', roomLeave),
  on('setPresence', setPresence),
  on('setRoomApiField', setRoomApiField),
  on('setUserCfg', setUserCfg),
]);

/** @throws Refusal, RoomError */
export function command(asker: Asker, message: Fields | undefined, context: Context): Reply | Promise<Reply> {
  check(message !== undefined, 'MSG_REJECT_BAD_STRUCTURE');
  const handle = handlers.get(message.msgType);
  check(handle !== undefined, 'MSG_REJECT_BAD_TYPE');
  return handle(asker, message, context);
}

function on<N extends Command | Signal>(
  name: N,
  handle: (asker: Asker, request: Request<N>, context: Context) => Reply | Promise<Reply>,
): [N, Handler] {
  return [name, (asker, message, context) => handle(asker, read(context.requests, name, message), context)];
}

/**
 * Relays a signal to another page unread. A participant of another protocol cannot be called
 * (docs/protocols/easyrtc.md#61-signalling, #16-bridging).
 */
function signalOf(msgType: Signal) {
  return ({ client, application }: Asker, { msgData, targetEasyrtcid: id }: Request<Signal>): Reply => {
    const target = application.clients.get(id);
    if (target) {
      if (msgType === 'offer' || msgType === 'answer') assertMaySend({ client, application }, target, msgData ?? {});
      target.relay('easyrtcCmd', { msgType, msgData, senderEasyrtcid: client.easyrtcid }, client);
      return ack;
    }
    check(application.outsiders.find(id) !== undefined, 'MSG_REJECT_TARGET_EASYRTCID');
    if (msgType === 'offer') client.command({ msgType: 'reject', senderEasyrtcid: id });
    return ack;
  };
}

async function getIceConfig({ client }: Asker, _request: unknown, context: Context): Promise<Reply> {
  return { msgType: 'iceConfig', msgData: { iceConfig: await askIceConfig(client, context) } };
}

function getRoomList({ application, client }: Asker): Reply | Promise<Reply> {
  const list = application.roomListFor(client);
  const reply = (roomList: Awaited<typeof list>): Reply => ({ msgType: 'roomList', msgData: { roomList } });
  return list instanceof Promise ? list.then(reply) : reply(list);
}

async function roomJoin(
  { client, application }: Asker,
  { msgData: { roomJoin: wanted } }: Request<'roomJoin'>,
  context: Context,
): Promise<Reply> {
  if (context.hooks.joinRoom) {
    for (const room of newRooms(client, wanted)) {
      check(await mayJoin(client.visitor, room, application, context), 'MSG_REJECT_BAD_ROOM');
    }
    // While the hook was asked, the client may have left.
    check(client.application === application, 'MSG_REJECT_GEN_FAIL');
  }
  const rooms = newRooms(client, wanted);
  const exist = context.settings.roomAutoCreate || rooms.every(({ name }) => application.hasRoom(name));
  check(exist && hasPlaces(application, rooms, client.roomCount, context), 'MSG_REJECT_BAD_ROOM');
  const mightRelay = mayRelay(client);
  const joined = await joinAll(client, rooms);
  if (!mightRelay && mayRelay(client) && !context.hooks.iceServers && hasRelays(client, context)) {
    client.command({ msgType: 'iceConfig', msgData: { iceConfig: iceConfigOf(client, context, undefined) } });
  }
  const all = wanted.flatMap(({ name }) => client.membership(name) ?? []);
  for (const membership of all) if (!joined.has(membership)) tellUpdate(client, [membership]);
  return roomDataReply(byName(all.map(({ view }) => [view.name, view.joinedBy(client)] as const)));
}

/** @throws Refusal, RoomError */
async function joinAll(client: Client, rooms: readonly WantedRoom[]): Promise<ReadonlySet<Membership>> {
  try {
    return await client.join(rooms);
  } catch (error) {
    // In a room the same error refuses what a client does there.
    if (error instanceof RoomError && error.code === 'not-allowed') throw new Refusal('MSG_REJECT_BAD_ROOM');
    throw error;
  }
}

function roomLeave({ client }: Asker, { msgData: { roomLeave: rooms } }: Request<'roomLeave'>): Reply {
  for (const { name } of rooms) client.leave(name);
  const left = rooms.map(({ name: roomName }): [string, RoomNews] => [roomName, { roomName, roomStatus: 'leave' }]);
  return roomDataReply(byName(left));
}

function setPresence({ client }: Asker, { msgData }: Request<'setPresence'>): Reply {
  client.changePresence(msgData.setPresence);
  tellUpdate(client, client.memberships);
  return ownUpdate(client.memberships);
}

function setRoomApiField({ client }: Asker, { msgData }: Request<'setRoomApiField'>): Reply {
  const { roomName, field = {} } = msgData.setRoomApiField;
  const membership = client.membership(roomName);
  check(membership !== undefined, 'MSG_REJECT_BAD_ROOM');
  membership.participant.assertMay('data');
  membership.apiField = field;
  tellUpdate(client, [membership]);
  return ownUpdate([membership]);
}

/** The request is checked and has no effect (docs/protocols/easyrtc.md#68-setusercfg). */
function setUserCfg(): Reply {
  return ack;
}
