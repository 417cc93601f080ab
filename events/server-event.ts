import type {
  LeaveReason,
  Participant,
  Publication,
  Room,
  RoomEnd,
  RoomSettings,
  Speaker,
  Waiting,
} from '../rooms/index.js';
import type { Recording } from './recording.js';

/**
 * Something that has happened, for programs that embed the server (`Service.events`) and for webhooks. Rooms and participants are those of
 * the server, as they are when a handler looks at them: a participant may have left since. Of hidden participants nothing is told.
 */
export type ServerEvent = Fact & {
  /** EV_…, of no other one. A webhook of it has the same. */
  readonly id: string;
  /** When it happened, in ms since 1970. */
  readonly at: number;
};

export type Fact = RoomFact | RecordingFact | MediaServerFact;

export type RoomFact =
  /** The room was opened, by a participant or in advance. */
  | { readonly type: 'roomStarted'; readonly room: Room }
  /** Everything in it has ended before, with events of its own. */
  | { readonly type: 'roomFinished'; readonly room: Room; readonly reason: RoomEnd }
  /** Its settings, its metadata included. */
  | { readonly type: 'roomUpdated'; readonly room: Room; readonly changes: Partial<RoomSettings> }
  | { readonly type: 'participantJoined'; readonly room: Room; readonly participant: Participant }
  /** Its tracks have ended before, with events of their own. */
  | {
      readonly type: 'participantLeft';
      readonly room: Room;
      readonly participant: Participant;
      readonly reason: ParticipantEnd;
    }
  /** Its name, metadata or attributes. */
  | { readonly type: 'participantUpdated'; readonly room: Room; readonly participant: Participant }
  /** Somebody begins to wait to be let in. */
  | { readonly type: 'participantWaiting'; readonly room: Room; readonly waiting: Waiting }
  /** A moderator removes it: it is still in the room, and leaves now. */
  | {
      readonly type: 'participantEvicted';
      readonly room: Room;
      readonly participant: Participant;
      /** For the person; may be empty. */
      readonly reason: string;
    }
  /** Those that speak now, the loudest first, at most 5. No webhook has it. */
  | { readonly type: 'activeSpeakersChanged'; readonly room: Room; readonly speakers: readonly Speaker[] }
  /** One kind of media of a publication. */
  | ({ readonly type: 'trackPublished' | 'trackUnpublished' } & Track);

export interface Track {
  readonly room: Room;
  readonly participant: Participant;
  readonly publication: Publication;
  readonly kind: Publication['kinds'][number];
}

/** `room-closed`: with the room, which was closed while it was in it. */
export type ParticipantEnd = LeaveReason | 'room-closed';

/** Updated: it is in another state. Ended: it is whole, or has failed. */
export interface RecordingFact {
  readonly type: 'recordingStarted' | 'recordingUpdated' | 'recordingEnded';
  readonly recording: Recording;
}

/** Its rooms have no media, or can have some again. */
export interface MediaServerFact {
  readonly type: 'mediaServerDown' | 'mediaServerUp';
  /** Without user and password. */
  readonly url: string;
}

/** The one of a type. */
export type EventOf<Type extends ServerEvent['type']> = ServerEvent & { readonly type: Type };

/** The name of the room that it is about; undefined for none. Events of one room are told in their order. */
export function roomOf(fact: Fact): string | undefined {
  if ('room' in fact) return fact.room.name;
  return 'recording' in fact ? fact.recording.roomName : undefined;
}
