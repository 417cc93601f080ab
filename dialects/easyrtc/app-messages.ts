import type { Client } from './client.js';
import type { Asker } from './commands.js';
import type { Context } from './context.js';
import { Refusal, check } from './errors.js';
import { inTime } from './hooks.js';
import { ack } from './messages.js';
import type { Push, Reply } from './messages.js';
import { read } from './requests.js';
import type { AppMessage } from './requests.js';
import type { Outsider } from './outsiders.js';
import { assertMayTalk } from './rights.js';

/**
 * A message of the application, to one client, a room, or the server
 * (docs/protocols/easyrtc.md#8-application-messages).
 * @throws Refusal, RoomError
 */
export function appMessage(asker: Asker, given: unknown, context: Context): Reply | Promise<Reply> {
  const message = read(context.requests, 'appMessage', given);
  const { targetEasyrtcid: id, targetRoom: room, targetGroup: group } = message;
  check(id !== asker.client.easyrtcid, 'MSG_REJECT_TARGET_EASYRTCID');
  if (id !== undefined) return toOne(asker, message, id, context);
  if (room !== undefined) return toRoom(asker, message, room, context);
  // Groups do not exist here (docs/protocols/easyrtc.md#1-model).
  if (group !== undefined) throw new Refusal('MSG_REJECT_TARGET_GROUP');
  return toServer(asker, message, context);
}

function toOne({ client, application }: Asker, message: AppMessage, id: string, context: Context): Reply {
  const target = application.clients.get(id);
  const outsider = target ? undefined : application.outsiders.find(id);
  check(target !== undefined || outsider !== undefined, 'MSG_REJECT_GEN_FAIL');
  const { targetRoom: room } = message;
  if (room !== undefined) {
    const isThere = outsider ? outsider.view.name === room : target?.membership(room) !== undefined;
    check(isThere && client.membership(room) !== undefined, 'MSG_REJECT_TARGET_ROOM');
  }
  check(message.targetGroup === undefined, 'MSG_REJECT_TARGET_GROUP');
  if (outsider) return toOutsider({ client, application }, message, outsider, context);
  if (target) assertMayTalk({ client, application }, target, room);
  target?.relay('easyrtcMsg', pushOf(message, client, id), client);
  return ack;
}

/** Says a chat message to the participant. Other messages mean nothing in another protocol and are dropped. */
function toOutsider({ client }: Asker, message: AppMessage, { participant, view }: Outsider, context: Context): Reply {
  const { msgType, msgData } = message;
  if (msgType !== context.settings.chatType || typeof msgData !== 'string') return ack;
  const membership = client.membership(view.name);
  check(membership !== undefined, 'MSG_REJECT_GEN_FAIL');
  membership.participant.say(msgData, participant);
  return ack;
}

function toRoom({ client }: Asker, message: AppMessage, room: string, context: Context): Reply {
  const membership = client.membership(room);
  check(membership !== undefined, 'MSG_REJECT_TARGET_ROOM');
  if (message.targetGroup !== undefined) return ack;
  // A chat message goes to everybody in the room, of every protocol.
  const { msgType, msgData } = message;
  if (msgType === context.settings.chatType && typeof msgData === 'string') {
    membership.participant.say(msgData);
    return ack;
  }
  membership.participant.assertMay('data');
  const push = pushOf(message, client);
  for (const other of membership.view.members.values()) {
    if (other.client !== client) other.client.relay('easyrtcMsg', push, client);
  }
  return ack;
}

function toServer({ client }: Asker, { msgType, msgData }: AppMessage, context: Context): Reply | Promise<Reply> {
  const { hooks, settings } = context;
  if (!hooks.message) return ack;
  const answer = inTime(hooks.message(client.visitor, msgType, msgData), settings.hookTimeoutMs);
  return answer.then((reply) => reply ?? ack);
}

/** Members that are undefined are not sent. */
function pushOf({ msgType, msgData, targetRoom }: AppMessage, { easyrtcid }: Client, targetEasyrtcid?: string): Push {
  return { msgType, msgData, senderEasyrtcid: easyrtcid, targetEasyrtcid, targetRoom };
}
