import type { Participant, Room, Rooms } from '../rooms/index.js';
import type { Handlers } from './operations.js';
import { Problem } from './problem.js';
import type { RoomList } from './room-list.js';
import type { Component } from './schemas.js';

/** Called after each change that was made over REST. */
export type OnChange = (change: string, names: { readonly room: string; readonly participant?: string }) => void;

type RoomOperation = 'listRooms' | 'getRoom' | 'closeRoom' | 'evictParticipant';

/** The operations about rooms: reading them, and what an administrator may do. */
export function roomHandlers(
  rooms: Rooms,
  roomList: RoomList,
  onChange: OnChange,
): Handlers<RoomOperation | `${Exclude<RoomOperation, 'listRooms'>}ByQuery`> {
  const handlers: Handlers<RoomOperation> = {
    listRooms: (_input, { isAdmin }) => {
      roomList.check(isAdmin);
      return { status: 200, body: [...rooms].map(summaryOf) };
    },
    getRoom: ({ room }, { isAdmin }) => {
      // Participants have names; a stranger is told how many there are.
      if (!isAdmin) roomList.check(isAdmin);
      const found = roomNamed(rooms, room);
      return { status: 200, body: isAdmin ? pictureOf(found) : summaryOf(found) };
    },
    closeRoom: ({ room }) => {
      closeRoom(rooms, room, onChange);
      return { status: 204, body: undefined };
    },
    evictParticipant: ({ room: name, participant: id }) => {
      const room = roomNamed(rooms, name);
      const participant = room.find(id);
      if (!participant) throw new Problem('participant-not-found', `Nobody in room "${name}" has the id "${id}"`);
      room.evict(participant);
      onChange('participant evicted', { room: name, participant: id });
      return { status: 204, body: undefined };
    },
  };
  const { getRoom, closeRoom: close, evictParticipant } = handlers;
  return {
    ...handlers,
    getRoomByQuery: getRoom,
    closeRoomByQuery: close,
    evictParticipantByQuery: evictParticipant,
  };
}

/** @throws Problem `room-not-found` */
export function closeRoom(rooms: Rooms, name: string, onChange: OnChange): void {
  roomNamed(rooms, name).close('an administrator closed it');
  onChange('room closed', { room: name });
}

/** @throws Problem `room-not-found` */
function roomNamed(rooms: Rooms, name: string): Room {
  const room = rooms.find(name);
  if (!room) throw new Problem('room-not-found', `There is no room "${name}"`);
  return room;
}

function summaryOf(room: Room): Component<'RoomSummary'> {
  const publishing = [...room.participants].filter(({ publication }) => publication !== undefined);
  const dialects: Record<string, number> = {};
  for (const { attributes } of room.participants)
    dialects[attributes.dialect] = (dialects[attributes.dialect] ?? 0) + 1;
  const { name, title = null, size: participants } = room;
  return { name, title, participants, publications: publishing.length, dialects };
}

function pictureOf(room: Room): Component<'Room'> {
  const { name, title = null } = room;
  return { name, title, participants: [...room.participants].map(memberOf) };
}

function memberOf(participant: Participant): Component<'Participant'> {
  const subscriptions = [];
  for (const { publication, state } of participant.subscriptions) {
    // A closed participant is about to be removed.
    if (state !== 'closed') subscriptions.push({ publisher: publication.publisher.id, state });
  }
  const { id, name } = participant;
  const { displayName, dialect } = participant.attributes;
  return { id, name, displayName, dialect, publication: publicationOf(participant), subscriptions };
}

function publicationOf({ pendingPublication }: Participant): Component<'Publication'> | null {
  if (!pendingPublication || pendingPublication.state === 'closed') return null;
  const { state, openedAt } = pendingPublication;
  return { state, since: openedAt === undefined ? null : new Date(openedAt).toISOString() };
}
