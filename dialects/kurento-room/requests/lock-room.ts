import { z } from 'zod';
import { lenientBoolean } from '../lenient.js';
import { moderatorRequest } from './moderating.js';

export const lockRoom = moderatorRequest({
  name: 'lockRoom',
  params: z.object({ locked: lenientBoolean }),
  summary: 'Locks the room, or opens it again.',
  description:
    'Nobody but moderators comes into a locked room. Those who are in it stay, and may resume their session.',
  example: { params: { locked: true } },
  handle: (moderation, { locked }) => {
    moderation.update({ locked });
  },
});
