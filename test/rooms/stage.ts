import type { RoomEvent } from '../../rooms/events.js';
import type { Attributes, Participant } from '../../rooms/participant.js';
import { Rooms } from '../../rooms/rooms.js';
import { FakeMedia } from '../support/fake-media.js';

/** Of somebody known by name, as in the room protocol. */
export function attributesOf(displayName: string): Attributes {
  return { displayName, dialect: 'test', takesPrivateText: false };
}

/** A real set of rooms on a media engine that counts, and what each participant was told. */
export class Stage {
  readonly media = new FakeMedia();
  readonly rooms = new Rooms(this.media);
  readonly #told = new Map<Participant, RoomEvent[]>();

  join(id: string, room = 'r1'): Participant {
    const events: RoomEvent[] = [];
    const participant = this.rooms.join(room, id, attributesOf(id), (event) => events.push(event));
    this.#told.set(participant, events);
    return participant;
  }

  /** What a participant was told so far, as short lines. */
  told(participant: Participant): string[] {
    return this.events(participant).map(inShort);
  }

  events(participant: Participant): readonly RoomEvent[] {
    return this.#told.get(participant) ?? [];
  }
}

function inShort(event: RoomEvent): string {
  switch (event.type) {
    case 'participantJoined':
    case 'participantLeft':
    case 'participantEvicted':
      return `${event.type} ${event.participant.id}`;
    case 'publicationOpened':
      return `${event.type} ${event.publisher.id}`;
    case 'publicationClosed':
      return `${event.type} ${event.publisher.id} ${event.reason}`;
    case 'textSaid':
      return `${event.type} ${event.from.id} ${event.text}`;
    case 'candidateFound':
      return `${event.type} ${event.publisher.id} ${event.candidate.candidate}`;
    case 'mediaFailed':
      return `${event.type} ${event.failure.code}`;
    case 'roomFilterChanged':
      return `${event.type} ${event.filter?.type ?? 'none'}`;
    case 'roomClosed':
      return `${event.type} ${event.room.name} ${event.reason}`;
  }
}
