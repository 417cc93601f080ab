import { z } from 'zod';
import { grantsSchema, plainGrants } from '../../../rooms/index.js';
import { lenientBoolean } from '../lenient.js';
import { sessionRequest } from '../request-type.js';
import { iceServersShape } from '../shown-ice.js';
import { capabilitiesOf, capabilitiesSchema } from '../capabilities.js';
import { featureNames, featuresNamed, has, namesOf } from '../features.js';
import { keptMessage, keptMessageSchema } from '../kept-messages.js';
import { roomSchema, shownRoom } from '../shown.js';
import { presentOf, presentSchema, webcam } from '../streams.js';

const present = z.array(presentSchema);

const params = z.object({
  user: z.string().optional().meta({
    description:
      'Any name that is free in the room: 1 to 256 characters. With a token its identity or its name, or absent',
  }),
  room: z.string().meta({ description: 'Any name of 1 to 256 characters; the first to join makes the room' }),
  dataChannels: lenientBoolean
    .optional()
    .meta({ description: 'The stream of this participant is to have data channels' }),
  resumeToken: z.string().nullish().meta({
    description: 'The token of the last join of that user in that room, or null; the answer then has the next one',
  }),
  token: z.string().nullish().meta({
    description: 'Says who the client is, and what it may do. Default: the token of the upgrade, if there is one',
  }),
  password: z.string().nullish().meta({ description: 'Of a room that asks for one' }),
  features: z
    .array(z.string(), 'must be a list of names')
    .nullish()
    .meta({ description: `What the client wants to be told besides: ${featureNames.join(', ')}. Others are ignored` }),
  metadata: z.string().nullish().meta({
    description: 'What others are shown of the participant, in place of that of the token; not read by the server',
  }),
});

/** Nothing but a token says the name in place of `user`. */
const paramsWithoutToken = params.extend({ user: z.string() });

