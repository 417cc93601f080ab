import { z } from 'zod';
import type { Option } from '../../options/option.js';
import { count, isPattern, milliseconds, option, truth, truthOr } from '../../options/option.js';

/** Rooms, and the sessions in them. */
export const roomsOptions = {
  roomCreators: option(
    z.string().refine(isPattern, 'must be a regular expression').default('.*'),
    'pattern',
    'Who may open a room: the names of participants that match as a whole, in capitals or not. Rooms that exist take everybody.',
  ),
  sessionGraceMs: option(
    milliseconds.default(10_000),
    'ms',
    'How long a participant whose socket is lost stays in the room, and may resume the session.',
  ),
  maxMissedMessages: option(
    count.min(1).default(1_000),
    'messages',
    'How many messages are kept for a participant whose socket is lost; one more ends the session.',
  ),
  takeOverDetachedNames: option(
    truth,
    'true or false',
    'Whether somebody may join under the name of a participant whose socket is lost, who then leaves.',
  ),
  maxQueuedRequests: option(
    count.min(1).default(1_000),
    'requests',
    'How many requests of one client may wait for the one that runs.',
  ),
  bridge: option(
    truthOr(true),
    'true or false',
    'Whether clients of all protocols meet in the same rooms; otherwise each protocol has rooms of its own.',
  ),
} as const satisfies Record<string, Option>;
