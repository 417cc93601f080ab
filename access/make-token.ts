import type { Grants } from '../rooms/index.js';

/** What a new token says. */
export interface NewToken {
  /** The name of the key. */
  readonly key: string;
  readonly secret: string;
  /** Undefined for the server API. */
  readonly room: string | undefined;
  readonly identity: string | undefined;
  readonly grants: Grants;
  /** Whether the token says of somebody who is not hidden that it is not: a player of WHEP is hidden otherwise. Default: false. */
  readonly saysVisible?: boolean | undefined;
  /** How long it is valid, in s. */
  readonly validForS: number;
  readonly name?: string | undefined;
  readonly metadata?: string | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/** Makes a token as LiveKit's SDKs do. @param now the time in ms since 1970 */
export async function makeToken(token: NewToken, now: number): Promise<string> {
  const { SignJWT } = await import('jose');
  const { key, secret, room, identity, grants, saysVisible = false, validForS, name, metadata, attributes } = token;
  const { canPublishSources, hidden, ...flags } = grants;
  const video = {
    ...{ room, ...flags },
    ...((hidden || saysVisible) && { hidden }),
    ...(canPublishSources.length > 0 && { canPublishSources }),
  };
  const seconds = Math.floor(now / 1_000);
  return new SignJWT({ ...(identity !== undefined && { sub: identity }), name, metadata, attributes, video })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(key)
    .setNotBefore(seconds)
    .setExpirationTime(seconds + validForS)
    .sign(new TextEncoder().encode(secret));
}

/**
 * A link that opens the page of a server in a room, with a token. The token is behind the `#`, so that no server and no log gets it.
 * @param page as http://localhost:8080/
 */
export function joinLink(page: string, room: string, token: string): string {
  const url = new URL(page);
  url.searchParams.set('room', room);
  url.hash = `access_token=${token}`;
  return url.href;
}
