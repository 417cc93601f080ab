import { RoomError, kindsSentBy, mayPublish } from '../../rooms/index.js';
import type { Grants, Participant } from '../../rooms/index.js';
import type { Client } from './client.js';
import type { Fields } from './messages.js';

/**
 * Whether a client may send a message to another one.
 * @param room the common room that it names, if it names one
 * @throws RoomError `not-allowed`
 */
export function assertMayTalk(client: Client, target: Client, room: string | undefined): void {
  const named = room === undefined ? undefined : client.membership(room);
  if (named) {
    named.participant.assertMay('data');
    return;
  }
  assertAny(client, target, {
    inRoom: (participant) => {
      participant.assertMay('data');
    },
    elsewhere: ({ canPublishData }) => canPublishData,
  });
}

/**
 * Whether a client may send another one the media of an offer or an answer, which does not pass the server.
 * @throws RoomError `not-allowed`
 */
export function assertMaySend(client: Client, target: Client, { sdp }: Fields): void {
  const description = typeof sdp === 'string' ? sdp : '';
  const kinds = kindsSentBy(description);
  if (kinds.length === 0) return;
  assertAny(client, target, {
    inRoom: (participant) => {
      participant.assertMaySend(description);
    },
    elsewhere: (grants) => kinds.every((kind) => mayPublish(grants, kind === 'audio' ? 'microphone' : 'camera')),
  });
}

interface Question {
  /** @throws RoomError */
  readonly inRoom: (participant: Participant) => void;
  readonly elsewhere: (grants: Grants) => boolean;
}

/**
 * One common room in which the client may is enough. Clients of one application reach each other without a common room too: then it
 * counts what the client might do in a room of the other, unless it was removed from there.
 */
function assertAny(client: Client, target: Client, { inRoom, elsewhere }: Question): void {
  const common = [...client.memberships].filter(({ view }) => view.members.has(target.easyrtcid));
  let refusal: RoomError | undefined;
  for (const { participant } of common) {
    try {
      inRoom(participant);
      return;
    } catch (error) {
      if (!(error instanceof RoomError)) throw error;
      refusal = error;
    }
  }
  if (refusal) throw refusal;
  const keys = target.roomCount === 0 ? [''] : [...target.memberships].map(({ view }) => view.key);
  const isAllowed = keys.some((key) => {
    const grants = client.isRemovedFrom(key) ? undefined : client.bearer?.grantsIn(key);
    return grants !== undefined && !grants.hidden && elsewhere(grants);
  });
  if (!isAllowed) throw new RoomError('not-allowed', 'You may send nothing to that client');
}
