import type { IceServer } from '../access/index.js';

/**
 * Reads `stun:host[:port]` (RFC 7064) or `turn:[user:password@]host[:port][?transport=udp]` (RFC 7065, with credentials put in).
 * User and password are percent-encoded there.
 */
export function readIceServer(text: string): IceServer | undefined {
  const [, scheme, username, credential, rest] =
    /^(stuns?|turns?):(?:([^:@\s]+):([^@\s]+)@)?([^@\s]+)$/.exec(text) ?? [];
  if (scheme === undefined || rest === undefined || !isIceUrl(`${scheme}:${rest}`)) return undefined;
  const urls = [`${scheme}:${rest}`];
  if (username === undefined || credential === undefined) return { urls };
  if (!scheme.startsWith('turn')) return undefined;
  try {
    return { urls, username: decodeURIComponent(username), credential: decodeURIComponent(credential) };
  } catch {
    return undefined;
  }
}

/**
 * Whether browsers take it. One address that they do not take spoils all of a list for them.
 * @param text without user and password
 */
export function isIceUrl(text: string): boolean {
  const [whole, scheme, port = '1', query] =
    /^(stun|turn)s?:(?:\[[\da-f:.]+\]|[^\s:@?#/[\]]+)(?::(\d{1,5}))?(\?transport=(?:udp|tcp))?$/i.exec(text) ?? [];
  if (whole === undefined || Number(port) < 1 || Number(port) > 65_535) return false;
  return query === undefined || scheme === 'turn';
}
