import { participantOf } from './application.js';
import { appMessageOf, check } from './checks.js';
import type { AppMessage } from './checks.js';
import type { Client } from './client.js';
import type { Asker } from './commands.js';
import type { Context } from './context.js';
import { Refusal } from './errors.js';
import { inTime } from './hooks.js';
import { ack } from './messages.js';
import type { Envelope, Push, Reply } from './messages.js';
import type { Stranger } from './strangers.js';

/** A message of the application, to one client, a room, or the server (EasyRTC §8). @throws Refusal, RoomError */
export function appMessage(asker: Asker, given: Envelope | undefined, context: Context): Reply | Promise<Reply> {
  const message = appMessageOf(given, context.patterns);
  const { id, room, group } = message;
  check(id !== asker.client.easyrtcid, 'MSG_REJECT_TARGET_EASYRTCID');
  if (id !== undefined) return toOne(asker, message, id, context);
  if (room !== undefined) return toRoom(asker, message, room, context);
  // Nobody is ever in a group (EasyRTC §1).
  if (group !== undefined) throw new Refusal('MSG_REJECT_TARGET_GROUP');
  return toServer(asker, message, context);
}

function toOne({ client, application }: Asker, message: AppMessage, id: string, context: Context): Reply {
  const target = application.clients.get(id);
  const stranger = target ? undefined : application.strangers.find(id);
  check(target !== undefined || stranger !== undefined, 'MSG_REJECT_GEN_FAIL');
  const { room } = message;
  if (room !== undefined) {
    const isThere = stranger ? stranger.view.name === room : target?.membership(room) !== undefined;
    check(isThere && client.membership(room) !== undefined, 'MSG_REJECT_TARGET_ROOM');
  }
  check(message.group === undefined, 'MSG_REJECT_TARGET_GROUP');
  if (stranger) return toStranger({ client, application }, message, stranger, context);
  target?.relay('easyrtcMsg', pushOf(message, client, id), client);
  return ack;
}

/** A text for people is said to her; what pages tell each other is nothing for her and forgotten. */
function toStranger({ client }: Asker, message: AppMessage, { participant, view }: Stranger, context: Context): Reply {
  if (message.type !== context.settings.easyrtcChatType || typeof message.data !== 'string') return ack;
  const membership = client.membership(view.name);
  check(membership !== undefined, 'MSG_REJECT_GEN_FAIL');
  participantOf(membership).say(message.data, participant);
  return ack;
}

function toRoom({ client }: Asker, message: AppMessage, room: string, context: Context): Reply {
  const membership = client.membership(room);
  check(membership !== undefined, 'MSG_REJECT_TARGET_ROOM');
  if (message.group !== undefined) return ack;
  // A text for people goes to everybody in the room, whatever they speak.
  if (message.type === context.settings.easyrtcChatType && typeof message.data === 'string') {
    participantOf(membership).say(message.data);
    return ack;
  }
  const push = pushOf(message, client);
  for (const other of membership.view.members.values()) {
    if (other.client !== client) other.client.relay('easyrtcMsg', push, client);
  }
  return ack;
}

function toServer({ client }: Asker, { type, data }: AppMessage, context: Context): Reply | Promise<Reply> {
  const { hooks, settings } = context;
  if (!hooks.message) return ack;
  const answer = inTime(hooks.message(client.visitor, type, data), settings.easyrtcHookTimeoutMs);
  return answer.then((reply) => reply ?? ack);
}

/** What is undefined in it is not written. */
function pushOf({ type, data, room }: AppMessage, { easyrtcid }: Client, targetEasyrtcid?: string): Push {
  return { msgType: type, msgData: data, senderEasyrtcid: easyrtcid, targetEasyrtcid, targetRoom: room };
}
