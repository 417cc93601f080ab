import { z } from 'zod';
import { RoomError, webcam } from '../../../rooms/index.js';
import type { Participant, Room } from '../../../rooms/index.js';
import type { Condition } from '../errors.js';
import { has } from '../features.js';
import type { Features } from '../features.js';

/** `USER_webcam` (docs/protocols/kurento-room.md#2-names-and-identifiers). */
export const sender = z
  .string()
  .min(1)
  .meta({ description: 'Whose stream: the name of the participant, `_` and the id of the stream, as `ana_webcam`' });

/** A stream that somebody publishes or does not. */
export interface Sent {
  readonly publisher: Participant;
  /** Undefined: the one that is shown to clients that know one stream of a participant. */
  readonly stream: string | undefined;
}

export const senderNotFound: Condition = {
  reason: 'participant-not-found',
  when: 'Nobody of the name in `sender` is in the room.',
};

/**
 * The name of a user may hold underscores itself (docs/protocols/kurento-room.md#2-names-and-identifiers).
 * @param features of the client: without `streams` the shown stream is called `webcam`, or anything that is no stream of the publisher
 * @throws RoomError `participant-not-found`
 */
export function senderIn(room: Room, text: string, features: Features): Sent {
  for (const underscore of [text.lastIndexOf('_'), text.indexOf('_')]) {
    const publisher = underscore >= 0 ? room.findByName(text.slice(0, underscore)) : undefined;
    if (!publisher) continue;
    const stream = text.slice(underscore + 1);
    if (has(features, 'streams')) return { publisher, stream };
    const isNamed = stream !== webcam && publisher.publicationOf(stream) !== undefined;
    return { publisher, stream: isNamed ? stream : undefined };
  }
  const publisher = room.findByName(text);
  if (!publisher) throw new RoomError('participant-not-found', `Nobody in room "${room.name}" is called "${text}"`);
  return { publisher, stream: undefined };
}
