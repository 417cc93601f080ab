import type { IceServer } from '../access/index.js';

/**
 * Reads `stun:host[:port]` (RFC 7064) or `turn:[user:password@]host[:port][?transport=udp]` (RFC 7065, with credentials put in).
 * User and password are percent-encoded there.
 */
export function readIceServer(text: string): IceServer | undefined {
  const [, scheme, username, credential, rest] =
    /^(stuns?|turns?):(?:([^:@\s]+):([^@\s]+)@)?([^@\s]+)$/.exec(text) ?? [];
  if (scheme === undefined || rest === undefined) return undefined;
  const urls = [`${scheme}:${rest}`];
  if (username === undefined || credential === undefined) return { urls };
  if (!scheme.startsWith('turn')) return undefined;
  try {
    return { urls, username: decodeURIComponent(username), credential: decodeURIComponent(credential) };
  } catch {
    return undefined;
  }
}
