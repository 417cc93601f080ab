import { createHash, timingSafeEqual } from 'node:crypto';
import { isTokenShaped } from '../access/index.js';
import type { Access, Introduction } from '../access/index.js';
import { RoomError } from '../rooms/index.js';
import type { Bearer } from '../rooms/index.js';

/**
 * What a client has shown in the one place where its protocol takes the secret of the door or a token. Any other text counts as nothing
 * where no secret is asked for.
 * @param secret empty: the door asks for none
 * @throws RoomError `token-invalid`, `token-needed`; rejects with `token-invalid`, `token-expired`
 */
export function bearerAtDoor(
  access: Access,
  introduction: Omit<Introduction, 'token' | 'credential'>,
  shown: string,
  secret: string,
): Bearer | Promise<Bearer> {
  if (secret !== '' && isSame(shown, secret)) return access.ofDoor(introduction);
  if (isTokenShaped(shown)) return provedBy(access, { ...introduction, token: shown }, secret);
  if (secret !== '') throw wrong();
  return access.identify({ ...introduction, ...(shown !== '' && { credential: shown }) });
}

/** Where tokens are not looked at, one that is no good does not open a door that asks for its secret. */
async function provedBy(access: Access, introduction: Introduction, secret: string): Promise<Bearer> {
  const bearer = await access.identify(introduction);
  if (secret !== '' && !bearer.claims) throw wrong();
  return bearer;
}

function wrong(): RoomError {
  return new RoomError('token-invalid', 'The password is wrong');
}

/** Compares in constant time. */
function isSame(shown: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(shown), digest(secret));
}
