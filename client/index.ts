/** The browser side of the room protocol: `@atrium/client`. */
export {
  listDevices,
  openDevices,
  openScreen,
  watchDevices,
  type Device,
  type Devices,
  type DeviceWish,
  type Facing,
} from './devices.js';
export type { ChatMessage } from './chat.js';
export type { DataMessage } from './data.js';
export { blur, canBlur, isBlurred } from './blur.js';
export type {
  AtriumCallConstructor,
  AtriumCallElement,
  AtriumCallEventMap,
  CallButton,
  CallEnd,
  CallHandle,
  CallLayout,
  CallState,
} from './call-element.js';
export { embed, type EmbedOptions } from './embed.js';
export { iceServersOf } from './ice-servers.js';
export type { Emitter, EventMap } from './emitter.js';
export type { EntranceOptions } from './entrance.js';
export { ClientError, type Advice, type ClientErrorCode } from './errors.js';
export type { MediaKind } from './ask.js';
export { LevelMeter } from './level-meter.js';
export { LocalPublication, type LocalPublicationEvents } from './local-publication.js';
export type { CandidatePair, MediaReport } from './media-report.js';
export {
  Moderation,
  type GrantChanges,
  type ModerationEvents,
  type OfStream,
  type Removal,
  type Role,
  type RoomChanges,
  type Waiting,
} from './moderation.js';
export { MutedSpeech, type MutedSpeechEvents, type MutedSpeechOptions } from './muted-speech.js';
export { OwnSpeech } from './own-speech.js';
export { Participant, type ParticipantEvents } from './participant.js';
export type { ParticipantState, Profile, ProfileChanges } from './profile.js';
export { Publication, type PublicationEvents } from './publication.js';
export type { PublicationState } from './publication-state.js';
export type { PublishOptions } from './publish-options.js';
export type { Quality } from './quality.js';
export type { QualityLevel } from './quality-report.js';
export {
  Recordings,
  type Recording,
  type RecordingDetails,
  type RecordingEnd,
  type RecordingOptions,
  type RecordingState,
  type RecordingsEvents,
} from './recordings.js';
export { Room } from './room.js';
export type {
  ActiveSpeaker,
  EndDetails,
  EndReason,
  RoomEvents,
  RoomSettings,
  RoomState,
  ServerStop,
} from './room-events.js';
export type { RoomOptions } from './room-options.js';
export { Self, type Grants, type SelfEvents } from './self.js';
export type { SessionOptions } from './session.js';
export { Speakers, type SpeakersEvents, type SpeakersOptions } from './speakers.js';
export { decibels, ratesBetween, type ConnectionStatistics, type MediaStatistics, type Rates } from './statistics.js';
export type { StreamSource } from './streams.js';
export { Subscription, type SubscriptionEvents } from './subscription.js';
export type { SubscriptionWish } from './subscription-wish.js';
