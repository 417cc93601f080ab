import { grantsText } from '../access/index.js';
import type { RoomListMode } from '../dialects/dialect.js';
import type { Log } from '../log.js';
import type { Config } from './config.js';
import { isLoopback } from './listening.js';

/** For the operator, when the server listens: what anybody may do with it. */
export function tellWhoMay(
  { allowedOrigins, auth, bridge, host, guestGrants, openvidu }: Config,
  roomList: RoomListMode,
  log: Log,
): void {
  if (allowedOrigins.includes('*')) {
    log.warn('pages of all sites may use this server, from the browsers of its users (ALLOWED_ORIGINS=*)');
  }
  if (roomList === 'public' && !isLoopback(host)) {
    log.info('everybody who reaches the server may list its rooms; ROOM_LIST=admin or off changes that');
  }
  if (auth === 'off' && !isLoopback(host)) {
    log.warn(
      'everybody who reaches the server may come into every room (AUTH=off); AUTH=optional or required changes that',
    );
  }
  if (openvidu.secret !== '' && bridge && auth !== 'required') {
    log.warn(
      'clients of other protocols may come into sessions of OpenVidu without its tokens; BRIDGE=false or AUTH=required changes that',
    );
  }
  if (auth === 'optional') log.info('clients without a token are guests', { grants: grantsText(guestGrants) });
  if (auth === 'required') log.info('clients without a token are refused');
}
