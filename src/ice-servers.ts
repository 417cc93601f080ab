/** An entry of RTCConfiguration.iceServers. */
export interface IceServer {
  readonly urls: string[];
  readonly username?: string;
  readonly credential?: string;
}

/** `stun:host[:port]` (RFC 7064) or `turn:[user:password@]host[:port][?transport=udp]` (RFC 7065, with credentials put in). */
const form = /^(stuns?|turns?):(?:([^:@\s]+):([^@\s]+)@)?([^@\s]+)$/;

export function isIceServer(text: string): boolean {
  const [, scheme, user] = form.exec(text) ?? [];
  return scheme !== undefined && (user === undefined || scheme.startsWith('turn')) && decodes(text);
}

/** User and password are percent-decoded. @throws Error for what `isIceServer` denies */
export function iceServerOf(text: string): IceServer {
  const [, scheme = '', username, credential, rest = ''] = form.exec(text) ?? [];
  if (scheme === '') throw new Error('Not the address of an ICE server');
  return {
    urls: [`${scheme}:${rest}`],
    ...(username !== undefined && { username: decodeURIComponent(username) }),
    ...(credential !== undefined && { credential: decodeURIComponent(credential) }),
  };
}

function decodes(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
