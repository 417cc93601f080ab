/** How a dialect's names of rooms and the names in `Rooms` belong together. */
export interface RoomNames {
  /** The key in `Rooms` of what the dialect calls `name`. */
  keyOf(name: string): string;
  /** What the dialect calls a room; undefined for those it does not share. */
  nameOf(key: string): string | undefined;
}

/** One name space for all dialects. */
export const sharedNames: RoomNames = { keyOf: (name) => name, nameOf: (key) => key };

/** Rooms of the dialect's own, listed with its name before them: for a server whose dialects are not to meet. */
export function ownNames(dialect: string): RoomNames {
  const prefix = `${dialect}:`;
  return {
    keyOf: (name) => prefix + name,
    nameOf: (key) => (key.startsWith(prefix) ? key.slice(prefix.length) : undefined),
  };
}
