import { changedGrants, cleanedName, noGrants, roomKey } from '../rooms/index.js';
import type { Bearer, Grants, RoomSettings } from '../rooms/index.js';
import type { RoomConfig, TokenClaims } from './claims.js';
import { fitsGlob } from './glob.js';
import { grantsOf } from './grant-claims.js';

/** Grants of a token for some rooms. */
interface RoomGrants {
  readonly room: string | undefined;
  readonly pattern: string | undefined;
  readonly grants: Grants;
}

/** A client that has shown a valid token. */
export class TokenBearer implements Bearer {
  readonly identity: string | undefined;
  readonly name: string | undefined;
  readonly room: string | undefined;
  readonly metadata: string | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly opening: Partial<RoomSettings> | undefined;
  readonly validFrom: number;
  readonly address: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Whether the token opens any room. */
  readonly joins: boolean;
  readonly #nameOf: (key: string) => string;
  readonly #rooms: readonly RoomGrants[];
  /** What the token allows where none of its grants names the room. */
  readonly #elsewhere: Grants;

  /**
   * @param payload the claims as the token has them, for hooks
   * @param nameOf what the protocol of the client, and so its token, calls the room of a key
   */
  constructor(
    token: TokenClaims,
    payload: Readonly<Record<string, unknown>>,
    address: string | undefined,
    nameOf: (key: string) => string,
  ) {
    this.#nameOf = nameOf;
    this.identity = token.sub ?? token.jti ?? undefined;
    this.name = cleanedName(token.name ?? '') || undefined;
    this.metadata = token.metadata ?? undefined;
    this.tags = token.attributes ?? undefined;
    this.opening = token.roomConfig ? settingsOf(token.roomConfig) : undefined;
    this.validFrom = token.nbf ?? token.iat ?? 0;
    this.address = address;
    this.claims = payload;
    const given = [...(token.video ? [token.video] : []), ...(token.videos ?? [])].map((grant) => {
      const { room, roomPattern } = grant;
      return {
        room: room ? roomKey(room) : undefined,
        pattern: roomPattern ? roomPattern.normalize() : undefined,
        grants: this.#withoutJoining(grantsOf(grant, token.role ?? undefined)),
      };
    });
    this.room = given.find(({ room }) => room !== undefined)?.room;
    this.joins = given.some(({ room = '', pattern = '', grants }) => `${room}${pattern}` !== '' && grants.roomJoin);
    this.#elsewhere = elsewhere(given);
    const { roomCreate, roomList, roomRecord } = this.#elsewhere;
    this.#rooms = given
      .filter(({ room, pattern }) => room !== undefined || pattern !== undefined)
      .map(({ grants, ...where }) => ({
        ...where,
        grants: changedGrants(grants, {
          roomCreate: roomCreate || grants.roomCreate,
          roomList,
          roomRecord: roomRecord || grants.roomRecord,
        }),
      }));
  }

  /** A grant that names the room counts before one with a pattern; of several the first. */
  readonly grantsIn = (key: string): Grants => {
    const room = this.#nameOf(key);
    const own =
      this.#rooms.find((each) => each.room === room) ??
      this.#rooms.find(({ pattern }) => pattern !== undefined && fitsGlob(pattern, room));
    return own?.grants ?? this.#elsewhere;
  };

  /** Nobody joins without an identity. */
  #withoutJoining(grants: Grants): Grants {
    return this.identity === undefined ? { ...grants, roomJoin: false } : grants;
  }
}

/** Whether there is a room that the client may join. */
export function mayJoinSomewhere(bearer: Bearer): boolean {
  return bearer instanceof TokenBearer ? bearer.joins : bearer.grantsIn('').roomJoin;
}

/** Grants that name no room are for the server API: nobody joins or moderates by them. The list of rooms is one for the whole server. */
function elsewhere(given: readonly RoomGrants[]): Grants {
  const nameless = given.filter(({ room, pattern }) => room === undefined && pattern === undefined);
  return changedGrants(noGrants, {
    roomCreate: nameless.some(({ grants }) => grants.roomCreate),
    roomList: given.some(({ grants }) => grants.roomList),
    roomRecord: nameless.some(({ grants }) => grants.roomRecord),
  });
}

function settingsOf({ emptyTimeout, departureTimeout, maxParticipants, metadata }: RoomConfig): Partial<RoomSettings> {
  return {
    ...(emptyTimeout && { emptyTimeoutS: emptyTimeout }),
    ...(departureTimeout && { departureTimeoutS: departureTimeout }),
    ...(maxParticipants && { maxParticipants }),
    ...(metadata && { metadata }),
  };
}
