import { RoomError, roomKey } from '../rooms/index.js';

/** How a dialect's names of rooms and the names in `Rooms` belong together. */
export interface RoomNames {
  /**
   * The key in `Rooms` of what the dialect calls `name`: the same for all forms of Unicode normalization.
   * @throws RoomError `room-refused` when that is the name of another dialect's room
   */
  keyOf(name: string): string;
  /** What the dialect calls a room; undefined for those it does not share. */
  nameOf(key: string): string | undefined;
}

/** One name space for all dialects. */
export const sharedNames: RoomNames = { keyOf: roomKey, nameOf: (key) => key };

/** Rooms of the dialect's own, listed with its name before them: for a server whose dialects are not to meet. */
export function ownNames(dialect: string): RoomNames {
  const prefix = `${dialect}:`;
  return {
    keyOf: (name) => roomKey(prefix + name),
    nameOf: (key) => (key.startsWith(prefix) ? key.slice(prefix.length) : undefined),
  };
}

/** Plain names, except those that the dialects have for rooms of their own. */
export function namesBut(dialects: readonly string[]): RoomNames {
  const others = dialects.map((dialect) => ownNames(dialect));
  const isOthers = (key: string): boolean => others.some((names) => names.nameOf(key) !== undefined);
  return {
    keyOf: (name) => {
      if (isOthers(name)) throw new RoomError('room-refused', `Room "${name}" belongs to another protocol`);
      return roomKey(name);
    },
    nameOf: (key) => (isOthers(key) ? undefined : key),
  };
}
