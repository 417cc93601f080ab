import { nameFits } from '../../access/index.js';
import type { Introduction } from '../../access/index.js';
import { RoomError, cleanedName } from '../../rooms/index.js';
import type { Bearer } from '../../rooms/index.js';
import { dialectName } from './application.js';
import type { Client } from './client.js';
import type { Context } from './context.js';
import { check } from './errors.js';
import { inTime } from './hooks.js';
import type { Visitor } from './hooks.js';
import type { Fields } from './messages.js';
import type { EasyRtcSettings } from './options.js';
import type { Login } from './requests.js';

interface Newcomer {
  readonly client: Client;
  readonly login: Login;
  readonly visitor: Visitor;
  /** The whole authentication, unchanged. */
  readonly message: Fields | undefined;
}

/** As long as a username may be here (docs/protocols/easyrtc.md#4-names-and-limits). */
const maxUsername = 64;

/**
 * What the client has shown itself to be, by a token in its credential or by the word of the hook (docs/access.md#easyrtc).
 * @throws Refusal, RoomError, and the errors of the hook
 */
export async function bearerOf({ client, login, visitor, message }: Newcomer, context: Context): Promise<Bearer> {
  const { access, hooks, settings } = context;
  const { credential, username } = login;
  const token = typeof credential?.token === 'string' ? credential.token : undefined;
  const introduction = { door: dialectName, address: client.address, token, credential, name: visitor.username };
  let bearer: Bearer;
  if (hooks.authenticate) {
    const welcome = await inTime(hooks.authenticate(visitor, credential, message ?? {}), settings.hookTimeoutMs);
    check(welcome, 'LOGIN_BAD_AUTH');
    bearer = (await provedBy(introduction, context)) ?? access.ofDoor(introduction);
  } else {
    bearer = await access.identify(introduction);
  }
  check(nameFits(bearer, username), 'LOGIN_BAD_AUTH');
  return bearer;
}

/** The name of a token is a username where it can be one. */
export function usernameOf({ name, identity }: Bearer, { usernamePattern }: EasyRtcSettings): string | undefined {
  const given = cleanedName(name ?? identity ?? '', maxUsername);
  return given !== '' && usernamePattern.test(given) ? given : undefined;
}

/** Undefined without a valid token. The hook may take tokens of its own, and has let the client in. */
async function provedBy(introduction: Introduction, { access }: Context): Promise<Bearer | undefined> {
  if (introduction.token === undefined) return undefined;
  try {
    const bearer = await access.identify(introduction);
    return bearer.claims && bearer;
  } catch (error) {
    if (error instanceof RoomError) return undefined;
    throw error;
  }
}
