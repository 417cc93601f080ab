/** The browser side of the room protocol. */
export { ClientError, type Advice, type ClientErrorCode } from './errors.js';
export { LocalPublication } from './local-publication.js';
export { Participant } from './participant.js';
export { Publication } from './publication.js';
export { Room, type ChatMessage, type EndReason, type RoomOptions } from './room.js';
export type { ConnectionStatistics, MediaStatistics } from './statistics.js';
export { Subscription } from './subscription.js';
