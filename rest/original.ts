import type { Rooms } from '../rooms/index.js';
import type { Handlers } from './operations.js';
import { Problem } from './problem.js';
import { closeRoom } from './rooms.js';
import type { OnChange } from './rooms.js';
import type { Component } from './schemas.js';

/** Settings that the original's page asks its server for (docs/protocols/kurento-room.md#9-rest). */
export interface PageSettings extends Component<'ClientConfig'> {
  /** dB */
  readonly thresholdSpeaker: number;
  readonly updateSpeakerIntervalMs: number;
}

/** The calls of the original server (docs/protocols/kurento-room.md#9-rest). */
export function originalHandlers(
  rooms: Rooms,
  settings: PageSettings,
  closeByGet: boolean,
  onChange: OnChange,
): Handlers<'getAllRooms' | 'getClientConfig' | 'getThresholdSpeaker' | 'getUpdateSpeakerInterval' | 'close'> {
  const { loopbackRemote, loopbackAndLocal, filterRequestParam } = settings;
  return {
    getAllRooms: () => ({ status: 200, body: rooms.names }),
    getClientConfig: () => ({ status: 200, body: { loopbackRemote, loopbackAndLocal, filterRequestParam } }),
    getThresholdSpeaker: () => ({ status: 200, body: settings.thresholdSpeaker }),
    getUpdateSpeakerInterval: () => ({ status: 200, body: settings.updateSpeakerIntervalMs }),
    close: ({ room }) => {
      if (!closeByGet) throw new Problem('writes-off', 'Closing by GET is switched off (CLOSE_ENDPOINT)');
      closeRoom(rooms, room, onChange);
      return { status: 200, body: undefined };
    },
  };
}
