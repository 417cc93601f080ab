/** The browser side of the room protocol: `@atrium/client`. */
export {
  listDevices,
  openDevices,
  openScreen,
  watchDevices,
  type Device,
  type Devices,
  type DeviceWish,
} from './devices.js';
export { embed, iceServersOf, type EmbedOptions } from './embed.js';
export { ClientError, type Advice, type ClientErrorCode } from './errors.js';
export type { MediaKind } from './ask.js';
export { LevelMeter } from './level-meter.js';
export { LocalPublication } from './local-publication.js';
export { Moderation, type Removal, type Role, type RoomChanges, type Waiting } from './moderation.js';
export { Participant } from './participant.js';
export type { ParticipantState, Profile, ProfileChanges } from './profile.js';
export { Publication } from './publication.js';
export {
  Room,
  type ChatMessage,
  type EndDetails,
  type EndReason,
  type RoomOptions,
  type RoomSettings,
} from './room.js';
export { Self, type Grants } from './self.js';
export { Speakers, type SpeakersOptions } from './speakers.js';
export { decibels, ratesBetween, type ConnectionStatistics, type MediaStatistics, type Rates } from './statistics.js';
export { Subscription } from './subscription.js';