export const joinRoom = sessionRequest({
  name: 'joinRoom',
  params,
  narrowed: ({ token }) => (token == null || token === '' ? paramsWithoutToken : params),
  fromSession: ({ token }) => (token === undefined ? undefined : { token }),
  result: z.object({
    value: present,
    resumeToken: z.string().optional(),
    features: z
      .array(z.enum(featureNames))
      .optional()
      .meta({ description: 'Those in force. This and what follows is there for clients that name `features`' }),
    self: presentSchema.optional().meta({ description: 'The participant itself' }),
    room: roomSchema.optional(),
    grants: grantsSchema.optional().meta({ description: 'What the participant may do' }),
    messages: z
      .array(keptMessageSchema)
      .optional()
      .meta({ description: 'With the feature `chat`: what was said to everybody before, the oldest first' }),
    recording: z.boolean().optional().meta({
      description: 'With the feature `recording`: whether this server records, where somebody may',
    }),
    capabilities: capabilitiesSchema.optional().meta({
      description: "With the feature `quality`: what the room's media server can do",
    }),
    ...iceServersShape.partial().shape,
  }),
  summary: 'Joins a room, which is made if need be.',
  description:
    'The answer lists the participants that are there already, and which of them publish; those that come later are announced by participantJoined. An entry without streams is of a participant that does not publish. A session is in one room at a time. A client whose page was loaded again, or whose socket was lost, gets its name back at once when it shows the resumeToken of its last join: the former session ends.',
  example: {
    params: { user: 'berta', room: 'daily' },
    result: { value: [{ id: 'ana', streams: webcam }] },
  },
  errors: [
    { reason: 'participant-exists', when: 'The name is taken in that room.' },
    { reason: 'participant-exists', when: 'The session is in a room already.' },
    { reason: 'room-refused', when: 'The room would be a new one, and the media servers are at their limit.' },
    { reason: 'draining', when: 'The room would be a new one, and the server is about to end.' },
    { reason: 'room-refused', when: 'The room would be a new one, and participants of this name may not open one.' },
    {
      reason: 'room-refused',
      when: 'The name is that of a room of another protocol, and the protocols are kept apart (`BRIDGE=false`).',
    },
    {
      reason: 'room-refused',
      when: 'The server is one of several (`REDIS_URL`), and cannot say now which of them has the room. The same request may succeed later.',
    },
    {
      reason: 'interrupted',
      when: 'The server is one of several, and another one has the room. The same request may succeed later.',
    },
    { reason: 'invalid-name', when: 'The name of the user or of the room is empty, or has more than 256 characters.' },
    {
      reason: 'invalid-name',
      when: 'The name of the user or of the room holds a character that nobody sees, such as a control character.',
    },
    { reason: 'invalid-name', when: 'The name of the user is not in Unicode normalization form C.' },
    { reason: 'invalid-text', when: '`metadata` has more than `MAX_METADATA_BYTES` bytes.' },
    { reason: 'token-needed', when: 'The client shows no token, and `AUTH=required`.' },
    { reason: 'token-invalid', when: 'The token is not one of this server, or has been revoked.' },
    { reason: 'token-expired', when: 'The token has expired, or is not valid yet.' },
    { reason: 'not-allowed', when: 'The grants of the client do not let it join that room.' },
    { reason: 'not-allowed', when: '`user` is neither the identity nor the name of the token.' },
    { reason: 'not-allowed', when: '`metadata` is given without the grant canUpdateOwnMetadata.' },
    { reason: 'not-allowed', when: 'A moderator has denied the client, less than a minute ago.' },
    { reason: 'room-not-found', when: 'There is no such room, and the client may open none (`AUTO_CREATE=false`).' },
    { reason: 'banned', when: 'A moderator has banned the user from that room.' },
    { reason: 'locked', when: 'The room is locked, and the client does not moderate it.' },
    { reason: 'room-full', when: 'As many are in the room as it takes.' },
    { reason: 'password', when: 'The room asks for a password, and `password` is another or none.' },
    { reason: 'too-many', when: 'Too many wrong passwords came from that address.' },
    {
      reason: 'waiting',
      when: 'A moderator has to let the client in, and has been asked. With the feature `moderation` it is told `admitted` or `denied`; otherwise it tries again.',
    },
    { reason: 'evicted', when: 'The user or the session was evicted from that room, less than `EVICTION_MS` ago.' },
  ],
  answeredFirst: true,
  handle: async ({ session, emptyStreams, ice }, given) => {
    const features = featuresNamed(given.features ?? []);
    const wish = {
      room: given.room,
      user: given.user,
      dataChannels: given.dataChannels ?? false,
      resumeToken: given.resumeToken,
      features,
      token: given.token ?? undefined,
      password: given.password ?? undefined,
      metadata: given.metadata ?? undefined,
    };
    const value: z.output<typeof present> = [];
    const shown = { emptyStreams, features };
    const messages: z.output<typeof keptMessageSchema>[] = [];
    const participant = await session.join(wish, (newcomer) => {
      for (const other of newcomer.room.participants) if (other !== newcomer) value.push(presentOf(other, shown));
      if (has(features, 'chat')) messages.push(...newcomer.room.texts.map(keptMessage));
    });
    const { resumeToken: next } = session;
    // Most clients want no more.
    if (next === undefined && !given.features) return { answer: { value } };
    return {
      answer: {
        value,
        ...(next !== undefined && { resumeToken: next }),
        ...(given.features && {
          features: namesOf(features),
          self: presentOf(participant, shown),
          room: shownRoom(participant.room.settings),
          grants: plainGrants(participant.grants),
        }),
        ...(has(features, 'chat') && { messages }),
        ...(has(features, 'recording') && { recording: participant.room.canRecord }),
        ...(has(features, 'quality') && { capabilities: capabilitiesOf(participant.room) }),
        ...(has(features, 'ice') && ice.of(participant)),
      },
    };
  },
});
