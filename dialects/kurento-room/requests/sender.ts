import { z } from 'zod';
import { RoomError } from '../../../rooms/index.js';
import type { Participant, Room } from '../../../rooms/index.js';
import type { Condition } from '../errors.js';

/** `USER_webcam` (docs/protocols/kurento-room.md#2-names-and-identifiers). */
export const sender = z
  .string()
  .min(1)
  .meta({ description: 'Whose stream: the name of the participant and `_webcam`' });

export const senderNotFound: Condition = {
  reason: 'participant-not-found',
  when: 'Nobody of the name in `sender` is in the room.',
};

/**
 * The name of a user may hold underscores itself (docs/protocols/kurento-room.md#2-names-and-identifiers).
 * @throws RoomError `participant-not-found`
 */
export function senderIn(room: Room, text: string): Participant {
  const last = text.lastIndexOf('_');
  const first = text.indexOf('_');
  const publisher =
    (last >= 0 ? room.findByName(text.slice(0, last)) : undefined) ??
    (first >= 0 ? room.findByName(text.slice(0, first)) : undefined) ??
    room.findByName(text);
  if (!publisher) throw new RoomError('participant-not-found', `Nobody in room "${room.name}" is called "${text}"`);
  return publisher;
}
