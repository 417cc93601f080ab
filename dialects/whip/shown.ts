import { z } from 'zod';
import type { Bearer } from '../../rooms/index.js';

const grant = z.object({ hidden: z.unknown() });
const claims = z.object({ video: grant.optional().catch(undefined), videos: z.array(grant).catch([]) });

/** A player is seen by nobody, unless its token says `hidden: false`. */
export function hiddenUnlessSaid(bearer: Bearer): Bearer {
  const { data } = claims.safeParse(bearer.claims);
  if ([data?.video, ...(data?.videos ?? [])].some((each) => each?.hidden === false)) return bearer;
  return { ...bearer, grantsIn: (room) => ({ ...bearer.grantsIn(room), hidden: true }) };
}
