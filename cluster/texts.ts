import { z } from 'zod';

/** Texts by name. Redis answers them as a list of names and texts. */
export const texts = z.array(z.string()).transform(mapOf);

/** @param list names and texts in turn */
export function mapOf(list: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (let index = 0; index + 1 < list.length; index += 2) map.set(list[index] ?? '', list[index + 1] ?? '');
  return map;
}

/** As `z.array(z.string())` checks it, in a tenth of the time. */
export function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
