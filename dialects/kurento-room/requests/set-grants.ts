import { z } from 'zod';
import { grantsSchema, roles } from '../../../rooms/index.js';
import type { Role } from '../../../rooms/index.js';
import { moderatorRequest, targetId, targetIsAbove, targetNotFound, targetOf } from './moderating.js';

export const setGrants = moderatorRequest({
  name: 'setGrants',
  params: z.object({
    id: targetId,
    role: z
      .enum(Object.keys(roles) as [Role, ...Role[]])
      .optional()
      .meta({ description: 'Gives the grants of a role, and takes the others' }),
    grants: grantsSchema.partial().optional().meta({ description: 'Those that are absent stay' }),
  }),
  summary: 'Changes what somebody may do.',
  description:
    'The role comes first, then the grants. What they may not do any more ends at once. Whether somebody is hidden or a recorder cannot be changed.',
  example: { params: { id: 'berta', role: 'SUBSCRIBER', grants: { canPublishData: true } } },
  errors: [
    targetNotFound,
    targetIsAbove,
    { reason: 'not-allowed', when: 'It would give a grant that the participant who asks does not have.' },
  ],
  handle: (moderation, { id, role, grants = {} }, participant) => {
    moderation.setGrants(targetOf(participant, id), given(grants), role);
  },
});

/** Members that are undefined are not there. */
function given<Values extends object>(values: Values): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Values]?: Exclude<Values[Key], undefined>;
  };
}
