import { z } from 'zod';

export interface Option<S extends z.ZodType = z.ZodType> {
  /** What the option takes; reads text as well as the file's own types, and holds the default. */
  readonly schema: S;
  readonly unit: string;
  readonly meaning: string;
}

export function option<S extends z.ZodType>(schema: S, unit: string, meaning: string): Option<S> {
  return { schema, unit, meaning };
}

export const count = z.coerce.number().int();
export const milliseconds = count.min(1).max(86_400_000);
export const truthOr = (initial: boolean) =>
  z.preprocess(
    (value) => (value === 'true' ? true : value === 'false' ? false : value),
    z.boolean('must be true or false').default(initial),
  );
export const truth = truthOr(false);
export const kbps = count.min(0).max(1_000_000).default(0);
export const ipAddress = z.union([z.ipv4(), z.ipv6()], 'must be an IP address');
/** A list is a list in the file, and separated by commas in a variable or flag. */
export const list = <T extends string>(item: z.ZodType<T>) =>
  z.preprocess((value) => (typeof value === 'string' ? split(value) : value), z.array(item));

/** As `list`, of so many numbers. */
export const numbers = (length: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? split(value) : value),
    z.array(z.coerce.number()).length(length),
  );

export function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u').source !== '';
  } catch {
    return false;
  }
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
