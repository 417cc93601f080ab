/**
 * The nodes in the order in which they take a room. All nodes find the same order without asking each other, and a node that comes or goes
 * changes only where it stands itself.
 * @param weightOf how large the share of a node is beside those of the others, above 0. Default: all have the same
 */
export function byRendezvous(
  hash: string,
  ids: readonly string[],
  weightOf: (id: string) => number = () => 1,
): string[] {
  return ids
    .map((id) => ({ id, late: -Math.log((score(`${hash} ${id}`) + 1) / 2 ** 32) / weightOf(id) }))
    .sort((one, other) => one.late - other.late || (one.id < other.id ? -1 : 1))
    .map(({ id }) => id);
}

/** FNV-1a, with its bits mixed at the end: ids that are alike get scores that are not. Thousands of rooms are ordered at once. */
function score(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
