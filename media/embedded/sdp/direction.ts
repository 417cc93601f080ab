/** As in SDP: `sendonly` means that the side that writes it sends and does not receive. */
export type Direction = (typeof directions)[number];

export const directions = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const;

export function isDirection(text: string): text is Direction {
  return directions.some((direction) => direction === text);
}

/** Whether the side that writes this direction sends. */
export function sends(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}

/** Whether the side that writes this direction receives. */
export function receives(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'recvonly';
}

/** The same, seen from the other side. */
export function mirrored(direction: Direction): Direction {
  if (direction === 'sendonly') return 'recvonly';
  if (direction === 'recvonly') return 'sendonly';
  return direction;
}
