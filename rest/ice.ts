import type { Handlers } from './operations.js';
import type { Component } from './schemas.js';

export type IceServers = Component<'IceServers'>['iceServers'];

/** What a page gives to its RTCPeerConnections. Everybody may read it: clients that may call need the credentials in it. */
export function iceHandlers(iceServers: () => IceServers): Handlers<'getIceServers'> {
  return { getIceServers: () => ({ status: 200, body: { iceServers: iceServers() } }) };
}
