import type { RedisOptions } from 'ioredis';

const sentinelPort = 26_379;

/** Whether a text can be REDIS_URL. */
export function isRedisUrl(text: string): boolean {
  return /^rediss?:\/\/[^\s/]+(\/\d*)?$/.test(text) ? URL.canParse(text) : sentinels(text) !== undefined;
}

/**
 * Where REDIS_URL leads: `redis://[user:password@]host[:port][/database]`, `rediss://…` with TLS, or
 * `sentinel://[user:password@]host[:port][,host[:port]…]/name` for the primary that sentinels know by this name.
 */
export function connectionOf(url: string): RedisOptions {
  const found = sentinels(url);
  if (found) return found;
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6_379 : Number(port),
    db: Number(pathname.slice(1) || '0'),
    ...(protocol === 'rediss:' && { tls: {} }),
    ...credentials(username, password),
  };
}

function sentinels(url: string): RedisOptions | undefined {
  const [, user = '', password = '', hosts, name] =
    /^sentinel:\/\/(?:([^\s:@/]*):([^\s@/]*)@)?([^\s@/]+)\/([\w.-]+)$/.exec(url) ?? [];
  if (hosts === undefined || name === undefined) return undefined;
  const places = hosts.split(',').map((text) => /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(text));
  const list = places.flatMap((place) =>
    place?.[1] === undefined
      ? []
      : [{ host: place[1].replace(/^\[|\]$/g, ''), port: place[2] === undefined ? sentinelPort : Number(place[2]) }],
  );
  if (list.length < places.length) return undefined;
  return { sentinels: list, name, ...credentials(user, password) };
}

/** Percent-encoded, as a URL has them. */
function credentials(username: string, password: string): Pick<RedisOptions, 'username' | 'password'> {
  return {
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
  };
}
