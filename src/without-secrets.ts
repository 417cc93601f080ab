import { isIPv6 } from 'node:net';
import { areaOf } from '../transport/gate/network.js';
import type { Config } from './config.js';
import { optionList } from './option-list.js';
import type { ListedOption } from '../options/listed-option.js';

/** What an operator may give to others: without secrets, and without addresses of people. */

/** By the names of the options: of a secret whether it is set, of a URL its host, and of all else the value. */
export function shownConfig(config: Config): Record<string, unknown> {
  return Object.fromEntries(
    optionList.map((listed) => {
      const value = valueOf(config, listed);
      if (listed.option.secret) return [listed.name, isEmpty(value) ? 'none' : 'set'];
      return [listed.name, shown(value, /^URLs?$/.test(listed.option.unit))];
    }),
  );
}

/**
 * Shows texts without what must not be known: addresses are cut to /24 and /48; tokens, and secrets of the configuration, which should not
 * be in them anyway, are replaced.
 */
export function cleaner(config: Config): (text: string) => string {
  const secrets = optionList
    .filter(({ option }) => option.secret)
    .flatMap((listed) => secretsIn(valueOf(config, listed)))
    .filter((secret) => secret.length >= shortestSecret)
    .sort((one, other) => other.length - one.length);
  return (text) => {
    let cleaned = text;
    for (const secret of secrets) cleaned = cleaned.replaceAll(secret, '…');
    return withoutAddresses(cleaned.replace(token, '…'));
  };
}

/** Shorter ones are parts of words that are none. */
const shortestSecret = 4;
/** A JWT, or what follows `Bearer`. */
const token = /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(?<=\bBearer )[^\s"\\]+/g;

export function withoutAddresses(text: string): string {
  return text
    .replace(/(?<![\w.:])[\da-f:]*:[\da-f:]*:[\da-f.:]*(?![\w/])/gi, (found) => (isIPv6(found) ? areaOf(found) : found))
    .replace(/(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w./]|\.\d)/g, areaOf);
}

/** The same with each text that is in a value. */
export function eachText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => eachText(each, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, eachText(each, change)]));
}

function valueOf(config: Config, { group, key }: ListedOption): unknown {
  return Reflect.get(group === undefined ? config : (Reflect.get(config, group) as object), key);
}

function isEmpty(value: unknown): boolean {
  if (value instanceof Map || value instanceof Set) return value.size === 0;
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

function shown(value: unknown, isUrl: boolean): unknown {
  if (typeof value === 'string') return isUrl ? hostOf(value) : value.replace(/\/\/[^/@\s]*@/g, '//…@');
  if (Array.isArray(value)) return value.map((each) => shown(each, isUrl));
  if (value instanceof RegExp) return value.source;
  if (value instanceof Map) return [...value.keys()].map((each) => shown(each, isUrl));
  if (value instanceof Set) return [...value].map((each) => shown(each, isUrl));
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? 'a function' : value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shown(each, isUrl)]));
}

/** Paths and queries of URLs may hold a key, and do where a receiver of webhooks knows its callers by them. */
function hostOf(url: string): string {
  const [, scheme = '', host = '', rest = ''] = /^(\w[\w+.-]*:(?:\/\/)?)(?:[^/?#]*@)?([^/?#]*)(.*)$/.exec(url) ?? [];
  if (scheme === '') return url === '' ? '' : '…';
  return `${scheme}${host}${/^\/?$/.test(rest) ? rest : '/…'}`;
}

/** Every text in a value that may be the secret. Of URLs only user and password: their hosts say which server a line is about. */
function secretsIn(value: unknown): string[] {
  if (typeof value === 'string') {
    const login = /^(?:\w[\w+.-]*:\/\/)?([^/@\s]+)@/.exec(value)?.[1];
    if (login !== undefined) return [login, login.slice(login.indexOf(':') + 1)].flatMap((each) => [each, plain(each)]);
    return /^(\w[\w+.-]*:\/\/|(stun|turn)s?:)/.test(value) ? [] : [value];
  }
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  if (value instanceof Map) return [...value.values()].flatMap(secretsIn);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsIn) : [];
}

/** Without percent-encoding. */
function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
