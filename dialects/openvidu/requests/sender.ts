import { z } from 'zod';
import { RoomError } from '../../../rooms/index.js';
import type { Participant } from '../../../rooms/index.js';
import type { Condition } from '../errors.js';
import { connectionIdOf } from '../model/ids.js';
import type { OvConnection } from '../model/ov-connection.js';
import type { OvSession } from '../model/ov-session.js';

/** Somebody who is in the session. */
export interface Present {
  readonly connection: OvConnection;
  readonly participant: Participant;
}

export const nobodyOfThatId: Condition = {
  reason: 'participant-not-found',
  when: 'Nobody of that id is in the session.',
};

export const sender = z
  .string()
  .min(1)
  .meta({ description: 'The id of a stream, or of the connection that publishes it' });

/**
 * A stream that is not the present one of its publisher is served with the present one: the end of the id names the connection.
 * @throws RoomError `participant-not-found`
 */
export function senderIn(session: OvSession, id: string): Present {
  return presentIn(session, connectionIdOf(id) ?? id);
}

/** @throws RoomError `participant-not-found` */
export function presentIn(session: OvSession, connectionId: string, message?: string): Present {
  const connection = session.connection(connectionId);
  const participant = connection?.participant;
  if (!connection || !participant || participant.closed) {
    throw new RoomError(
      'participant-not-found',
      message ?? `Nobody in the session has the connection "${connectionId}"`,
    );
  }
  return { connection, participant };
}

/** The one that publishes that stream at present. @throws RoomError `not-publishing` */
export function publisherIn(session: OvSession, streamId: string): Present & { readonly streamId: string } {
  const connection = session.connectionOfStream(streamId);
  const participant = connection?.participant;
  if (!connection || !participant || participant.closed || connection.stream?.id !== streamId) {
    throw new RoomError('not-publishing', `There is no stream "${streamId}"`);
  }
  return { connection, participant, streamId };
}
