import { createHmac } from 'node:crypto';

/**
 * The same servers, the TURN servers among them with credentials that expire: what coturn's `use-auth-secret` takes.
 * @param secret shared with the TURN servers
 * @param expiry in seconds since 1970
 * @param name for the log of the TURN server
 */
export function withCredentials<S extends { readonly urls: readonly string[] }>(
  servers: readonly S[],
  secret: string,
  expiry: number,
  name: string,
): (S | { urls: S['urls']; username: string; credential: string })[] {
  const username = `${expiry}:${name}`;
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  return servers.map((server) => (server.urls.some(isTurn) ? { urls: server.urls, username, credential } : server));
}

function isTurn(url: string): boolean {
  return /^turns?:/i.test(url);
}
