import type { RoomEvent } from '../../rooms/events.js';
import type { Frame } from '../../transport/frame.js';
import { textFrame } from '../../transport/frame.js';
import { markerIndex } from './custom-request.js';
import type { NotificationName, NotificationParams } from './params.js';

/** The one stream a participant of this protocol can have (Kurento Room §2). */
export const webcam = [{ id: 'webcam' }];

/** Encodes an event once for all who are told: it remembers the last event and its bytes. */
export class EventEncoder {
  #event: RoomEvent | undefined;
  #frame: Frame | undefined;

  encode(event: RoomEvent): Frame {
    if (this.#event !== event || !this.#frame) {
      this.#event = event;
      this.#frame = textFrame(notificationOf(event));
    }
    return this.#frame;
  }
}

function notificationOf(event: RoomEvent): string {
  switch (event.type) {
    case 'participantJoined':
      return notification('participantJoined', { id: event.participant.name });
    case 'participantLeft':
      return notification('participantLeft', { name: event.participant.name });
    case 'participantEvicted':
      return notification('participantEvicted', {});
    case 'publicationOpened':
      return notification('participantPublished', { id: event.publisher.name, streams: webcam });
    case 'publicationClosed':
      return notification('participantUnpublished', { name: event.publisher.name });
    case 'textSaid': {
      const { name, room } = event.from;
      return notification('sendMessage', { room: room.name, user: name, name, message: event.text });
    }
    case 'candidateFound': {
      const { sdpMid, sdpMLineIndex, candidate } = event.candidate;
      return notification('iceCandidate', { endpointName: event.publisher.name, sdpMLineIndex, sdpMid, candidate });
    }
    case 'mediaFailed':
      return notification('mediaError', { error: `${event.failure.code}: ${event.failure.message}` });
    case 'roomFilterChanged':
      return notification('custonNotification', { MarkerFilterState: markerIndex(event.filter) ?? -1 });
    case 'roomClosed':
      return notification('roomClosed', { room: event.room.name });
  }
}

function notification<N extends NotificationName>(method: N, params: NotificationParams<N>): string {
  return JSON.stringify({ method, params, jsonrpc: '2.0' });
}
