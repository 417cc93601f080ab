import { nameFits } from '../../access/index.js';
import { RoomError } from '../../rooms/index.js';
import type { Attributes, Bearer, Newcomer } from '../../rooms/index.js';
import type { JoinWish } from './call.js';
import { ProtocolError, invalidParams } from './errors.js';

/** The dialect of participants that speak this protocol, as others see it. */
export const dialectName = 'kurento-room';

/**
 * A client of this protocol on its way in.
 * @throws ProtocolError when nothing says its name; RoomError `not-allowed` when its token says another one
 */
export function newcomerOf(
  wish: JoinWish,
  bearer: Bearer,
  client: Pick<Newcomer, 'session' | 'sessionId' | 'region'>,
  makePlace: NonNullable<Newcomer['makePlace']>,
): Newcomer {
  const { password, metadata } = wish;
  const id = userOf(wish, bearer);
  return { id, idIsName: true, attributes: attributesOf(id), bearer, password, metadata, ...client, makePlace };
}

/** This protocol identifies people by name: the name is both id and `displayName`. */
function attributesOf(user: string): Attributes {
  return { displayName: user, dialect: dialectName, hearsPrivateTexts: false };
}

/**
 * What the participant is called and addressed by: the client says it, or else its token.
 * @throws as `newcomerOf`
 */
function userOf({ user }: JoinWish, bearer: Bearer): string {
  const proved = bearer.identity ?? bearer.name;
  const name = user === undefined || user === '' ? (proved ?? user) : user;
  if (name === undefined) throw new ProtocolError(invalidParams, 'joinRoom: "user" is missing: it must be text');
  if (nameFits(bearer, name)) return name;
  throw new RoomError('not-allowed', `Your token is for "${proved ?? ''}", not for "${name}"`);
}
