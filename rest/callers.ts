import { bearerToken, isTokenShaped } from '../access/index.js';
import type { Access } from '../access/index.js';
import { RoomError, noGrants } from '../rooms/index.js';
import type { Administrator, Bearer, Grants } from '../rooms/index.js';
import { tokenNeeded } from './admin.js';
import type { Admin, Claim } from './admin.js';
import { Problem } from './problem.js';

/** The one that asks over HTTP: a program with a token, or a stranger. */
export interface Caller extends Administrator {
  /** It bears the admin token. */
  readonly isAdmin: boolean;
}

/** What an operation needs. `roomEnd`: `roomAdmin` or `roomCreate`, as LiveKit's server API has it. `roomRecord`: that or `roomAdmin`. */
export type NeededGrant = 'roomCreate' | 'roomList' | 'roomAdmin' | 'roomRecord' | 'roomEnd';

/** Somebody who has shown no token. */
export const stranger: Caller = { administrator: '', bearer: { grantsIn: () => noGrants }, isAdmin: false };

/** Finds out who asks: a bearer of the admin token may do everything, the bearer of another token what its grants allow. */
export class Callers {
  readonly #admin: Admin;
  readonly #access: Access;
  readonly #administrator: Bearer;

  /** @param administrator what the bearer of the admin token may do */
  constructor(admin: Admin, access: Access, administrator: Bearer) {
    this.#admin = admin;
    this.#access = access;
    this.#administrator = administrator;
  }

  /** @throws Problem `token-needed` for a wrong token, `too-many` after several from that address */
  async of(claim: Claim): Promise<Caller> {
    const token = bearerToken(claim.authorization);
    if (token !== undefined && isTokenShaped(token) && this.#access.readsTokens) return this.#bearerOf(token, claim);
    return this.#admin.is(claim) ? { administrator: 'admin', bearer: this.#administrator, isAdmin: true } : stranger;
  }

  /** @throws Problem `writes-off`, `token-needed`, `forbidden` */
  need(caller: Caller, grant: NeededGrant, room: string): void {
    const grants = caller.bearer.grantsIn(room);
    if (has(grants, grant)) return;
    this.needToken(caller);
    throw new Problem('forbidden', `This needs a token with ${named[grant]}`);
  }

  /** Whether the caller has shown a token. @throws Problem `writes-off`, `token-needed` */
  needToken(caller: Caller): void {
    if (caller !== stranger) return;
    if (this.#admin.isPossible || this.#access.readsTokens) throw tokenNeeded();
    throw new Problem('writes-off', 'Nobody may do this: the server has neither an admin token (ADMIN_TOKEN) nor KEYS');
  }

  async #bearerOf(token: string, { address }: Claim): Promise<Caller> {
    try {
      const bearer = await this.#access.identify({ door: 'rest', token, address });
      // With AUTH=off a wrong token is no token; here it is wrong.
      if (!bearer.claims) throw new RoomError('token-invalid', 'The token is not valid');
      const issuer = bearer.claims.iss;
      return { administrator: typeof issuer === 'string' ? issuer : 'token', bearer, isAdmin: false };
    } catch (error) {
      if (!(error instanceof RoomError)) throw error;
      throw new Problem('token-needed', error.message, {
        'WWW-Authenticate': 'Bearer realm="atrium", error="invalid_token"',
      });
    }
  }
}

/** One of them is enough. */
const enough: Readonly<Record<NeededGrant, readonly (keyof Grants)[]>> = {
  roomCreate: ['roomCreate'],
  roomList: ['roomList'],
  roomAdmin: ['roomAdmin'],
  roomRecord: ['roomRecord', 'roomAdmin'],
  roomEnd: ['roomAdmin', 'roomCreate'],
};

const named: Readonly<Record<NeededGrant, string>> = {
  roomCreate: 'roomCreate',
  roomList: 'roomList',
  roomAdmin: 'roomAdmin for this room',
  roomRecord: 'roomRecord or roomAdmin for this room',
  roomEnd: 'roomAdmin for this room, or roomCreate',
};

export function has(grants: Grants, needed: NeededGrant): boolean {
  return enough[needed].some((grant) => grants[grant] === true);
}
