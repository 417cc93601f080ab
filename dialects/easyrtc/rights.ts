import { RoomError, kindsSentBy, mayPublish } from '../../rooms/index.js';
import type { Client } from './client.js';
import type { Asker } from './commands.js';
import type { Fields } from './messages.js';

/**
 * Whether a client may send a message to another one.
 * @param room the common room that it names, if it names one
 * @throws RoomError
 */
export function assertMayTalk(asker: Asker, target: Client, room: string | undefined): void {
  const named = room === undefined ? undefined : asker.client.membership(room);
  if (named) named.participant.assertMay('data');
  else assertAny(asker, target);
}

/**
 * Whether a client may send another one the media of an offer or an answer, which does not pass the server.
 * @throws RoomError
 */
export function assertMaySend(asker: Asker, target: Client, { sdp }: Fields): void {
  if (typeof sdp === 'string' && kindsSentBy(sdp).length > 0) assertAny(asker, target, sdp);
}

/**
 * One common room in which the client may is enough. Clients of one application reach each other without a common room too: then one
 * room of the other must be within the reach of the client.
 * @param description of media; without, it is about data
 */
function assertAny({ client, application }: Asker, target: Client, description?: string): void {
  const common = [...client.memberships].filter(({ view }) => view.members.has(target.easyrtcid));
  const rooms = common.length > 0 ? common : [...target.memberships];
  if (rooms.length === 0) assertMayAnywhere(client, description);
  let refusal: RoomError | undefined;
  for (const { participant } of rooms) {
    try {
      if (common.length === 0) application.assertMaySendInto(participant.room, client, description);
      else if (description === undefined) participant.assertMay('data');
      else participant.assertMaySend(description);
      return;
    } catch (error) {
      if (!(error instanceof RoomError)) throw error;
      refusal = error;
    }
  }
  // Whatever keeps it from there, a message is refused like any that is not allowed.
  if (refusal) throw new RoomError('not-allowed', refusal.message, { cause: refusal });
}

/** The other one is in no room. @throws RoomError `not-allowed` for a client whose token allows something in certain rooms alone */
function assertMayAnywhere({ bearer }: Client, description = ''): void {
  const grants = bearer?.grantsIn('');
  const kinds = kindsSentBy(description);
  const isAllowed =
    grants !== undefined &&
    (kinds.length === 0
      ? grants.canPublishData
      : kinds.every((kind) => mayPublish(grants, kind === 'audio' ? 'microphone' : 'camera')));
  if (!isAllowed) throw new RoomError('not-allowed', 'You may send something in your rooms alone');
}
