import { z } from 'zod';

/** Texts by name. Redis answers them as a list of names and texts. */
export const texts = z.array(z.string()).transform((list): ReadonlyMap<string, string> => {
  const map = new Map<string, string>();
  for (let index = 0; index + 1 < list.length; index += 2) map.set(list[index] ?? '', list[index + 1] ?? '');
  return map;
});
