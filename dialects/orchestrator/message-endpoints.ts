import type { Room } from '../../rooms/index.js';
import type { Context } from './context.js';
import { command, isMissing, positional, userOf } from './endpoint.js';
import type { Endpoint } from './endpoint.js';
import { Refusal } from './errors.js';
import { isPlain } from './json.js';
import { commands } from './messages.js';
import type { User } from './user.js';

/**
 * Messages, which are chat if they are texts, and scene events, which stay in this dialect
 * (docs/protocols/orchestrator.md#7-endpoints).
 */
export const messageEndpoints: readonly Endpoint[] = [
  command(['SEND_MESSAGE', 'SendMessage'], commands.message, 802, ({ attendance }, link, { userId, message }) => {
    const user = userOf(link);
    const { participant, room } = attendance.placeOf(user);
    participant.assertMay('data');
    const target = userId === undefined ? undefined : attendance.find(userId, room);
    if (!target || !isPlain(message, { bytes: true })) throw new Refusal(802);
    const receiver = attendance.userOf(target);
    if (typeof message === 'string' && !room.takesText(message)) throw new Refusal(802, tooLong);
    if (receiver) receiver.link.tell('MessageSent', from(user, message));
    else if (typeof message === 'string') participant.say(message, target);
    else throw new Refusal(802);
    return {};
  }),

  command(['SEND_MESSAGE_TO_ALL', 'SendMessageToAll'], commands.message, 800, ({ attendance }, link, { message }) => {
    const user = userOf(link);
    const { participant, room } = attendance.placeOf(user);
    participant.assertMay('data');
    if (!isPlain(message, { bytes: true })) throw new Refusal(800, 'The message is nested too deeply');
    // A text goes to everybody in the room, of every dialect. Other messages stay in this dialect.
    if (typeof message === 'string') participant.say(message);
    else attendance.announce(room, 'MessageSent', from(user, message));
    return {};
  }),

  positional(['SEND_SCENE_EVENT_TO_MASTER', 'SendSceneEventToMaster'], 3002, (context, user, [data]) => {
    const { participant, room } = context.attendance.placeOf(user);
    participant.assertMay('data');
    const event = sceneEvent(user, data);
    const master = context.attendance.masterOf(room);
    if (!master) throw new Refusal(3001);
    master.link.tell('SceneEventToMaster', event);
    return {};
  }),

  positional(['SEND_SCENE_EVENT_TO_USER', 'SendSceneEventToUser'], 3002, (context, user, [userId, data]) => {
    const room = roomOfMaster(context, user);
    if (isMissing(userId)) throw new Refusal(3014);
    const target = typeof userId === 'string' ? context.attendance.find(userId, room) : undefined;
    const receiver = target && context.attendance.userOf(target);
    if (!receiver) throw new Refusal(700);
    receiver.link.tell('SceneEventToUser', sceneEvent(user, data));
    return {};
  }),

  positional(
    ['SEND_SCENE_EVENT_TO_ALL', 'SendSceneEventToAllUsers', 'SendSceneEventToAll'],
    3002,
    (context, user, [data]) => {
      const room = roomOfMaster(context, user);
      context.attendance.announce(room, 'SceneEventToUser', sceneEvent(user, data));
      return {};
    },
  ),
];

const tooLong = 'The text is too long, or holds half a character';

function from(user: User, message: unknown) {
  return { messageFrom: user.id, messageFromName: user.name, message };
}

/** @throws Refusal 800, 3012; RoomError `not-allowed` */
function roomOfMaster({ attendance }: Context, user: User): Room {
  const { participant, room } = attendance.placeOf(user);
  participant.assertMay('data');
  if (attendance.masterOf(room) !== user) throw new Refusal(3012);
  return room;
}

/** Bytes stay bytes and become the first attachment of the event. @throws Refusal 3002 */
function sceneEvent(user: User, data: unknown) {
  if (isMissing(data) || !isPlain(data, { bytes: true })) throw new Refusal(3002);
  return { sceneEventFrom: user.id, sceneEventData: data };
}
