import type { RoomEvent } from '../../rooms/index.js';
import type { Frame } from '../../transport/frame.js';
import { textFrame } from '../../transport/frame.js';
import { markerIndex } from './custom-request.js';
import {
  iceCandidate,
  markerChanged,
  mediaError,
  messageSent,
  notificationText,
  participantEvicted,
  participantJoined,
  participantLeft,
  participantPublished,
  participantUnpublished,
  roomClosed,
} from './notifications.js';
import { webcam } from './streams.js';

type Renamed = Extract<RoomEvent, { type: 'participantRenamed' }>;
/** What clients of 2016 have no words for. */
const unheard = [
  'stateChanged',
  'participantUpdated',
  'roomUpdated',
  'waitingChanged',
  'grantsChanged',
  'unmuteRequested',
] as const;
type Unheard = Extract<RoomEvent, { type: (typeof unheard)[number] }>;
type Notified = Exclude<RoomEvent, Renamed | Unheard>;

/**
 * What clients of this protocol are told of an event (docs/protocols/kurento-room.md#4-notifications). A new name has no notification: to
 * clients somebody left, and somebody else came.
 */
export function eventFrames(event: RoomEvent): readonly Frame[] {
  if (event.type === 'participantRenamed') return renamedTexts(event).map(textFrame);
  return isUnheard(event) ? [] : [textFrame(eventText(event))];
}

function isUnheard(event: RoomEvent): event is Unheard {
  return unheard.some((type) => type === event.type);
}

function renamedTexts({ participant: { name, publication }, formerName }: Renamed): string[] {
  const texts = [
    notificationText(participantLeft, { name: formerName }),
    notificationText(participantJoined, { id: name }),
  ];
  if (publication) texts.push(notificationText(participantPublished, { id: name, streams: webcam }));
  return texts;
}

function eventText(event: Notified): string {
  switch (event.type) {
    case 'participantJoined':
      return notificationText(participantJoined, { id: event.participant.name });
    case 'participantLeft':
      return notificationText(participantLeft, { name: event.participant.name });
    case 'participantEvicted':
      return notificationText(participantEvicted, {});
    case 'publicationOpened':
      return notificationText(participantPublished, { id: event.publisher.name, streams: webcam });
    case 'publicationClosed':
      return notificationText(participantUnpublished, { name: event.publisher.name });
    case 'textSaid': {
      const { name, room } = event.from;
      return notificationText(messageSent, { room: room.name, user: name, name, message: event.text });
    }
    case 'candidateFound': {
      const { sdpMid, sdpMLineIndex, candidate } = event.candidate;
      return notificationText(iceCandidate, { endpointName: event.publisher.name, sdpMLineIndex, sdpMid, candidate });
    }
    case 'mediaFailed':
      return notificationText(mediaError, { error: `${event.failure.code}: ${event.failure.message}` });
    case 'subscriptionLost': {
      const { failure, publisher } = event;
      return notificationText(mediaError, { error: `${failure.code}: ${failure.message}`, sender: publisher.name });
    }
    case 'roomFilterChanged':
      return notificationText(markerChanged, { MarkerFilterState: markerIndex(event.filter) ?? -1 });
    case 'roomClosed':
      return notificationText(roomClosed, { room: event.room.name });
    default:
      return event satisfies never;
  }
}
