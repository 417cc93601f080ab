import { Rooms } from '../../rooms/index.js';
import type { Attributes, Enter, Newcomer, Participant, PublishOptions, RoomEvent } from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import { codeOf } from '../support/rejection.js';

/** Attributes of a participant that is known by name, as in the room protocol. */
export function attributesOf(displayName: string): Attributes {
  return { displayName, dialect: 'test', hearsPrivateTexts: false };
}

/** Joins without `admit`, so that nothing is awaited. */
export function joinAtOnce(rooms: Rooms, room: string, newcomer: Newcomer, enter: Enter): Participant {
  let entered: Participant | undefined;
  const joining = rooms.join(room, newcomer, (participant) => {
    entered = participant;
    return enter(participant);
  });
  joining.catch(() => undefined);
  if (!entered) throw new Error(`${newcomer.id} did not join`);
  return entered;
}

/** Publishes and announces the publication. @returns the SDP answer */
export async function publish(participant: Participant, offer: string, options?: PublishOptions): Promise<string> {
  const { sdpAnswer, announce } = await participant.publish(offer, options);
  announce();
  return sdpAnswer;
}

/** Real rooms on a media engine in memory that counts, and the events of each participant. */
export class Stage {
  readonly media = new FakeMedia();
  readonly rooms = new Rooms(this.media);
  readonly #told = new Map<Participant, RoomEvent[]>();

  join(id: string, room = 'r1'): Participant {
    return joinAtOnce(this.rooms, room, { id, attributes: attributesOf(id) }, (participant) => {
      const events: RoomEvent[] = [];
      this.#told.set(participant, events);
      return (event) => events.push(event);
    });
  }

  /** A join that must be refused. */
  async refused(id: string, room = 'r1'): Promise<unknown> {
    return codeOf(this.rooms.join(room, { id, attributes: attributesOf(id) }, () => () => undefined));
  }

  /** The events of a participant so far, as short lines. */
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
    case 'participantRenamed':
      return `${event.type} ${event.formerName} ${event.participant.name}`;
    case 'publicationOpened':
      return `${event.type} ${event.publisher.id}`;
    case 'publicationClosed':
      return `${event.type} ${event.publisher.id} ${event.reason}`;
    case 'textSaid':
      return `${event.type} ${event.from.id} ${event.text}`;
    case 'announced':
      return `${event.type} ${event.text}`;
    case 'dataSent':
      return `${event.type} ${event.topic} ${event.data}`;
    case 'candidateFound':
      return `${event.type} ${event.publisher.id} ${event.candidate.candidate}`;
    case 'subscriptionLost':
      return `${event.type} ${event.publisher.id} ${event.failure.code}`;
    case 'mediaFailed':
      return `${event.type} ${event.failure.code}`;
    case 'roomFilterChanged':
      return `${event.type} ${event.filter?.type ?? 'none'}`;
    case 'stateChanged':
    case 'participantUpdated':
    case 'grantsChanged':
      return `${event.type} ${event.participant.id}`;
    case 'qualityChanged':
      return `${event.type} ${event.participant.id} ${event.level}`;
    case 'speakersChanged':
      return `${event.type} ${event.speakers.map(({ participant, level }) => `${participant.id} ${level}`).join(', ')}`;
    case 'roomUpdated':
      return `${event.type} ${Object.keys(event.changes).join(' ')}`;
    case 'waitingChanged':
      return `${event.type} ${event.waiting.name} ${event.isWaiting}`;
    case 'unmuteRequested':
      return `${event.type} ${event.by} ${event.kinds.join(' ')}`;
    case 'layersWanted':
      return `${event.type} ${event.publication.id} ${event.layers.join(' ')}`;
    case 'recordingStarted':
    case 'recordingChanged':
    case 'recordingStopped':
    case 'recordingFailed':
      return `${event.type} ${event.recording.name} ${event.recording.state}`;
    case 'recorderPresent':
      return `${event.type} ${event.isPresent}`;
    case 'serverStopping':
      return `${event.type} ${event.inMs} ${event.comeBack}`;
    case 'roomClosed':
      return `${event.type} ${event.room.name} ${event.reason}`;
  }
}
