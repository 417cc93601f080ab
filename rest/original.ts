import type { Rooms } from '../rooms/index.js';
import type { AllRooms } from './all-rooms.js';
import type { Health } from './health.js';
import type { Handlers } from './operations.js';
import { Problem } from './problem.js';
import type { RoomList } from './room-list.js';
import { roomNamed } from './rooms.js';
import type { Component } from './schemas.js';

/** Settings that the original's page asks its server for (docs/protocols/kurento-room.md#9-rest). */
export interface PageSettings extends Omit<Component<'ClientConfig'>, 'filterAvailable'> {
  /** dB */
  readonly thresholdSpeaker: number;
  readonly updateSpeakerIntervalMs: number;
}

/** The calls of the original server (docs/protocols/kurento-room.md#9-rest). */
export function originalHandlers(
  rooms: Rooms,
  all: AllRooms,
  roomList: RoomList,
  settings: PageSettings,
  health: () => Health,
  closeByGet: boolean,
): Handlers<'getAllRooms' | 'getClientConfig' | 'getThresholdSpeaker' | 'getUpdateSpeakerInterval' | 'close'> {
  const { loopbackRemote, loopbackAndLocal, filterRequestParam } = settings;
  const filter = filterRequestParam === 'hat' ? 'face-overlay' : 'marker';
  const hasFilter = (): boolean => health().mediaServers.some(({ filters }) => filters.includes(filter));
  return {
    getAllRooms: async (_input, { isAdmin }) => {
      roomList.check(isAdmin);
      const shown = (await all.list()).filter(({ listed }) => isAdmin || listed);
      return { status: 200, body: shown.map(({ name }) => name) };
    },
    getClientConfig: () => ({
      status: 200,
      body: { loopbackRemote, loopbackAndLocal, filterRequestParam, filterAvailable: hasFilter() },
    }),
    getThresholdSpeaker: () => ({ status: 200, body: settings.thresholdSpeaker }),
    getUpdateSpeakerInterval: () => ({ status: 200, body: settings.updateSpeakerIntervalMs }),
    close: ({ room }, { caller }) => {
      if (!closeByGet) throw new Problem('writes-off', 'Closing by GET is switched off (CLOSE_ENDPOINT)');
      roomNamed(rooms, room).moderatedBy(caller).close('an administrator closed it');
      return { status: 200, body: undefined };
    },
  };
}
