import { SignJWT } from 'jose';
import { Access } from '../../access/index.js';
import type { AccessSettings } from '../../access/index.js';
import { noGrants, roles } from '../../rooms/index.js';
import type { Administrator, Bearer } from '../../rooms/index.js';
import type { Log } from '../../log.js';

export const key = 'backend';
export const secret = 'a-secret-of-at-least-thirty-two-characters';

/** The option `keys` of a server that takes tokens of that key. */
export const keys = { [key]: secret };

/** A program that moderates every room. */
export const moderator: Administrator = {
  administrator: 'test',
  bearer: { grantsIn: () => ({ ...noGrants, roomAdmin: true }) },
};

/** A line of the log. */
export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: object | undefined;
}

/** Keeps the lines. */
export function keptLog(lines: Line[]): Log {
  const at = (level: string) => (message: string, fields?: object) => {
    lines.push({ level, message, fields });
  };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

/** Access by one key, with a token where the test says nothing else. */
export function accessOf(
  settings: Partial<AccessSettings> = {},
  now: () => number = Date.now,
  lines: Line[] = [],
): Access {
  const defaults: AccessSettings = {
    auth: 'required',
    keys: new Map([[key, secret]]),
    jwksUrl: '',
    jwksFile: undefined,
    jwtIssuers: [],
    jwtAudience: [],
    tokenToleranceS: 60,
    guestGrants: roles.PUBLISHER,
    doorGrants: roles.PUBLISHER,
  };
  return new Access({ ...defaults, ...settings }, keptLog(lines), now);
}

/** What a client gets with a token. */
export async function bearerOf(access: Access, token: string): Promise<Bearer> {
  return access.identify({ door: 'test', token });
}

/** What a client is told with a token: `in`, or why not. */
export async function outcomeOf(access: Access, token: string): Promise<string> {
  try {
    await bearerOf(access, token);
    return 'in';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** A token of the key, as a back end without any SDK makes it. */
export function tokenOf(
  claims: Readonly<Record<string, unknown>>,
  more: { readonly secret?: string } = {},
): Promise<string> {
  const seconds = Math.floor(Date.now() / 1000);
  return new SignJWT({ iss: key, sub: 'ana', exp: seconds + 600, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(more.secret ?? secret));
}
