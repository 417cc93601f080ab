import { isShowable } from '../../rooms/index.js';
import type { Link } from './link.js';
import { tellStream } from './link.js';
import type { Context } from './context.js';
import { isMissing, positional } from './endpoint.js';
import type { Endpoint } from './endpoint.js';
import { Refusal } from './errors.js';
import { isPlain } from './json.js';
import type { User } from './user.js';

/**
 * Data streams: bytes from one user to the users that registered for them (docs/protocols/orchestrator.md#7-endpoints).
 */
export const streamEndpoints: readonly Endpoint[] = [
  positional(['DECLARE_DATA_STREAM', 'DeclareDataStream'], 4002, (context, user, [kind, description]) => {
    const { attendance, streams, settings } = context;
    attendance.placeOf(user).participant.assertMay('data');
    const name = kindOf(kind);
    const text = typeof description === 'string' ? description : '';
    if (text.length > settings.maxText) throw new Refusal(801, 'The description is too long');
    streams.declare(user, name, text);
    return { body: streams.stateOf(user) };
  }),

  positional(['REMOVE_DATA_STREAM', 'RemoveDataStream'], 4002, (context, user, [kind]) => {
    const { attendance, streams } = context;
    attendance.placeOf(user);
    streams.remove(user, kindOf(kind));
    return { body: streams.stateOf(user) };
  }),

  positional(['REGISTER_FOR_DATA_STREAM', 'RegisterForDataStream'], 4002, (context, user, [userId, kind]) => {
    const { attendance, streams } = context;
    attendance.placeOf(user).participant.assertMay('subscribe');
    const wanted = wantedOf(context, user, userId, kind);
    streams.register(user, wanted.senderId, wanted.kind);
    return { body: streams.stateOf(user) };
  }),

  positional(['UNREGISTER_FROM_DATA_STREAM', 'UnregisterFromDataStream'], 4002, (context, user, [userId, kind]) => {
    const { streams } = context;
    const wanted = wantedOf(context, user, userId, kind);
    streams.unregister(user, wanted.senderId, wanted.kind);
    return { body: streams.stateOf(user) };
  }),

  positional(['SEND_DATA', 'SendData'], 4002, ({ streams }, user, [kind, data]) => {
    const { participant } = user;
    if (!participant || typeof kind !== 'string' || kind === '' || isMissing(data)) return {};
    if (!participant.grants.canPublishData) {
      // The request has no answer that could refuse it.
      user.link.refused += 1;
      return {};
    }
    const wanting = streams.receivers(user.id, kind);
    if (!wanting || !isPlain(data, { bytes: true })) return {};
    const receivers: Link[] = [];
    for (const other of wanting) {
      const { participant: receiver } = other;
      if (receiver?.room === participant.room && receiver.grants.canSubscribe) receivers.push(other.link);
    }
    tellStream(receivers, user.id, kind, data);
    return {};
  }),
];

/** @throws Refusal 4002 */
function kindOf(kind: unknown): string {
  if (typeof kind !== 'string' || kind === '' || !isShowable(kind)) throw new Refusal(4002);
  return kind;
}

/** @throws Refusal 800, 4001, 700, 4002, in this order */
function wantedOf({ attendance }: Context, user: User, userId: unknown, kind: unknown) {
  const { room } = attendance.placeOf(user);
  if (isMissing(userId)) throw new Refusal(4001);
  if (typeof userId !== 'string' || !attendance.find(userId, room)) throw new Refusal(700);
  return { senderId: userId, kind: kindOf(kind) };
}
