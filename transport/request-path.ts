import type { IncomingMessage } from 'node:http';

/**
 * Makes the URL of a request what the doors compare: a path and its query. Several slashes in the path are one, because pages put
 * addresses together from parts that both have one. A proxy may name the whole URL (RFC 9112 §3.2.2).
 * @param prefixes asked for the prefixes of the mounts; whatever is below one of them stays as it is: Socket.IO 0.9 has empty parts in its paths. The longest comes first
 */
export function straighten(request: IncomingMessage, prefixes: () => readonly string[]): void {
  const { url = '/' } = request;
  if (!/^https?:\/\/|\/\//i.test(url)) return;
  const [path = '', ...query] = url.replace(/^https?:\/\/[^/?]*/i, '').split('?');
  request.url = [withSingleSlashes(path.startsWith('/') ? path : `/${path}`, prefixes()), ...query].join('?');
}

function withSingleSlashes(path: string, prefixes: readonly string[]): string {
  for (const prefix of prefixes) {
    const below = restBelow(path, prefix);
    if (below !== undefined) return prefix + below;
  }
  return path.replace(/\/{2,}/g, '/');
}

/** @returns undefined for a path that is not below the prefix, whose slashes may be several in the path */
function restBelow(path: string, prefix: string): string | undefined {
  let at = 0;
  for (const part of prefix.split('/').slice(1)) {
    const start = at;
    while (path[at] === '/') at += 1;
    if (at === start || !path.startsWith(part, at)) return undefined;
    at += part.length;
  }
  return at === path.length || path[at] === '/' ? path.slice(at) : undefined;
}

export function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}
