import type { EntranceOptions } from './entrance.js';
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
import { serverAddress, type ServerAddress } from './server-address.js';
import type { SessionOptions } from './session.js';

/** Which room is joined on which server, and how. */
export interface RoomOptions extends SessionOptions, EntranceOptions {
  /**
   * Address of the server, as `https://host/`, or `https://host/meet/` where it is below a path. That of its WebSocket, as
   * `wss://host/room`, is good too. What begins with `/` or `./` is relative to the page.
   */
  readonly url: string | URL;
  /** Name of the room: 1 to 256 characters. It is opened where it is not open yet and the server allows that. */
  readonly room: string;
  /** Our name in the room, unique in it: 1 to 256 characters. With a token it is the identity or the name in it, or absent. */
  readonly user?: string | undefined;
  /** Receive each publication as it comes. Default: true. */
  readonly autoSubscribe?: boolean | undefined;
  /**
   * Leave as the page goes away, so that the others see it at once. A page that the browser keeps and shows again is told: `closed` comes
   * with the reason `disconnected`. Default: true.
   */
  readonly leaveOnPageHide?: boolean | undefined;
}

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
