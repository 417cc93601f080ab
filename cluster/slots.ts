/** Whether an entry with these slots is for the session of that slot: `*` (all), `!3,4` (all but these), `1,5`. */
export function isFor(slots: string, slot: number): boolean {
  if (slots === '*') return true;
  const isAllBut = slots.startsWith('!');
  const named = (isAllBut ? slots.slice(1) : slots).split(',').includes(String(slot));
  return named !== isAllBut;
}
