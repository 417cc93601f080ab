import type { IceCandidate, MediaFailure, MediaKind, VideoFilter } from '../media/port.js';
import type { RoomError } from './errors.js';
import type { Grants } from './grants.js';
import type { Participant, Publication, Room } from './index.js';
import type { Waiting } from './lobby.js';
import type { ProfileChanges } from './profile.js';
import type { QualityLevel } from './quality.js';
import type { EndedRecording, RecordingEnd, RecordingFacts } from './recording-store.js';
import type { RoomSettings } from './settings.js';
import type { TextStamp } from './text-history.js';

/** Everything a participant can be told. The same object goes to everybody, so a dialect may encode it once. */
export type RoomEvent =
  /** Told to those who were there. The newcomer is in the room already. */
  | { readonly type: 'participantJoined'; readonly participant: Participant }
  /** Its `name` is another one from now on, because a newcomer needs `formerName`. Told to those who were there, before the newcomer joins. */
  | { readonly type: 'participantRenamed'; readonly participant: Participant; readonly formerName: string }
  /** Told to those who stay. It also ends the participant's publications and subscriptions, which get no event of their own. */
  | ({ readonly type: 'participantLeft'; readonly reason: LeaveReason } & EndedMembership)
  /** Told to the evicted participant alone, after the others have been told. */
  | {
      readonly type: 'participantEvicted';
      readonly participant: Participant;
      /** For the person. Empty: none was given. */
      readonly reason: string;
      /** Whether the participant may join again at once. */
      readonly mayReturn: boolean;
    }
  /**
   * What it has muted, what a moderator has cut, or its hand has changed: `participant.state`, which a publication changes too. Told to
   * everybody, the participant too.
   */
  | { readonly type: 'stateChanged'; readonly participant: Participant }
  /**
   * How well its sound and pictures get through has changed, or a newcomer is told of it where that is not excellent. Told to everybody, the
   * participant too.
   */
  | { readonly type: 'qualityChanged'; readonly participant: Participant; readonly level: QualityLevel }
  /**
   * Other ones speak, or they are louder or less loud: those that speak, the loudest first, at most 5. A newcomer is told of them too. Hidden participants
   * are never among them, nor what reaches nobody.
   */
  | { readonly type: 'speakersChanged'; readonly speakers: readonly Speaker[] }
  /** What it is shown as has changed: `participant.profile` has all of it. Told to everybody, the participant too. */
  | { readonly type: 'participantUpdated'; readonly participant: Participant; readonly changes: ProfileChanges }
  /** Settings of the room have changed: `room.settings` has all of them. */
  | { readonly type: 'roomUpdated'; readonly room: Room; readonly changes: Partial<RoomSettings> }
  /** Told to moderators: somebody begins to wait to be let in, or does not wait any more. */
  | { readonly type: 'waitingChanged'; readonly waiting: Waiting; readonly isWaiting: boolean }
  /** Told to the participant alone: what it may do has changed. */
  | { readonly type: 'grantsChanged'; readonly participant: Participant; readonly grants: Grants }
  /** Told to the participant alone: a moderator asks it to send that again. `by`: the `name` of a participant, or of the key of a program. */
  | { readonly type: 'unmuteRequested'; readonly by: string; readonly kinds: readonly MediaKind[] }
  /**
   * Told to the publisher alone: of what it sends in several sizes these are wanted by somebody, one for each layer, the smallest first; the
   * rest need not be sent.
   */
  | { readonly type: 'layersWanted'; readonly publication: Publication; readonly layers: readonly boolean[] }
  /** `isShown`: protocols that know one stream of a participant show this one. */
  | {
      readonly type: 'publicationOpened';
      readonly publisher: Participant;
      readonly publication: Publication;
      readonly isShown: boolean;
    }
  | {
      readonly type: 'publicationClosed';
      readonly publisher: Participant;
      readonly publication: Publication;
      readonly reason: PublicationEnd;
      /** Protocols that know one stream of a participant have shown this one. */
      readonly wasShown: boolean;
      /** The one that they show in its place from now on. */
      readonly shownNow: Publication | undefined;
    }
  /** `to`: the only one who is told; undefined where everybody is. */
  | {
      readonly type: 'textSaid';
      readonly from: Participant;
      readonly text: string;
      readonly to: Participant | undefined;
      readonly said: TextStamp;
    }
  /** The server itself says a text: nobody who is in the room. `to`: those who are told; undefined where everybody is. */
  | {
      readonly type: 'announced';
      readonly room: Room;
      /** For people: who says it. Empty: the server. */
      readonly by: string;
      readonly text: string;
      readonly to: readonly Participant[] | undefined;
      readonly said: TextStamp;
    }
  /**
   * Data, which means something to clients that know the topic. `from`: undefined for the server; `data` is in base64; `to`: those who are
   * told, undefined where everybody is but the sender.
   */
  | {
      readonly type: 'dataSent';
      readonly from: Participant | undefined;
      readonly topic: string;
      readonly data: string;
      readonly to: readonly Participant[] | undefined;
    }
  /** Told to the owner of an endpoint: a candidate of the media server's side. */
  | {
      readonly type: 'candidateFound';
      readonly publisher: Participant;
      readonly stream: string;
      readonly candidate: IceCandidate;
    }
  /** An endpoint's failure is told to its owner, a pipeline's to the whole room. */
  | { readonly type: 'mediaFailed'; readonly failure: MediaFailure | RoomError }
  /** Told to the subscriber: the media server has lost the subscription, which has ended. The publication goes on. */
  | {
      readonly type: 'subscriptionLost';
      readonly publisher: Participant;
      readonly stream: string;
      readonly failure: MediaFailure;
    }
  /** The filter on everybody's video was changed. A newcomer is told of the present one, if one was ever set. */
  | { readonly type: 'roomFilterChanged'; readonly filter: VideoFilter | undefined }
  /** The room, or a part of it, is recorded from now on. Told to everybody, and to a newcomer for each recording that runs. */
  | { readonly type: 'recordingStarted'; readonly recording: RecordingFacts }
  /** `recording.state` is another one: `recording`, `paused` or `stopping`. */
  | { readonly type: 'recordingChanged'; readonly recording: RecordingFacts }
  /** Nothing of it is recorded any more. Its files are whole, or as good as they get. */
  | ({ readonly type: 'recordingStopped' } & RecordingOver)
  /** The same after a failure. */
  | ({ readonly type: 'recordingFailed' } & RecordingOver)
  /** Somebody is in the room that records it by itself (`Grants.recorder`), or nobody any more. Told to newcomers too while that is so. */
  | { readonly type: 'recorderPresent'; readonly room: Room; readonly isPresent: boolean }
  /** The server is about to end. Told when that is known, and once more shortly before. */
  | ({ readonly type: 'serverStopping' } & Stopping)
  /** It also ends the memberships and publications, which get no event of their own. `reason` is for people. */
  | {
      readonly type: 'roomClosed';
      readonly room: Room;
      readonly reason: string;
      readonly cause: RoomEnd;
      /** Those who were there, without the hidden ones. */
      readonly members: readonly EndedMembership[];
    };

