import type { RoomRelay } from '../room-relay.js';
import type { Relay } from './index.js';

/** What the lines hear of the rooms of this node. */
export function roomRelay({ owners, gateways }: Pick<Relay, 'owners' | 'gateways'>): RoomRelay {
  return {
    sessionsIn: (state) => owners.sessionsIn(state),
    begun: (room, state) => {
      owners.begun(room, state);
    },
    restored: (room) => {
      owners.restored(room);
    },
    idle: async (room) => owners.idle(room),
    gathering: (room, from) => {
      owners.gathering(room, from);
    },
    trimming: (room, frames) => {
      owners.trimming(room, frames);
    },
    logLost: (room, at) => {
      owners.logLost(room, at);
    },
    pause: async (room) => owners.pause(room),
    goOn: (room) => {
      owners.goOn(room);
    },
    ended: (room, _why, next) => {
      owners.ended(room, next);
    },
    deaf: (id) => {
      gateways.deaf(id);
    },
  };
}
