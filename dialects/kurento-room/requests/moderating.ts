import { z } from 'zod';
import type { MediaKind } from '../../../media/port.js';
import { RoomError } from '../../../rooms/index.js';
import type { Moderation, Participant } from '../../../rooms/index.js';
import type { Condition } from '../errors.js';
import type { RequestType } from '../request-type.js';
import { roomRequest } from '../request-type.js';
import { streamIdSchema } from '../streams.js';
import type { SessionCall } from '../call.js';

/** Stands for everybody but the moderators. */
export const everybody = '*';

export const targetId = z.string().min(1).meta({ description: 'The id of a participant' });

export const kindsSchema = z
  .array(z.enum(['audio', 'video']))
  .min(1)
  .transform((kinds): readonly MediaKind[] => [...new Set(kinds)]);

/** What streams show. */
export const sourcesSchema = z
  .array(z.enum(['camera', 'screen', 'other']))
  .min(1)
  .optional()
  .meta({ description: 'Default: all' });

/** Which streams of the participant. */
export const streamSchema = streamIdSchema
  .optional()
  .meta({ description: 'The id of a stream. Default: all of the participant' });

export const reasonSchema = z
  .string()
  .nullish()
  .transform((reason) => reason ?? '')
  .meta({ description: 'Shown to the person; up to 200 characters' });

export const tooFast: Condition = {
  reason: 'too-many',
  when: 'More than 20 requests to moderate came from the participant in ten seconds.',
};

export const targetNotFound: Condition = {
  reason: 'participant-not-found',
  when: 'Nobody of the name in `id` is in the room.',
};

export const targetIsAbove: Condition = {
  reason: 'not-allowed',
  when: 'The participant moderates the room by a token, and the one that asks does not.',
};

/** What all of them answer. */
const nothing = z.object({});

interface ModerationDefinition<Name extends string, Params extends z.ZodObject> {
  readonly name: Name;
  readonly params: Params;
  readonly summary: string;
  readonly description?: string;
  readonly example: { readonly params: z.input<Params> };
  /** Besides those of all requests of moderators. */
  readonly errors?: readonly Condition[];
  /** @throws RoomError */
  readonly handle: (
    moderation: Moderation,
    params: z.output<Params>,
    participant: Participant,
    call: SessionCall,
  ) => void | Promise<void>;
}

/** A request of a moderator (docs/access.md#moderators). The rooms check whether it is one. */
export function moderatorRequest<Name extends string, Params extends z.ZodObject>(
  definition: ModerationDefinition<Name, Params>,
): RequestType<SessionCall, Name, Params, typeof nothing> {
  const { errors = [], example, handle, ...rest } = definition;
  return roomRequest({
    ...rest,
    result: nothing,
    example: { params: example.params, result: {} },
    errors: [{ reason: 'not-allowed', when: 'The participant does not moderate the room.' }, tooFast, ...errors],
    answeredFirst: true,
    handle: async (participant, params, call) => {
      await handle(participant.room.moderatedBy(participant), params, participant, call);
      return { answer: {} };
    },
  });
}

/** @throws RoomError `participant-not-found`; `not-allowed` for somebody who does not moderate */
export function targetOf(participant: Participant, id: string): Participant {
  const { room } = participant;
  const target = room.findByName(id);
  if (target) return target;
  participant.assertMay('moderate');
  throw new RoomError('participant-not-found', `"${id}" is nobody in room "${room.name}"`);
}

/** As `targetOf`, where `*` stands for all. */
export function targetsOf(participant: Participant, id: string): Participant | 'all' {
  return id === everybody ? 'all' : targetOf(participant, id);
}
