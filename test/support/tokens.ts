import { createHmac } from 'node:crypto';

/** The key that signs tokens in tests, as KEYS has it. */
export const testKey = 'test: 0123456789abcdef0123456789abcdef';

/** A token as LiveKit's server SDK makes it, at once. `exp` is in an hour unless the claims say otherwise. */
export function tokenWith(claims: Readonly<Record<string, unknown>>, keys = testKey): string {
  const [key = '', secret = ''] = keys.split(': ');
  const now = Math.floor(Date.now() / 1_000);
  const payload = { iss: key, nbf: now - 1, exp: now + 3_600, ...claims };
  const text = [{ alg: 'HS256' }, payload].map(encoded).join('.');
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** What transcripts can name: tokens for room `r`. */
export function transcriptTokens(): [name: string, token: string][] {
  const join = { roomJoin: true, room: 'r' };
  const ana = { sub: 'ana', name: 'Ana', metadata: 'from the token', video: join };
  return [
    ['$modToken', tokenWith({ sub: 'mod', video: { ...join, roomAdmin: true, canUpdateOwnMetadata: true } })],
    ['$anaToken', tokenWith(ana)],
    ['$oldToken', tokenWith({ ...ana, exp: Math.floor(Date.now() / 1_000) - 600 })],
    ['$badToken', tokenWith(ana, 'test: another secret, of another server')],
  ];
}
