import type { IceCandidate, MediaFailure, VideoFilter } from '../media/port.js';
import type { Participant } from './participant.js';
import type { Room } from './room.js';

/** Everything a participant can be told. One object goes to all who are told, so a dialect may encode it once. */
export type RoomEvent =
  | { readonly type: 'participantJoined'; readonly participant: Participant }
  /** Told to those who stay. It also ends the participant's publication and subscriptions, which get no event of their own. */
  | { readonly type: 'participantLeft'; readonly participant: Participant; readonly reason: LeaveReason }
  /** Told to the evicted participant alone, after the others have been told. */
  | { readonly type: 'participantEvicted'; readonly participant: Participant }
  | { readonly type: 'publicationOpened'; readonly publisher: Participant }
  | { readonly type: 'publicationClosed'; readonly publisher: Participant; readonly reason: PublicationEnd }
  /** `to`: the one it was said to; undefined for everybody. */
  | {
      readonly type: 'textSaid';
      readonly from: Participant;
      readonly text: string;
      readonly to: Participant | undefined;
    }
  /** Told to the owner of an endpoint: the media server's side of it has a candidate. */
  | { readonly type: 'candidateFound'; readonly publisher: Participant; readonly candidate: IceCandidate }
  /** An endpoint's failure is told to its owner, a pipeline's to the whole room. */
  | { readonly type: 'mediaFailed'; readonly failure: MediaFailure }
  /** The filter on everybody's video was changed; a newcomer is told of the present one once any was ever set. */
  | { readonly type: 'roomFilterChanged'; readonly filter: VideoFilter | undefined }
  | { readonly type: 'roomClosed'; readonly room: Room; readonly reason: string };

export type LeaveReason = 'left' | 'evicted';
export type PublicationEnd = 'unpublished' | 'media-lost';

/** Where one participant's events go. Must not throw, and must not call back into the room before it returns. */
export type Outbox = (event: RoomEvent) => void;