/** Somebody who speaks. */
export interface Speaker {
  readonly participant: Participant;
  /** The id of the stream with their voice. */
  readonly stream: string;
  /** 0 to 1, in proportion to the sound pressure and in steps of 6 dB; 1 where the client itself says that it speaks. */
  readonly level: number;
}

/** How the server ends. */
export interface Stopping {
  /** When, counted from now. */
  readonly inMs: number;
  /** Whether it, or another one, is there again soon after. */
  readonly comeBack: boolean;
  /** For people: why. Undefined: nobody has said so. */
  readonly reason: string | undefined;
}

interface RecordingOver {
  readonly recording: RecordingFacts;
  readonly reason: RecordingEnd;
  /** Its files, as far as they are known. */
  readonly files?: EndedRecording['files'] | undefined;
}

/** A participant that is not in the room any more. */
export interface EndedMembership {
  readonly participant: Participant;
  /** Those that were open. */
  readonly publications: readonly Publication[];
}

/**
 * Why a participant is not in its room any more. left: its client said so, or has no way to come back. lost: its client did not come back
 * in time. replaced: the same person came in again. stopped: the server does not serve it any more.
 */
export type LeaveReason = 'left' | 'lost' | 'evicted' | 'replaced' | 'stopped';
/** closed: by a moderator, a program or a protocol. stopped: with the server. */
export type RoomEnd = 'empty' | 'closed' | 'stopped';
export type PublicationEnd = 'unpublished' | 'media-lost';

/** Takes one participant's events. Must not throw, and must not call back into the room before it returns. */
export type Outbox = (event: RoomEvent) => void;
