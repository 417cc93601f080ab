import { plainGrants } from '../../rooms/index.js';
import type { Participant, RoomEvent } from '../../rooms/index.js';
import type { Frame } from '../../transport/frame.js';
import { textFrame } from '../../transport/frame.js';
import { lastOf } from '../../transport/last-of.js';
import { markerIndex } from './custom-request.js';
import { featuresNamed, has } from './features.js';
import type { Features } from './features.js';
import { notificationText } from '../session-layer/notification-text.js';
import {
  activeSpeakersChanged,
  dataSent,
  grantsChanged,
  iceCandidate,
  layersWanted,
  markerChanged,
  mediaError,
  messageSent,
  participantEvicted,
  participantJoined,
  participantLeft,
  participantPublished,
  participantQuality,
  participantStateChanged,
  participantUnpublished,
  participantUpdated,
  participantWaiting,
  recordingChanged,
  recordingFailed,
  recordingStarted,
  recordingStopped,
  roomClosed,
  roomUpdated,
  serverStopping,
  unmuteRequested,
} from './notifications.js';
import { shownChanges, shownState, shownWith } from './shown.js';
import { shownStream, shownStreams, webcam } from './streams.js';

type Type = RoomEvent['type'];
type Told<T extends Type> = Extract<RoomEvent, { readonly type: T }>;
type ShownStreams = ReturnType<typeof shownStreams>;
type Text = Extract<RoomEvent, { readonly type: 'textSaid' | 'announced' }>;

/** The features that make a difference to what a client is told of an event. Clients that differ in others get the same frames. */
const differences: Readonly<Record<Type, Features>> = {
  participantJoined: featuresNamed(['state', 'metadata']),
  participantRenamed: featuresNamed(['state', 'metadata', 'streams']),
  participantLeft: featuresNamed([]),
  participantEvicted: featuresNamed(['moderation']),
  stateChanged: featuresNamed(['state', 'streams']),
  qualityChanged: featuresNamed(['quality']),
  speakersChanged: featuresNamed(['speakers']),
  participantUpdated: featuresNamed(['metadata']),
  roomUpdated: featuresNamed(['moderation', 'metadata']),
  waitingChanged: featuresNamed(['moderation']),
  grantsChanged: featuresNamed(['moderation']),
  unmuteRequested: featuresNamed(['moderation']),
  layersWanted: featuresNamed(['quality']),
  publicationOpened: featuresNamed(['state', 'streams']),
  publicationClosed: featuresNamed(['state', 'streams']),
  textSaid: featuresNamed(['chat']),
  announced: featuresNamed(['chat']),
  dataSent: featuresNamed(['streams']),
  candidateFound: featuresNamed(['streams']),
  mediaFailed: featuresNamed([]),
  subscriptionLost: featuresNamed(['streams']),
  roomFilterChanged: featuresNamed([]),
  recordingStarted: featuresNamed(['recording']),
  recordingChanged: featuresNamed(['recording']),
  recordingStopped: featuresNamed(['recording']),
  recordingFailed: featuresNamed(['recording']),
  recorderPresent: featuresNamed(['recording']),
  serverStopping: featuresNamed(['lifecycle']),
  roomClosed: featuresNamed(['moderation']),
};

/** What is worth nothing a moment later: it is kept for nobody, and does not count as a message of the session (feature `resume`). */
export const passing: ReadonlySet<Type> = new Set(['speakersChanged']);

/**
 * Encodes an event for clients with those features. What many are told one after the other is encoded once for all that are told the same.
 * There is an encoder for each set of features that made a difference so far: a few dozen at most, whatever clients name.
 */
