import type { RoomEvent } from '../../rooms/index.js';
import { lastOf } from '../../transport/last-of.js';
import { Message } from './message.js';
import type { WireUser } from './messages.js';
import type { People } from './people.js';

type Told = Extract<RoomEvent, { type: 'participantJoined' | 'participantLeft' | 'textSaid' | 'announced' }>;

/** What clients are shown where nobody in the room says something. @param name empty: the server */
function outsider(name: string): WireUser {
  return { id: 0, email: null, name: name || 'Server' };
}

/** Encodes an event once for all users that are told it. */
export class Encoder {
  readonly #people: People;
  readonly encode = lastOf((event: Told) => this.#messageOf(event));

  constructor(people: People) {
    this.#people = people;
  }

  #messageOf(event: Told): Message {
    switch (event.type) {
      case 'participantJoined':
        return new Message('user_joined', { user: this.#people.describe(event.participant) });
      case 'participantLeft':
        return new Message('user_left', { user: this.#people.describe(event.participant) });
      case 'announced':
        return new Message('room_message', { user: outsider(event.by), type: 'chat', data: event.text });
      case 'textSaid': {
        const { from, text, to } = event;
        return to
          ? new Message('user_message', { type: 'chat', data: text, from: this.#people.idOf(from) })
          : new Message('room_message', { user: this.#people.describe(from), type: 'chat', data: text });
      }
    }
  }
}
