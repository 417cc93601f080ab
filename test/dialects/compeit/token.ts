import { createHmac } from 'node:crypto';

export const tokenSecret = 'a secret of the tests';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What is out of the ordinary in a token. */
export interface TokenOptions {
  readonly header?: object;
  readonly secret?: string;
  readonly digest?: string;
}

/** A JSON Web Token, and whatever is wrong with it. */
export function token(
  claims: object,
  { header = { alg: 'HS256', typ: 'JWT' }, secret = tokenSecret, digest = 'sha256' }: TokenOptions = {},
): string {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac(digest, secret).update(signed).digest('base64url')}`;
}
