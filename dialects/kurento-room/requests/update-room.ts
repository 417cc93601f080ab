import { z } from 'zod';
import { mostKeptTexts, mostLastN } from '../../../rooms/index.js';
import type { RoomSettings } from '../../../rooms/index.js';
import { lenientBoolean } from '../lenient.js';
import { kindsSchema, moderatorRequest, sourcesSchema } from './moderating.js';

const seconds = z.int().min(0).max(86_400).optional();
const flag = lenientBoolean.optional();

const params = z.object({
  title: z.string().nullish().meta({ description: 'For people, where it differs from the name; empty takes it away' }),
  metadata: z.string().optional().meta({ description: 'For clients; the server does not read it' }),
  maxParticipants: z.int().min(0).optional().meta({ description: '0: any number' }),
  locked: flag.meta({ description: 'As lockRoom' }),
  waitingRoom: flag.meta({ description: 'A moderator lets people in one by one. False admits all who wait' }),
  mutedOnEntry: flag.meta({ description: 'The audio of those who come later is cut' }),
  password: z.string().nullish().meta({ description: 'Asked of newcomers; empty or null takes it away' }),
  listed: flag.meta({ description: 'Whether public lists show the room' }),
  emptyTimeoutS: seconds.meta({ description: 'How long a room that was made in advance waits for the first' }),
  departureTimeoutS: seconds.meta({ description: 'How long the room stays after the last' }),
  chatHistory: z.int().min(0).max(mostKeptTexts).optional().meta({
    description: 'How many of the last texts that were said to everybody newcomers with the feature `chat` are told',
  }),
  lastN: z.int().min(0).max(mostLastN).optional().meta({
    description:
      'Of how many of the latest speakers a client gets the video where it has not said otherwise (setLastN); screens come besides. 0: of everybody',
  }),
  audioLastN: z.int().min(0).max(mostLastN).optional().meta({
    description:
      'Clients get the audio of so many, the loudest at each time, where the media server knows how loud they are (`audioLastN` of the capabilities). 0: of everybody',
  }),
  keepClosedS: seconds.meta({ description: 'How long the name cannot be opened again after closeRoom' }),
  autoRecord: z
    .object({ sources: sourcesSchema, kinds: kindsSchema.optional() })
    .nullish()
    .meta({ description: 'What is recorded from its first stream on; empty: all. null: nothing by itself' }),
});

export const updateRoom = moderatorRequest({
  name: 'updateRoom',
  params,
  summary: 'Changes settings of the room.',
  description: 'Those that are absent stay. Nobody who is in the room is affected.',
  example: { params: { waitingRoom: true, title: 'Monday meeting' } },
  errors: [
    { reason: 'invalid-text', when: '`metadata` has more than `MAX_METADATA_BYTES` bytes.' },
    { reason: 'invalid-name', when: '`title` has more than 256 characters, or one that nobody sees.' },
  ],
  handle: async (moderation, { password, ...settings }, participant, { passwords }) => {
    // A password costs time, which is for moderators alone.
    participant.assertMay('moderate');
    const passwordHash = password ? await passwords.hash(password) : null;
    moderation.update({ ...given(settings), ...(password !== undefined && { passwordHash }) });
  },
});

function given(settings: Omit<z.output<typeof params>, 'password'>): Partial<RoomSettings> {
  // Their names and types are those of RoomSettings.
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
