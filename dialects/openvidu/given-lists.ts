import { z } from 'zod';
import type { FactName } from './model/facts.js';
import { factNames } from './model/facts.js';
import { customIceServer } from './model/ice-servers.js';
import type { CustomIceServer } from './model/ice-servers.js';

/**
 * A list in the file, or text in a variable as the original has it: `["one","two"]`, `[one,two]`, or the items alone.
 * @param between what separates items outside of brackets
 * @param read undefined for items that are no values
 */
export function listOf<T>(between: RegExp, read: (item: string) => T | undefined, expected: string) {
  const given = z.union([z.string(), z.array(z.string())], expected);
  return given.transform((value, context): readonly T[] => {
    const items = typeof value === 'string' ? itemsOf(value.trim(), between) : value;
    const values = items.map(read).filter((each) => each !== undefined);
    if (values.length === items.length) return values;
    context.addIssue(expected);
    return z.NEVER;
  });
}

function itemsOf(text: string, between: RegExp): readonly string[] {
  const [, inner] = /^\[(.*)\]$/s.exec(text) ?? [];
  if (inner !== undefined) {
    const { data } = z.array(z.string()).safeParse(parsed(text));
    if (data) return data;
  }
  return (inner ?? text)
    .split(between)
    .map((item) => item.trim().replace(/^"(.*)"$/, '$1'))
    .filter((item) => item !== '');
}

/** `url=…,username=…,credential=…` or `url=…,staticAuthSecret=…`. */
export function readIceServer(item: string): CustomIceServer | undefined {
  const pairs = item.split(',').map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, Math.max(0, at)).trim(), pair.slice(at + 1)] as const;
  });
  return customIceServer.safeParse(Object.fromEntries(pairs)).data;
}

/** `Name: value`. */
export function readHeader(item: string): readonly [name: string, value: string] | undefined {
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+)\s*:\s*([\t\u0020-\u007e\u00a0-\u00ff]*)$/.exec(item) ?? [];
  return name === undefined || value === undefined ? undefined : [name, value];
}

/** As `URL.host` has it: without a port that goes without saying. */
export function readHost(item: string): string | undefined {
  const [host] = /^[A-Za-z0-9._-]+(:\d{1,5})?$/.exec(item) ?? [];
  return host?.toLowerCase();
}

export function readFactName(item: string): FactName | undefined {
  return factNames.find((name) => name === item);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
