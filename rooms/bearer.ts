import { noGrants, plainGrants, roles } from './grants.js';
import type { Grants } from './grants.js';
import type { BearerRecord } from './records.js';
import type { RoomSettings } from './settings.js';

/**
 * A client as it has shown itself: by a token, by the secret of its door, or by nothing. `access/` makes it when a client introduces
 * itself; the rooms ask it at each join (docs/access.md).
 */
export interface Bearer {
  /** What the client may do in the room of that name. Without `roomJoin` it may not join. */
  grantsIn(room: string): Grants;
  /** The proved identity of the client: `sub` of its token. Undefined where nothing proves it; others may use the same name then. */
  readonly identity?: string | undefined;
  /** What it is called, in place of what its protocol says. */
  readonly name?: string | undefined;
  /** The room that its token names, for protocols whose clients may name none. */
  readonly room?: string | undefined;
  /** First values of the participant (`Participant.metadata`, `Participant.tags`). */
  readonly metadata?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** For a room that the client opens by joining. */
  readonly opening?: Partial<RoomSettings> | undefined;
  /** Since when its token is valid, in s since 1970: tokens before a revocation are refused. Undefined without a token. */
  readonly validFrom?: number | undefined;
  /** The network address that it comes from, where there is one. */
  readonly address?: string | undefined;
  /** The claims of its token, for hooks. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** What its door was given when that was none of our tokens, for hooks. */
  readonly credential?: unknown;
}

/** Somebody who has shown nothing, where nothing is asked for. */
export const anybody: Bearer = { grantsIn: () => roles.PUBLISHER };

/** What another process needs of a bearer that is in a room. What it would need to open other rooms, its client shows anew. */
export function bearerRecord(bearer: Bearer, room: string): BearerRecord {
  const { identity, name, room: named, metadata, tags, validFrom, address, claims } = bearer;
  return {
    ...{ grants: plainGrants(bearer.grantsIn(room)), identity, name, room: named, metadata },
    ...{ tags: tags && { ...tags }, validFrom, address, claims: claims && { ...claims } },
  };
}

export function bearerOf({ grants, ...others }: BearerRecord, room: string): Bearer {
  return { ...others, grantsIn: (name) => (name === room ? grants : noGrants) };
}
