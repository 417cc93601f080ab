import { z } from 'zod';
import { maxStreams } from '../../../rooms/index.js';
import { lenientBoolean } from '../lenient.js';
import { everybody, kindsSchema, moderatorRequest, streamSchema, targetNotFound, targetsOf } from './moderating.js';

export const muteParticipant = moderatorRequest({
  name: 'muteParticipant',
  params: z.object({
    id: z
      .string()
      .min(1)
      .meta({ description: `The id of a participant; \`${everybody}\`: everybody but the moderators` }),
    stream: streamSchema,
    kinds: kindsSchema,
    muted: lenientBoolean,
  }),
  summary: "Cuts somebody's audio or video for everybody, or lets it through again.",
  description:
    'It is cut at the media server, whatever the client of the participant does, and stays cut when they publish again. `muted: false` only takes the cut away: what the participant has muted stays muted.',
  example: { params: { id: 'berta', kinds: ['audio'], muted: true } },
  errors: [
    targetNotFound,
    { reason: 'not-supported', when: 'The media of the participant does not pass the server, as with EasyRTC.' },
    { reason: 'media-failed', when: 'The media server failed or did not answer in time.' },
    { reason: 'too-many', when: `More than ${maxStreams} streams of the participant are muted by their ids.` },
  ],
  handle: (moderation, { id, kinds, muted, stream }, participant) =>
    moderation.mute(targetsOf(participant, id), kinds, muted, stream),
});
