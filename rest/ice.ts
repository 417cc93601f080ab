import { mayJoinSomewhere } from '../access/index.js';
import type { IceServers } from '../access/index.js';
import type { Handlers } from './operations.js';

/** What a page gives to its RTCPeerConnections. Only those that may join a room are told of TURN servers: their credentials are good for anybody. */
export function iceHandlers(ice: IceServers): Handlers<'getIceServers'> {
  return {
    getIceServers: (_input, { caller: { bearer, administrator } }) => {
      if (!mayJoinSomewhere(bearer)) return { status: 200, body: { iceServers: ice.open } };
      return { status: 200, body: ice.ofIdentity(`${administrator} ${bearer.identity ?? ''}`) };
    },
  };
}
