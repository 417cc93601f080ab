import {
  fitsJson,
  givenList,
  givenMsOrNone,
  givenObject,
  givenText,
  givenTextOrNone,
  invalid,
  shown,
} from './given.js';
import { isIceServer } from './ice-servers.js';
import type { RoomOptions } from './room.js';
import { serverAddress, type ServerAddress } from './server-address.js';

/** What of the options is needed before anything is asked of the server. */
export interface ReadOptions {
  readonly address: ServerAddress;
  readonly room: string;
  /** Empty: the token says it. */
  readonly user: string;
}

/** Throws `invalid-argument`. */
export function readOptions(options: RoomOptions): ReadOptions {
  const { url, room, user, token, password, metadata, iceServers, rpcParams } = givenObject(options, 'The options');
  const { openTimeoutMs, requestTimeoutMs, reconnectForMs } = options;
  const address = serverAddress(url);
  const name = givenText(room, '`room`');
  givenTextOrNone(password, '`password`');
  givenTextOrNone(metadata, '`metadata`');
  if (iceServers !== undefined && !givenList(iceServers, '`iceServers`').every(isIceServer))
    throw invalid(
      '`iceServers` must hold what browsers take: `urls` with stun: or turn:, and an account where it is turn:.',
    );
  if (rpcParams !== undefined) fitsJson(givenObject(rpcParams, '`rpcParams`'));
  givenMsOrNone(openTimeoutMs, '`openTimeoutMs`');
  givenMsOrNone(requestTimeoutMs, '`requestTimeoutMs`');
  if (reconnectForMs !== Infinity) givenMsOrNone(reconnectForMs, '`reconnectForMs`');
  if (token !== undefined && typeof token !== 'string' && typeof token !== 'function')
    throw invalid(`\`token\` must be a text or a function that resolves with one, not ${shown(token)}.`);
  const hasToken = token !== undefined || rpcParams !== undefined;
  if (!givenTextOrNone(user, '`user`') && !hasToken)
    throw invalid('Say who joins: `user` is their name. It may be absent where there is a `token`, which says it.');
  // The server takes names in this form only (docs/decisions/0023-names-and-texts.md).
  return { address, room: name.normalize(), user: user?.normalize() ?? '' };
}
