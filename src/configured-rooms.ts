import type { RoomsOptions } from '../rooms/index.js';
import type { Config } from './config.js';

/** What the configuration says of rooms. */
export function configuredRooms(config: Config): RoomsOptions {
  return {
    autoCreate: config.autoCreate,
    firstIsModerator: config.firstIsModerator,
    defaults: {
      maxParticipants: config.roomMaxParticipants,
      emptyTimeoutS: config.roomEmptyTimeoutS,
      waitingRoom: config.roomWaitingRoom,
      mutedOnEntry: config.roomMutedOnEntry,
      chatHistory: config.chatHistory,
      audioLastN: config.audioLastN,
      autoRecord: config.roomAutoRecord ? {} : null,
    },
    recordingNotice: config.recordingNotice,
    departureTimeoutS: config.roomDepartureTimeoutS,
    maxTextBytes: config.maxTextBytes,
    maxMetadataBytes: config.maxMetadataBytes,
    evictionMs: config.evictionMs,
    speakerIntervalMs: config.speakerIntervalMs,
    region: config.nodeRegion || undefined,
  };
}
