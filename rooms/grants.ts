/** Where a track comes from, in the words of LiveKit's tokens. */
export const sources = ['camera', 'microphone', 'screen_share', 'screen_share_audio'] as const;
export type Source = (typeof sources)[number];

/** What somebody may do in one room. The names and meanings are those of LiveKit's video grant. */
export interface Grants {
  readonly roomJoin: boolean;
  /** Open a room that is not there, and close one over the server API. */
  readonly roomCreate: boolean;
  /** Read the list of all rooms. */
  readonly roomList: boolean;
  /** Moderate the room. */
  readonly roomAdmin: boolean;
  readonly roomRecord: boolean;
  readonly canPublish: boolean;
  readonly canSubscribe: boolean;
  /** Say texts, send data and scene events. */
  readonly canPublishData: boolean;
  /** Empty: all. Without `canPublish` none, whatever is here. */
  readonly canPublishSources: readonly Source[];
  /** Change one's own name, metadata and attributes. */
  readonly canUpdateOwnMetadata: boolean;
  /** The others do not learn that the participant is there. */
  readonly hidden: boolean;
  /** The participant records the room, and keeps it open although it is hidden. */
  readonly recorder: boolean;
}

/** For somebody who may do nothing at all. */
export const noGrants: Grants = {
  roomJoin: false,
  roomCreate: false,
  roomList: false,
  roomAdmin: false,
  roomRecord: false,
  canPublish: false,
  canSubscribe: false,
  canPublishData: false,
  canPublishSources: [],
  canUpdateOwnMetadata: false,
  hidden: false,
  recorder: false,
};

const subscriber: Grants = { ...noGrants, roomJoin: true, canSubscribe: true };
const publisher: Grants = { ...subscriber, canPublish: true, canPublishData: true, canUpdateOwnMetadata: true };
const moderator: Grants = { ...publisher, roomAdmin: true, roomRecord: true };

/** Roles are shorthand for grants. The names are those of OpenVidu 2. */
export const roles = { MODERATOR: moderator, PUBLISHER: publisher, SUBSCRIBER: subscriber } as const;
export type Role = keyof typeof roles;

/** An absent or undefined member stays as it is. */
export type GrantChanges = { readonly [K in keyof Grants]?: Grants[K] | undefined };

export function changedGrants(grants: Grants, changes: GrantChanges): Grants {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  // Their names and types are those of Grants.
  return { ...grants, ...(Object.fromEntries(given) as Partial<Grants>) };
}

/** As plain data of one's own. */
export function plainGrants(grants: Grants): Grants & { canPublishSources: Source[] } {
  return { ...grants, canPublishSources: [...grants.canPublishSources] };
}

/** Whether tracks of the source may be published. `unknown`: only where all may. */
export function mayPublish({ canPublish, canPublishSources }: Grants, source: Source | 'unknown'): boolean {
  return canPublish && (canPublishSources.length === 0 || canPublishSources.some((each) => each === source));
}
