/**
 * The shortest text that names these slots: `*` (all), `!3,4` (all but these), `1,5`.
 * @param slots which are meant. @param all that there are, those that are meant among them
 */
export function slotsText(slots: ReadonlySet<number>, all: ReadonlySet<number>): string {
  const others = all.size - slots.size;
  if (others === 0) return '*';
  if (others >= slots.size) return [...slots].join(',');
  return `!${[...all].filter((slot) => !slots.has(slot)).join(',')}`;
}
