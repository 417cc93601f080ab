import { z } from 'zod';

const dimensions = z.object({ width: z.number(), height: z.number() });

/** A text that holds the size of a picture. Any other text throws in every page that is told of it. */
export function holdsDimensions(text: string): boolean {
  try {
    return dimensions.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
