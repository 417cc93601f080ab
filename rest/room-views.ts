import type { Ban, Participant, Publication, Room, RoomSettings, Waiting } from '../rooms/index.js';
import type { ListedRoom } from './listed-room.js';
import type { Component } from './schemas.js';

/** Rooms and those in them, as REST shows them. */

export function summaryOf({ name, title, participants, publications, dialects }: ListedRoom): Component<'RoomSummary'> {
  return { name, title, participants, publications, dialects };
}

export function pictureOf(room: Room): Component<'Room'> {
  const { name, sid, title = null, createdAt } = room;
  const participants = [...room.everybody].map(memberOf);
  return { name, sid, title, createdAt: dateOf(createdAt), settings: settingsOf(room.settings), participants };
}

export function memberOf(participant: Participant): Component<'Participant'> {
  const subscriptions = [];
  for (const { publication, state } of participant.subscriptions) {
    // A closed participant is about to be removed.
    if (state !== 'closed') subscriptions.push({ publisher: publication.publisher.id, stream: publication.id, state });
  }
  const { id, identity, name, grants, profile, state } = participant;
  const publications = participant.pendingPublications.flatMap(publicationOf);
  return {
    id,
    identity,
    name,
    displayName: profile.name,
    metadata: profile.metadata,
    attributes: { ...profile.tags },
    dialect: participant.attributes.dialect,
    kind: participant.attributes.isIngress ? 'ingress' : 'standard',
    hidden: grants.hidden,
    joinedAt: dateOf(participant.joinedAt),
    grants: { ...grants, canPublishSources: [...grants.canPublishSources] },
    state: {
      ...state,
      handSince: state.handSince === undefined ? null : dateOf(state.handSince),
      mutedByModerator: [...state.mutedByModerator],
    },
    publication: firstOf(publications),
    publications,
    subscriptions,
  };
}

export function qualityOf({ quality }: Participant): Component<'Quality'> {
  const readings = (quality?.readings ?? []).map(({ at, server, ...reading }) => ({
    ...{ at: dateOf(at), ...reading },
    server: server ? { loss: server.loss, rttMs: server.roundTripMs } : null,
  }));
  return { level: quality?.level ?? null, readings };
}

export function waitingOf({ id, name, door, since }: Waiting): Component<'Waiting'> {
  return { id, name, door, since: dateOf(since) };
}

export function banOf({ until, ...ban }: Ban): Component<'Ban'> {
  return { ...ban, until: until === null ? null : dateOf(until) };
}

function settingsOf({ passwordHash, ...settings }: RoomSettings): Component<'RoomSettings'> {
  return { ...settings, hasPassword: passwordHash !== null };
}

/** None of one that is about to be removed. */
function publicationOf({ id, source, state, openedAt, kinds, silent }: Publication): Component<'Publication'>[] {
  if (state === 'closed') return [];
  const since = openedAt === undefined ? null : dateOf(openedAt);
  return [{ state, since, stream: id, source, kinds: [...kinds], muted: [...silent] }];
}

function firstOf([first]: readonly Component<'Publication'>[]): Component<'Participant'>['publication'] {
  if (!first) return null;
  const { state, since, source: stream, kinds } = first;
  return { state, since, stream, kinds };
}

/** @param ms since 1970 */
function dateOf(ms: number): string {
  return new Date(ms).toISOString();
}
