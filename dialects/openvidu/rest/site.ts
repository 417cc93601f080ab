import { Refusal } from './refusal.js';

/**
 * Where the server is reached, for tokens and recordings.
 * @param configured empty: it is as the request names it. @param requested `https://host:port` of the request
 * @throws Refusal 400 for a host that pages of OpenVidu cannot use
 */
export function publicSite(configured: string, requested: string): string {
  if (configured !== '') return configured;
  const [, scheme = '', host = '', port = ''] =
    /^(https?):\/\/([A-Za-z0-9.-]+|\[[^\]]*\]|)(:\d+)?$/.exec(requested) ?? [];
  // Pages cut the host of a token at its first colon.
  if (host === '[::1]') return `${scheme}://localhost${port}`;
  if (host !== '' && !host.startsWith('[')) return `${scheme}://${host}${port}`;
  throw new Refusal(400, 'Pages of OpenVidu cannot use the Host of this request: OPENVIDU_PUBLICURL names another one');
}

/** The token of a connection as a page gets it: an address. */
export function tokenAddress(site: string, sessionId: string, token: string): string {
  return `${site.replace(/^http/, 'ws')}?sessionId=${sessionId}&token=${token}`;
}
