import type { NotificationParams, RequestResult } from '../dialects/kurento-room/types.js';

/**
 * What somebody sends: `audio`, `video` and `screen` are true when they are published and neither the participant nor a moderator has muted
 * them. `hand`: raised, since `handSince` in ms since 1970. `mutedKinds`: what a moderator has muted. `streams`: the same of each stream,
 * where the server knows several.
 */
export type ParticipantState = Omit<NotificationParams<'participantStateChanged'>, 'id'>;

/** What people are shown of somebody. */
export interface Profile {
  /** What they are called. It need not be unique. */
  readonly name: string;
  /** Any text: the server does not read it. */
  readonly metadata: string;
  /** Texts by name: the server does not read them. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What is to change of a profile. What is absent stays; an attribute with an empty text is deleted. */
export type ProfileChanges = { readonly [Member in keyof Profile]?: Profile[Member] | undefined };

/** A participant as the server lists it. What features add is missing on other servers. */
export type Present = RequestResult<'joinRoom'>['value'][number];

export function profileIn({ id, name = id, metadata = '', attributes = {} }: Present): Profile {
  return { name, metadata, attributes };
}

/** An attribute that is empty is gone. */
export function changedProfile(former: Profile, changes: ProfileChanges): Profile {
  const { name = former.name, metadata = former.metadata, attributes = {} } = changes;
  const entries = Object.entries({ ...former.attributes, ...attributes }).filter(([, value]) => value !== '');
  return { name, metadata, attributes: Object.fromEntries(entries) };
}
