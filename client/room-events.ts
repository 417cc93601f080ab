import type { NotificationParams, RequestResult } from '../dialects/kurento-room/types.js';
import type { ChatMessage } from './chat.js';
import type { DataMessage } from './data.js';
import type { ClientError } from './errors.js';
import type { Participant } from './participant.js';
import type { QualityLevel } from './quality-report.js';

/**
 * Settings of the room that everybody in it may know. `maxParticipants`: 0 is any number. `title` is for people; `metadata` is any text of
 * yours.
 */
export type RoomSettings = NonNullable<RequestResult<'joinRoom'>['room']>;

/**
 * `left`: we left. `evicted`: a moderator removed us. `refused`: the connection was lost, and the server does not let us in again.
 * `room-closed`: the room ended for all. `disconnected`: the connection was lost, and did not come back in time.
 */
export type EndReason = 'left' | 'evicted' | 'refused' | 'room-closed' | 'disconnected';

/**
 * `new`: not joined yet. `waiting`: until a moderator lets us in. `reconnecting`: we are in the room, and the connection to the server is
 * lost. `closed`: it has ended, or could not be joined.
 */
export type RoomState = 'new' | 'joining' | 'waiting' | 'joined' | 'reconnecting' | 'closed';

/** How we came out of the room. */
export interface EndDetails {
  /** A sentence of the moderator or the server, for the user. Empty where there is none. */
  readonly message: string;
  /** Whether joining again can succeed. */
  readonly mayReturn: boolean;
}

/** How the server ends. */
export interface ServerStop {
  /** When, in ms from now. */
  readonly inMs: number;
  /** Whether it is there again soon after. Then the library gets back into the room by itself. */
  readonly comeBack: boolean;
  /** For people: why. */
  readonly reason?: string | undefined;
}

/** Somebody who speaks, as the server tells: `id` is the user name, and may be our own; `level` is 0 to 1, linear. `decibels` converts it. */
export type ActiveSpeaker = NotificationParams<'activeSpeakersChanged'>['speakers'][number];

/** What a `Room` tells. */
export interface RoomEvents {
  /** `state` has changed. */
  state: [RoomState];
  /** A participant joined after us. Those that were there before are in `participants` when `join` resolves. */
  participantJoined: [Participant];
  /** A participant is not in the room any more. */
  participantLeft: [Participant];
  /** A text for everybody, our own too. After we joined anew it may be one that was said meanwhile. `messages` has those from before. */
  message: [ChatMessage];
  /** A participant or a program has sent data (`send`). */
  data: [DataMessage];
  /**
   * Something went wrong with media, and the room goes on. Has the id of the participant that it concerns, where that is known. Without a
   * participant the media server reports it, and lost publications and subscriptions come back by themselves.
   */
  mediaError: [ClientError, string | undefined];
  /** The server is about to end, unless its operator thinks better of it. */
  serverStopping: [ServerStop];
  /**
   * How well the sound and pictures of the participant of that id get through, as the server judges it; with our own id, ours. Also those of
   * `participants` have it (`connectionQuality`). After the server was restarted everybody's is `excellent` at first.
   */
  participantQuality: [string, QualityLevel];
  /**
   * Other ones speak, or they are louder or less loud: those that speak, as the server hears them, the loudest first, at most 5; we may be
   * among them. Where the media server does not hear it, pages tell it that have `OwnSpeech`.
   */
  activeSpeakersChanged: [readonly ActiveSpeaker[]];
  /** The connection to the server is lost, and the library tries to get it back. Audio and video go on meanwhile. */
  reconnecting: [ClientError];
  /**
   * The connection is back: `true` when the session went on, `false` when the server had forgotten us and we joined anew. Media then comes
   * back by itself.
   */
  reconnected: [boolean];
  /** A custom request of a participant changed the room. Has what the server told. */
  customNotification: [Readonly<Record<string, unknown>>];
  /**
   * A moderator has been asked to let us in, and `join` goes on as soon as they do. Has our place among those that wait, where it is
   * known. It can come later too, when the server was restarted and we join anew.
   */
  waiting: [number | undefined];
  /** We begin (`true`) or cease (`false`) to show the screen. */
  sharing: [boolean];
  /** Whether the browser wants a click before it plays sound has changed: `startAudio` in that click plays it. */
  audioBlocked: [boolean];
  /** Settings of the room have changed: `settings` has all of them. */
  settingsChanged: [RoomSettings];
  /** We are not in the room any more, for this reason. Last event, once. */
  closed: [EndReason, EndDetails];
}