export function eventEncoder(): (event: RoomEvent, features: Features) => readonly Frame[] {
  const encoders = new Map<Features, (event: RoomEvent) => readonly Frame[]>();
  return (event, features) => {
    const different = features & differences[event.type];
    let encode = encoders.get(different);
    if (!encode) {
      encode = lastOf((told: RoomEvent) => eventTexts(told, different).map(textFrame));
      encoders.set(different, encode);
    }
    return encode(event);
  };
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
      const streams = shownStreams(participant, features);
      return streams.length > 0 ? [...texts, publishedText(participant, streams)] : texts;
    }
    case 'participantLeft':
      return [notificationText(participantLeft, { name: event.participant.name })];
    case 'participantEvicted': {
      const { reason, mayReturn } = event;
      return [notificationText(participantEvicted, has(features, 'moderation') ? { reason, mayReturn } : {})];
    }
    case 'publicationOpened':
      return [...openedTexts(event, features), ...stateTexts(event.publisher, features)];
    case 'publicationClosed':
      return [...closedTexts(event, features), ...stateTexts(event.publisher, features)];
    case 'stateChanged':
      return stateTexts(event.participant, features);
    case 'qualityChanged': {
      const { participant, level } = event;
      return has(features, 'quality') ? [notificationText(participantQuality, { id: participant.name, level })] : [];
    }
    case 'speakersChanged': {
      const speakers = event.speakers.map(({ participant, ...spoken }) => ({ id: participant.name, ...spoken }));
      return has(features, 'speakers') ? [notificationText(activeSpeakersChanged, { speakers })] : [];
    }
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
        ? [notificationText(grantsChanged, { grants: plainGrants(event.grants) })]
        : [];
    case 'unmuteRequested': {
      const { by, kinds } = event;
      return has(features, 'moderation') ? [notificationText(unmuteRequested, { by, kinds: [...kinds] })] : [];
    }
    case 'layersWanted': {
      const { publication, layers } = event;
      const params = { stream: publication.id, layers: [...layers] };
      return has(features, 'quality') ? [notificationText(layersWanted, params)] : [];
    }
    case 'textSaid': {
      const { name, room } = event.from;
      return [messageText(event, room.name, name, features)];
    }
    case 'announced':
      return [messageText(event, event.room.name, event.by, features)];
    case 'dataSent': {
      const { from, topic, data } = event;
      return has(features, 'streams') ? [notificationText(dataSent, { from: from?.name ?? '', topic, data })] : [];
    }
    case 'candidateFound': {
      const { sdpMid, sdpMLineIndex, candidate } = event.candidate;
      const { publisher, stream } = event;
      const params = { endpointName: publisher.name, sdpMLineIndex, sdpMid, candidate };
      return [notificationText(iceCandidate, { ...params, ...streamFor(features, stream) })];
    }
    case 'mediaFailed':
      return [notificationText(mediaError, { error: `${event.failure.code}: ${event.failure.message}` })];
    case 'subscriptionLost': {
      const { failure, publisher, stream } = event;
      const params = { error: `${failure.code}: ${failure.message}`, sender: publisher.name };
      return [notificationText(mediaError, { ...params, ...streamFor(features, stream) })];
    }
    case 'roomFilterChanged':
      return [notificationText(markerChanged, { MarkerFilterState: markerIndex(event.filter) ?? -1 })];
    case 'recordingStarted':
    case 'recordingChanged':
    case 'recordingStopped':
    case 'recordingFailed':
      return has(features, 'recording') ? [recordingText(event)] : [];
    case 'recorderPresent':
      return has(features, 'recording') ? [notificationText(roomUpdated, { recording: event.isPresent })] : [];
    case 'serverStopping': {
      const { inMs, comeBack, reason } = event;
      return has(features, 'lifecycle') ? [notificationText(serverStopping, { inMs, comeBack, reason })] : [];
    }
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

function recordingText(
  event: Told<'recordingStarted' | 'recordingChanged' | 'recordingStopped' | 'recordingFailed'>,
): string {
  const { id, name, state } = event.recording;
  switch (event.type) {
    case 'recordingStarted':
      return notificationText(recordingStarted, { id, name, ...(state !== 'recording' && { state }) });
    case 'recordingChanged':
      return notificationText(recordingChanged, { id, state });
    case 'recordingStopped':
      return notificationText(recordingStopped, { id, name, reason: event.reason });
    case 'recordingFailed':
      return notificationText(recordingFailed, { id, reason: event.reason });
  }
}

function publishedText({ name }: Participant, streams: ShownStreams): string {
  return notificationText(participantPublished, { id: name, streams });
}

/** Clients without the feature `streams` are told of the stream that is shown to them, and of none beside it. */
function openedTexts({ publisher, publication, isShown }: Told<'publicationOpened'>, features: Features) {
  if (has(features, 'streams')) return [publishedText(publisher, [shownStream(publication)])];
  return isShown ? [publishedText(publisher, webcam)] : [];
}

function closedTexts(event: Told<'publicationClosed'>, features: Features): readonly string[] {
  const { publisher, publication, wasShown, shownNow } = event;
  const { name } = publisher;
  if (has(features, 'streams')) {
    return [notificationText(participantUnpublished, { name, streams: [{ id: publication.id }] })];
  }
  if (!wasShown) return [];
  const ended = notificationText(participantUnpublished, { name });
  return shownNow ? [ended, publishedText(publisher, webcam)] : [ended];
}

function streamFor(features: Features, stream: string): { readonly stream?: string } {
  return has(features, 'streams') ? { stream } : {};
}

function stateTexts(participant: Participant, features: Features): readonly string[] {
  if (!has(features, 'state')) return [];
  const { name: id, state } = participant;
  const streams = has(features, 'streams') ? { streams: shownStreams(participant, features) } : {};
  return [notificationText(participantStateChanged, { id, ...shownState(state), ...streams })];
}
