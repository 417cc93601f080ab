import { z } from 'zod';
import { changedGrants, noGrants, roles, sources } from '../rooms/index.js';
import type { Grants, Role } from '../rooms/index.js';

/** Other libraries write null where nothing is set. */
const flag = z.boolean().nullish();
const text = z.string().nullish();

/** A role, in capitals or not. */
export const roleClaim = z
  .string()
  .transform((name) => name.toUpperCase())
  .pipe(z.enum(Object.keys(roles) as [Role, ...Role[]]));

/** The members of a video grant that say what somebody may do. Unknown members are ignored: later versions of LiveKit have more of them. */
const rights = {
  roomJoin: flag,
  roomCreate: flag,
  roomList: flag,
  roomAdmin: flag,
  roomRecord: flag,
  canPublish: flag,
  canSubscribe: flag,
  canPublishData: flag,
  canPublishSources: z.array(z.string()).nullish(),
  canUpdateOwnMetadata: flag,
  hidden: flag,
  recorder: flag,
};

/** The claim `video` of a LiveKit token (docs/access.md#claims). `roomPattern` is our own. */
export const videoGrant = z.object({ ...rights, room: text, roomPattern: text });
export type VideoGrant = z.output<typeof videoGrant>;

/**
 * What a video grant means, with LiveKit's defaults for what it does not say, or those of a role.
 * @param role what the grant is laid over
 */
export function grantsOf(grant: VideoGrant, role: Role | undefined): Grants {
  const defaults = role ? roles[role] : defaultsFor(grant);
  return changedGrants(defaults, {
    roomJoin: grant.roomJoin ?? undefined,
    roomCreate: grant.roomCreate ?? undefined,
    roomList: grant.roomList ?? undefined,
    roomAdmin: grant.roomAdmin ?? undefined,
    roomRecord: grant.roomRecord ?? undefined,
    canPublish: grant.canPublish ?? undefined,
    canSubscribe: grant.canSubscribe ?? undefined,
    canPublishData: grant.canPublishData ?? undefined,
    canUpdateOwnMetadata: grant.canUpdateOwnMetadata ?? undefined,
    hidden: grant.hidden ?? undefined,
    recorder: grant.recorder ?? undefined,
    ...sourcesOf(grant),
  });
}

function defaultsFor({ canPublish }: VideoGrant): Grants {
  return { ...noGrants, canPublish: true, canSubscribe: true, canPublishData: canPublish ?? true };
}

/** A list of nothing but sources that we do not know allows none of them; an empty list would allow all. */
function sourcesOf({ canPublishSources }: VideoGrant): Partial<Grants> {
  if (!canPublishSources || canPublishSources.length === 0) return {};
  const named = canPublishSources.map((name) => name.toLowerCase());
  const known = sources.filter((source) => named.includes(source));
  return known.length === 0 ? { canPublish: false } : { canPublishSources: known };
}
