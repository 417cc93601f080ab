import { RoomError, checkedName } from '../../rooms/index.js';
import type { RoomNames } from '../room-names.js';
import type { LayerContext } from './layer.js';

/**
 * `LayerContext.roomOf` for a protocol that joins rooms by one request, which names the room in one of its params.
 */
export function roomJoinedBy(method: string, param: string, names: RoomNames): LayerContext['roomOf'] {
  return (request) => {
    if (request.method !== method) return undefined;
    const room = (request.params as Readonly<Record<string, unknown>> | undefined)?.[param];
    if (typeof room !== 'string') return undefined;
    try {
      return names.keyOf(checkedName(room, 'The name of a room'));
    } catch (error) {
      if (error instanceof RoomError) return undefined;
      throw error;
    }
  };
}
