import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config.js';
import { optionList } from './option-list.js';
import type { ListedOption } from '../options/listed-option.js';

/** Variables of options, for people. */
export interface Renewed {
  /** These have new values. */
  readonly taken: readonly string[];
  /** These were given other values, which need a restart. */
  readonly kept: readonly string[];
}

/** The same values in objects of its own, for `renew`. */
export function liveCopy(config: Config): Config {
  const copies = Object.entries(config).map(([key, value]) => [key, isGroup(key) ? { ...(value as object) } : value]);
  return Object.fromEntries(copies) as Config;
}

/** Puts the values that a running server may change into `live`, whose readers look them up when they need them. */
export function renew(live: Config, next: Config): Renewed {
  const changed = optionList.filter((listed) => !isDeepStrictEqual(valueOf(live, listed), valueOf(next, listed)));
  const taken = changed.filter(({ option }) => option.reloads);
  for (const listed of taken) Reflect.set(ownerOf(live, listed), listed.key, valueOf(next, listed));
  const kept = changed.filter(({ option }) => !option.reloads);
  return { taken: taken.map(({ variable }) => variable), kept: kept.map(({ variable }) => variable) };
}

function isGroup(key: string): boolean {
  return optionList.some(({ group }) => group === key);
}

function ownerOf(config: Config, { group }: ListedOption): object {
  return group === undefined ? config : (Reflect.get(config, group) as object);
}

function valueOf(config: Config, listed: ListedOption): unknown {
  return Reflect.get(ownerOf(config, listed), listed.key);
}
