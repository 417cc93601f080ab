import { z } from 'zod';
import { checkedName, isShowable } from '../rooms/index.js';
import { roleClaim, videoGrant } from './grant-claims.js';

/** A name by the rules of names, in normalization form C. An empty one counts as none. */
export const identityClaim = z
  .string()
  .refine((name) => isShowable(name))
  .transform((name) => (name === '' ? undefined : checkedName(name, 'An identity')))
  .nullish();
const seconds = z.number().nullish();
const count = z.int().min(0).max(1_000_000_000).nullish();

/** For a room that the bearer opens by joining. LiveKit writes 0 and an empty text for what is not set. */
const roomConfig = z.object({
  emptyTimeout: count,
  departureTimeout: count,
  maxParticipants: count,
  metadata: z.string().nullish(),
});

/**
 * The payload of a token (docs/access.md#claims): as LiveKit writes it, and `role`, `videos` and `video.roomPattern` of our own. Whether
 * it is valid by `exp` and `nbf` has been looked at before. Unknown members are ignored.
 */
export const tokenClaims = z.object({
  iss: z.string(),
  sub: identityClaim,
  jti: identityClaim,
  nbf: seconds,
  iat: seconds,
  name: z.string().nullish(),
  metadata: z.string().nullish(),
  attributes: z.record(z.string(), z.string()).nullish(),
  role: roleClaim.nullish(),
  video: videoGrant.nullish(),
  videos: z.array(videoGrant).max(100).nullish(),
  roomConfig: roomConfig.nullish(),
});
export type TokenClaims = z.output<typeof tokenClaims>;
export type RoomConfig = z.output<typeof roomConfig>;
