import type { Application } from './application.js';
import { hasPlaces, mayJoin, newRooms } from './authentication.js';
import {
  apiFieldOf,
  check,
  checkNoRequestData,
  checkUserCfg,
  roomJoinOf,
  roomLeaveOf,
  setPresenceOf,
  signalTargetOf,
} from './checks.js';
import type { Client } from './client.js';
import type { Context } from './context.js';
import { Refusal } from './errors.js';
import { iceServersFor } from './ice.js';
import { ack, byName, roomDataReply } from './messages.js';
import type { Envelope, Reply, RoomNews } from './messages.js';
import { ownUpdate, tellUpdate } from './news.js';

/** Who asks: a client that is in an application. */
export interface Asker {
  readonly client: Client;
  readonly application: Application;
}

type Command = (asker: Asker, message: Envelope, context: Context) => Reply | Promise<Reply>;

/** What a client may ask on `easyrtcCmd` (EasyRTC §6), by `msgType`. */
export const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['candidate', signal],
  ['offer', signal],
  ['answer', signal],
  ['reject', signal],
  ['hangup', signal],
  ['getIceConfig', getIceConfig],
  ['getRoomList', getRoomList],
  ['roomJoin', roomJoin],
  ['roomLeave', roomLeave],
  ['setPresence', setPresence],
  ['setRoomApiField', setRoomApiField],
  ['setUserCfg', setUserCfg],
]);

/** @throws Refusal, RoomError */
export function command(asker: Asker, message: Envelope | undefined, context: Context): Reply | Promise<Reply> {
  check(message !== undefined, 'MSG_REJECT_BAD_STRUCTURE');
  const found = typeof message.msgType === 'string' ? commands.get(message.msgType) : undefined;
  if (!found) throw new Refusal('MSG_REJECT_BAD_TYPE');
  return found(asker, message, context);
}

/** From page to page, unread; a participant of another protocol takes no calls (EasyRTC §6.1, §16). */
function signal({ client, application }: Asker, message: Envelope, { patterns }: Context): Reply {
  const id = signalTargetOf(message, patterns);
  const msgType = String(message.msgType);
  const target = application.clients.get(id);
  if (target) {
    target.relay('easyrtcCmd', { msgType, msgData: message.msgData, senderEasyrtcid: client.easyrtcid }, client);
    return ack;
  }
  check(application.strangers.find(id) !== undefined, 'MSG_REJECT_TARGET_EASYRTCID');
  if (msgType === 'offer') client.command({ msgType: 'reject', senderEasyrtcid: id });
  return ack;
}

async function getIceConfig({ client }: Asker, message: Envelope, context: Context): Promise<Reply> {
  checkNoRequestData(message);
  const iceServers = await iceServersFor(client.visitor, context);
  return { msgType: 'iceConfig', msgData: { iceConfig: { iceServers } } };
}

function getRoomList({ application }: Asker, message: Envelope): Reply {
  checkNoRequestData(message);
  return { msgType: 'roomList', msgData: { roomList: application.roomList } };
}

function roomJoin(asker: Asker, message: Envelope, context: Context): Reply | Promise<Reply> {
  const { client, application } = asker;
  const wanted = roomJoinOf(message, context.patterns);
  const join = (): Reply => {
    const rooms = newRooms(client, wanted);
    const exist = context.settings.easyrtcRoomAutoCreate || rooms.every(({ name }) => application.hasRoom(name));
    check(exist && hasPlaces(application, rooms, client.roomCount, context), 'MSG_REJECT_BAD_ROOM');
    const joined = client.join(rooms.map(({ name }) => name));
    const all = wanted.flatMap(({ name }) => client.membership(name) ?? []);
    for (const membership of all) if (!joined.has(membership)) tellUpdate(client, [membership]);
    return roomDataReply(byName(all.map(({ view }) => [view.name, view.joined] as const)));
  };
  if (!context.hooks.joinRoom) return join();
  return (async () => {
    for (const room of newRooms(client, wanted)) {
      check(await mayJoin(client.visitor, room, application, context), 'MSG_REJECT_BAD_ROOM');
    }
    // She may have gone while the hook was asked.
    check(client.application === application, 'MSG_REJECT_GEN_FAIL');
    return join();
  })();
}

function roomLeave({ client }: Asker, message: Envelope, { patterns }: Context): Reply {
  const rooms = roomLeaveOf(message, patterns);
  for (const room of rooms) client.leave(room);
  const left = rooms.map((roomName): [string, RoomNews] => [roomName, { roomName, roomStatus: 'leave' }]);
  return roomDataReply(byName(left));
}

function setPresence({ client }: Asker, message: Envelope, { patterns }: Context): Reply {
  client.changePresence(setPresenceOf(message, patterns));
  tellUpdate(client, client.memberships);
  return ownUpdate(client.memberships);
}

function setRoomApiField({ client }: Asker, message: Envelope, { patterns }: Context): Reply {
  const { room, field } = apiFieldOf(message, patterns);
  const membership = client.membership(room);
  check(membership !== undefined, 'MSG_REJECT_BAD_ROOM');
  membership.apiField = field;
  tellUpdate(client, [membership]);
  return ownUpdate([membership]);
}

/** Looked at and forgotten (EasyRTC §6.8). */
function setUserCfg(_asker: Asker, message: Envelope): Reply {
  checkUserCfg(message);
  return ack;
}
