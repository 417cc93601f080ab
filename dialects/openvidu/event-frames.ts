import type { Participant, RoomEvent } from '../../rooms/index.js';
import { textFrame } from '../../transport/frame.js';
import type { Frame } from '../../transport/frame.js';
import { lastOf } from '../../transport/last-of.js';
import type { OvConnection } from './model/ov-connection.js';
import type { OvSessions } from './model/ov-sessions.js';
import { leaveReasons, unpublishReason } from './model/reasons.js';
import { dialectName } from './newcomer.js';
import { notificationText } from '../session-layer/notification-text.js';
import {
  mediaError,
  participantJoined,
  participantLeft,
  participantPublished,
  participantUnpublished,
  signal,
} from './notifications.js';
import type { OpenviduSettings } from './options.js';
import { shownPerson, shownStream } from './shown.js';

/** What members are told of events of their room, all of them the same. Encoded once for all that are told one after the other. */
export class EventFrames {
  readonly #ov: Pick<OvSessions, 'of'>;
  readonly #settings: Pick<OpenviduSettings, 'chatType' | 'chatData'>;
  readonly of: (event: RoomEvent) => readonly Frame[];

  constructor(ov: Pick<OvSessions, 'of'>, settings: Pick<OpenviduSettings, 'chatType' | 'chatData'>) {
    this.#ov = ov;
    this.#settings = settings;
    this.of = lastOf((event: RoomEvent) => this.#texts(event).map(textFrame));
  }

  #texts(event: RoomEvent): readonly string[] {
    switch (event.type) {
      case 'participantJoined': {
        const connection = this.#connectionOf(event.participant);
        return connection ? [notificationText(participantJoined, shownPerson(connection))] : [];
      }
      case 'participantLeft': {
        const connection = this.#connectionOf(event.participant);
        if (!connection) return [];
        const reason = connection.leaves ?? leaveReasons[event.reason];
        return [notificationText(participantLeft, { connectionId: connection.id, reason })];
      }
      case 'publicationOpened':
        // Pages know one stream of a connection.
        return event.isShown ? this.#publishedTexts(event.publisher) : [];
      case 'publicationClosed': {
        if (!event.wasShown) return [];
        const ended = unpublishedText(this.#connectionOf(event.publisher), event.reason);
        return [...ended, ...(event.shownNow ? this.#publishedTexts(event.publisher) : [])];
      }
      case 'textSaid': {
        // What members say comes as their signal.
        if (event.from.attributes.dialect === dialectName) return [];
        const from = this.#connectionOf(event.from);
        return from ? [this.#chatText(event.text, event.from.profile.name || event.from.name, from.id)] : [];
      }
      case 'announced':
        return [this.#chatText(event.text, event.by)];
      case 'mediaFailed':
      case 'subscriptionLost':
        return [notificationText(mediaError, { error: `${event.failure.code}: ${event.failure.message}` })];
      case 'candidateFound':
      case 'participantEvicted':
      case 'roomClosed':
        // Each is told its own.
        return [];
      case 'participantRenamed':
      case 'stateChanged':
      case 'qualityChanged':
      case 'speakersChanged':
      case 'participantUpdated':
      case 'roomUpdated':
      case 'waitingChanged':
      case 'grantsChanged':
      case 'unmuteRequested':
      case 'layersWanted':
      case 'dataSent':
      case 'roomFilterChanged':
      case 'recordingStarted':
      case 'recordingChanged':
      case 'recordingStopped':
      case 'recordingFailed':
      case 'recorderPresent':
      case 'serverStopping':
        // Pages have no words for them.
        return [];
      default:
        return event satisfies never;
    }
  }

  #connectionOf(participant: Participant): OvConnection | undefined {
    return this.#ov.of(participant.room)?.connectionOf(participant);
  }

  #publishedTexts(publisher: Participant): readonly string[] {
    const connection = this.#connectionOf(publisher);
    const stream = connection?.stream;
    if (!connection || !stream) return [];
    return [notificationText(participantPublished, { id: connection.id, streams: [shownStream(stream)] })];
  }

  /** @param from undefined: nobody who is in the room */
  #chatText(text: string, nickname: string, from?: string): string {
    const { chatType, chatData } = this.#settings;
    const data = chatData === 'json' ? JSON.stringify({ message: text, nickname }) : text;
    return notificationText(signal, { type: `signal:${chatType}`, data, ...(from !== undefined && { from }) });
  }
}

/** Also for the publisher, whom the room does not tell. */
export function unpublishedText(
  connection: OvConnection | undefined,
  end: Parameters<typeof unpublishReason>[0],
): readonly string[] {
  if (!connection) return [];
  const reason = connection.unpublishes ?? unpublishReason(end, !connection.isStranger);
  return [notificationText(participantUnpublished, { connectionId: connection.id, reason })];
}
