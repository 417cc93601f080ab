import type { IncomingHttpHeaders } from 'node:http';

/** The subprotocol that a browser names before its token, since it can set no header of a WebSocket. The server selects it. */
export const tokenSubprotocol = 'access_token';

/** Of a header `Authorization: Bearer TOKEN`. */
export function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}

/**
 * The token of an upgrade or a request, in the order that counts: `?access_token=`, `Authorization: Bearer`, then the subprotocols
 * `access_token, TOKEN`. It is looked for only; whether it is valid, `Access.identify` says.
 */
export function tokenOfRequest({
  url = '',
  headers,
}: {
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}): string | undefined {
  return inQuery(url) ?? bearerToken(headers.authorization) ?? inSubprotocols(headers['sec-websocket-protocol']);
}

function inQuery(url: string): string | undefined {
  const start = url.indexOf('?');
  // Most requests have none, and a query costs to be read.
  if (start < 0 || !url.includes('access_token=', start)) return undefined;
  const token = new URLSearchParams(url.slice(start + 1)).get('access_token') ?? '';
  return token === '' ? undefined : token;
}

function inSubprotocols(header: string | undefined): string | undefined {
  const named = header?.split(',').map((each) => each.trim()) ?? [];
  const at = named.indexOf(tokenSubprotocol);
  return at < 0 ? undefined : named[at + 1];
}
