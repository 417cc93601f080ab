import type { Participant, RoomEvent } from '../../rooms/index.js';
import type { Frame } from '../../transport/frame.js';
import { textFrame } from '../../transport/frame.js';
import { lastOf } from '../../transport/last-of.js';
import { markerIndex } from './custom-request.js';
import { featureNames, featuresNamed, has } from './features.js';
import type { Features } from './features.js';
import {
  dataSent,
  grantsChanged,
  iceCandidate,
  markerChanged,
  mediaError,
  messageSent,
  notificationText,
  participantEvicted,
  participantJoined,
  participantLeft,
  participantPublished,
  participantStateChanged,
  participantUnpublished,
  participantUpdated,
  participantWaiting,
  roomClosed,
  roomUpdated,
  unmuteRequested,
} from './notifications.js';
import { shownChanges, shownGrants, shownState, shownWith } from './shown.js';
import { webcam } from './streams.js';

type Type = RoomEvent['type'];
type Text = Extract<RoomEvent, { readonly type: 'textSaid' | 'announced' }>;

/** The features that make a difference to what a client is told of an event. Clients that differ in others get the same frames. */
const differences: Readonly<Record<Type, Features>> = {
  participantJoined: featuresNamed(['state', 'metadata']),
  participantRenamed: featuresNamed(['state', 'metadata']),
  participantLeft: featuresNamed([]),
  participantEvicted: featuresNamed(['moderation']),
  stateChanged: featuresNamed(['state']),
  participantUpdated: featuresNamed(['metadata']),
  roomUpdated: featuresNamed(['moderation', 'metadata']),
  waitingChanged: featuresNamed(['moderation']),
  grantsChanged: featuresNamed(['moderation']),
  unmuteRequested: featuresNamed(['moderation']),
  publicationOpened: featuresNamed(['state']),
  publicationClosed: featuresNamed(['state']),
  textSaid: featuresNamed(['chat']),
  announced: featuresNamed(['chat']),
  dataSent: featuresNamed(['streams']),
  candidateFound: featuresNamed([]),
  mediaFailed: featuresNamed([]),
  subscriptionLost: featuresNamed([]),
  roomFilterChanged: featuresNamed([]),
  roomClosed: featuresNamed(['moderation']),
};

/** Encodes an event for clients with those features. What many are told one after the other is encoded once for all that are told the same. */
export function eventEncoder(): (event: RoomEvent, features: Features) => readonly Frame[] {
  const encoders = Array.from({ length: 1 << featureNames.length }, (_, features) =>
    lastOf((event: RoomEvent) => eventTexts(event, features).map(textFrame)),
  );
  return (event, features) => encoders[features & differences[event.type]]?.(event) ?? [];
}

/**
 * What clients of this protocol are told of an event (docs/protocols/kurento-room.md#4-notifications). A new name has no notification: to
 * clients somebody left, and somebody else came.
 */
function eventTexts(event: RoomEvent, features: Features): readonly string[] {
  switch (event.type) {
    case 'participantJoined':
      return [joinedText(event.participant, features)];
    case 'participantRenamed': {
      const { participant, formerName } = event;
      const texts = [notificationText(participantLeft, { name: formerName }), joinedText(participant, features)];
      return participant.publication ? [...texts, publishedText(participant)] : texts;
    }
    case 'participantLeft':
      return [notificationText(participantLeft, { name: event.participant.name })];
    case 'participantEvicted': {
      const { reason, mayReturn } = event;
      return [notificationText(participantEvicted, has(features, 'moderation') ? { reason, mayReturn } : {})];
    }
    case 'publicationOpened':
      return [publishedText(event.publisher), ...stateTexts(event.publisher, features)];
    case 'publicationClosed': {
      const { publisher } = event;
      return [notificationText(participantUnpublished, { name: publisher.name }), ...stateTexts(publisher, features)];
    }
    case 'stateChanged':
      return stateTexts(event.participant, features);
    case 'participantUpdated': {
      const { participant, changes } = event;
      const { tags: attributes, ...others } = changes;
      const changed = { ...others, attributes };
      return has(features, 'metadata')
        ? [notificationText(participantUpdated, { id: participant.name, ...changed })]
        : [];
    }
    case 'roomUpdated': {
      const changes = shownChanges(event.changes, event.room.settings);
      return changes && (has(features, 'moderation') || has(features, 'metadata'))
        ? [notificationText(roomUpdated, changes)]
        : [];
    }
    case 'waitingChanged': {
      const { id, name, door } = event.waiting;
      return has(features, 'moderation')
        ? [notificationText(participantWaiting, { id, name, door, waiting: event.isWaiting })]
        : [];
    }
    case 'grantsChanged':
      return has(features, 'moderation')
        ? [notificationText(grantsChanged, { grants: shownGrants(event.grants) })]
        : [];
    case 'unmuteRequested': {
      const { by, kinds } = event;
      return has(features, 'moderation') ? [notificationText(unmuteRequested, { by, kinds: [...kinds] })] : [];
    }
    case 'textSaid': {
      const { name, room } = event.from;
      return [messageText(event, room.name, name, features)];
    }
    case 'announced':
      return [messageText(event, event.room.name, '', features)];
    case 'dataSent': {
      const { from, topic, data } = event;
      return has(features, 'streams') ? [notificationText(dataSent, { from: from?.name ?? '', topic, data })] : [];
    }
    case 'candidateFound': {
      const { sdpMid, sdpMLineIndex, candidate } = event.candidate;
      return [notificationText(iceCandidate, { endpointName: event.publisher.name, sdpMLineIndex, sdpMid, candidate })];
    }
    case 'mediaFailed':
      return [notificationText(mediaError, { error: `${event.failure.code}: ${event.failure.message}` })];
    case 'subscriptionLost': {
      const { failure, publisher } = event;
      return [notificationText(mediaError, { error: `${failure.code}: ${failure.message}`, sender: publisher.name })];
    }
    case 'roomFilterChanged':
      return [notificationText(markerChanged, { MarkerFilterState: markerIndex(event.filter) ?? -1 })];
    case 'roomClosed': {
      const { room, reason } = event;
      return [notificationText(roomClosed, { room: room.name, ...(has(features, 'moderation') && { reason }) })];
    }
    default:
      return event satisfies never;
  }
}

function joinedText(participant: Participant, features: Features): string {
  return notificationText(participantJoined, { id: participant.name, ...shownWith(features, participant) });
}

function messageText({ text, said }: Text, room: string, user: string, features: Features): string {
  const stamp = has(features, 'chat') ? said : {};
  return notificationText(messageSent, { room, user, name: user, message: text, ...stamp });
}

function publishedText({ name }: Participant): string {
  return notificationText(participantPublished, { id: name, streams: webcam });
}

function stateTexts({ name, state }: Participant, features: Features): readonly string[] {
  return has(features, 'state') ? [notificationText(participantStateChanged, { id: name, ...shownState(state) })] : [];
}
