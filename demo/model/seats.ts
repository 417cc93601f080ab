import type { Person } from './person.js';

/** Those of `order` that are still there, in that order, and behind them those that have come since. */
export function seated(order: readonly Person[], people: readonly Person[]): readonly Person[] {
  const stayed = order.filter((person) => people.includes(person));
  return [...stayed, ...people.filter((person) => !stayed.includes(person))];
}

/**
 * Brings somebody that speaks to the first `count` seats: they change places with the one there that has been quiet longest.
 * Nobody else moves, and nobody moves at all when the speaker is there already.
 */
export function broughtForward(order: readonly Person[], speaker: Person, count: number): readonly Person[] {
  const seat = order.indexOf(speaker);
  if (seat < count || count < 1) return order;
  const front = order.slice(0, count);
  const heardAt = front.map(lastHeard);
  // Of those that never spoke, the one that came last.
  const given = heardAt.lastIndexOf(Math.min(...heardAt));
  const other = order[given];
  return other ? order.map((each) => (each === other ? speaker : each === speaker ? other : each)) : order;
}

function lastHeard({ speaking, spokeAt }: Person): number {
  return speaking.value ? Infinity : spokeAt.value;
}
