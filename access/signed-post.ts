import { createHash } from 'node:crypto';

/** How long a signature is valid, in s. */
const validForS = 300;

export interface SigningKey {
  readonly name: string;
  readonly secret: string;
}

/** What is sent. */
export interface PostedContent {
  readonly body: string;
  readonly type: string;
}

/**
 * What is sent to a service of the operator, signed as LiveKit signs its webhooks: the token in `Authorization`, without `Bearer`, has the
 * SHA-256 of the body in base64. `TokenVerifier` of its SDKs reads it.
 * @param now the time in ms since 1970, from which the signature is valid for five minutes
 */
export async function signedPost(
  { body, type }: PostedContent,
  { name, secret }: SigningKey,
  now: number,
): Promise<RequestInit> {
  const { SignJWT } = await import('jose');
  const seconds = Math.floor(now / 1_000);
  const authorization = await new SignJWT({ sha256: createHash('sha256').update(body).digest('base64') })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(name)
    .setNotBefore(seconds)
    .setExpirationTime(seconds + validForS)
    .sign(new TextEncoder().encode(secret));
  return { method: 'POST', headers: { 'Content-Type': type, Authorization: authorization }, body };
}
