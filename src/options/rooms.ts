import { z } from 'zod';
import { count, flag, option, pattern } from '../../options/option.js';
import type { Table } from '../../options/option.js';
import { mostKeptTexts, mostLastN } from '../../rooms/index.js';

/** Which participants may open rooms, and whether protocols share rooms. */
export const roomsOptions = {
  roomCreators: option(
    pattern('iu', { asWhole: true }),
    '.*',
    'pattern',
    'Participants whose whole name matches may open a room; capitals do not matter. Everybody may enter a room that exists.',
  ),
  roomList: option(
    z.enum(['', 'public', 'admin', 'off']),
    '',
    'mode',
    'Which clients are told what rooms there are: everybody (public), those that send the admin token or a token with roomList (admin), or none (off). No public list names participants. Empty: public; with auth=required admin.',
  ),
  roomMaxParticipants: option(
    count.min(0).max(100_000),
    0,
    'participants',
    'How many participants a room takes where nothing else is set for it. 0: any number.',
  ),
  roomEmptyTimeoutS: option(
    count.min(0).max(86_400),
    300,
    's',
    'How long a room that was made in advance waits for its first participant.',
  ),
  roomDepartureTimeoutS: option(
    count.min(0).max(86_400),
    20,
    's',
    'How long a room that was made in advance stays after its last participant has left. A room that was opened by joining closes at once.',
  ),
  roomWaitingRoom: flag(
    false,
    'Whether participants wait until a moderator lets them in, where nothing else is set for a room.',
  ),
  roomMutedOnEntry: flag(
    false,
    'Whether the microphones of all but moderators are cut until a moderator allows them, where nothing else is set for a room.',
  ),
  roomAutoRecord: flag(
    false,
    'Whether a room is recorded from its first stream on, where nothing else is set for it. With false when somebody wants it.',
  ),
  recordingNotice: option(
    z.string().max(1_000),
    '',
    'text',
    'What is said in a room, by the name Recording, when a recording of it begins: many countries want that. Clients of the page see it without that. Empty: nothing.',
  ),
  chatHistory: option(
    count.min(0).max(mostKeptTexts),
    50,
    'texts',
    'How many of the last texts that were said to everybody a room keeps for those who come later, where nothing else is set for it: at most 65,536 characters in all, for as long as the room is open. 0: none.',
  ),
  audioLastN: option(
    count.min(0).max(mostLastN),
    0,
    'participants',
    'Of how many participants, the loudest at each time, everybody in a room gets the audio, where nothing else is set for it. 0: of all. A Kurento Media Server does not know how loud they are: there it is of all.',
  ),
  maxMetadataBytes: option(
    count.min(1).max(1_048_576),
    4_096,
    'bytes',
    'The most metadata of a room or a participant, in UTF-8.',
  ),
  evictionMs: option(
    count.min(0).max(86_400_000),
    30_000,
    'ms',
    'How long a participant that was evicted may not be back in that room. 0: it may be back at once.',
  ),
  speakerIntervalMs: option(
    count.min(100).max(60_000),
    400,
    'ms',
    'Those in a room are told who speaks after so long at the earliest, and only when that has changed.',
  ),
  maxTextBytes: option(
    count.min(1).max(16_777_216),
    16_384,
    'bytes',
    'The longest text that a participant may say, in UTF-8. A longer one is refused.',
  ),
  bridge: flag(
    true,
    'Whether clients of all protocols meet in the same rooms. With false each protocol has rooms of its own.',
  ),
} as const satisfies Table;
