import type { EndedMembership, Publication, Room, RoomEvent, RoomsWatcher } from '../rooms/index.js';
import { recordingOf } from './recording.js';
import type { Fact, ParticipantEnd } from './server-event.js';

/** What happens in rooms, as facts for programs. */
export class RoomFacts implements RoomsWatcher {
  readonly #tell: (fact: Fact) => void;
  readonly #now: () => number;

  /** @param now the time in ms since 1970 */
  constructor(tell: (fact: Fact) => void, now: () => number) {
    this.#tell = tell;
    this.#now = now;
  }

  roomOpened(room: Room): void {
    this.#tell({ type: 'roomStarted', room });
  }

  /** What has happened in it was told by the other process. */
  restored(): void {
    return undefined;
  }

  happened(room: Room, event: RoomEvent): void {
    switch (event.type) {
      case 'participantJoined':
        this.#tell({ type: 'participantJoined', room, participant: event.participant });
        return;
      case 'participantLeft':
        this.#left(room, event, event.reason);
        return;
      case 'participantUpdated':
        this.#tell({ type: 'participantUpdated', room, participant: event.participant });
        return;
      case 'participantEvicted':
        this.#tell({ type: 'participantEvicted', room, participant: event.participant, reason: event.reason });
        return;
      case 'publicationOpened':
        this.#tracks('trackPublished', room, event.publication);
        return;
      case 'publicationClosed':
        this.#tracks('trackUnpublished', room, event.publication);
        return;
      case 'roomUpdated':
        this.#tell({ type: 'roomUpdated', room, changes: event.changes });
        return;
      case 'waitingChanged':
        if (event.isWaiting) this.#tell({ type: 'participantWaiting', room, waiting: event.waiting });
        return;
      case 'recordingStarted':
        this.#tell({ type: 'recordingStarted', recording: recordingOf(event, room.sid, this.#now()) });
        return;
      case 'recordingChanged':
        this.#tell({ type: 'recordingUpdated', recording: recordingOf(event, room.sid, this.#now()) });
        return;
      case 'recordingStopped':
      case 'recordingFailed':
        this.#tell({ type: 'recordingEnded', recording: recordingOf(event, room.sid, this.#now()) });
        return;
      case 'roomClosed': {
        const reason = event.cause === 'stopped' ? 'stopped' : 'room-closed';
        for (const member of event.members) this.#left(room, member, reason);
        this.#tell({ type: 'roomFinished', room, reason: event.cause });
        return;
      }
      case 'speakersChanged':
        this.#tell({ type: 'activeSpeakersChanged', room, speakers: event.speakers });
        return;
      case 'participantRenamed':
      case 'stateChanged':
      case 'qualityChanged':
      case 'grantsChanged':
      case 'unmuteRequested':
      case 'layersWanted':
      case 'textSaid':
      case 'announced':
      case 'dataSent':
      case 'candidateFound':
      case 'mediaFailed':
      case 'subscriptionLost':
      case 'roomFilterChanged':
      case 'recorderPresent':
      case 'serverStopping':
        return;
      default:
        event satisfies never;
    }
  }

  #left(room: Room, { participant, publications }: EndedMembership, reason: ParticipantEnd): void {
    for (const publication of publications) this.#tracks('trackUnpublished', room, publication);
    this.#tell({ type: 'participantLeft', room, participant, reason });
  }

  #tracks(type: 'trackPublished' | 'trackUnpublished', room: Room, publication: Publication): void {
    const { publisher: participant, kinds } = publication;
    for (const kind of kinds) this.#tell({ type, room, participant, publication, kind });
  }
}
