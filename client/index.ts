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
export { LevelMeter } from './level-meter.js';
export { LocalPublication } from './local-publication.js';
export { Participant } from './participant.js';
export { Publication } from './publication.js';
export { Room, type ChatMessage, type EndReason, type RoomOptions } from './room.js';
export { Speakers, type SpeakersOptions } from './speakers.js';
export { decibels, ratesBetween, type ConnectionStatistics, type MediaStatistics, type Rates } from './statistics.js';
export { Subscription } from './subscription.js';
