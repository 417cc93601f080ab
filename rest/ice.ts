import type { Handlers } from './operations.js';
import type { Component } from './schemas.js';

export type IceServers = Component<'IceServers'>['iceServers'];

/** What a page hands to its RTCPeerConnections. Read by everybody: credentials in it are no secret from those who may call. */
export function iceHandlers(iceServers: IceServers): Handlers<'getIceServers'> {
  return { getIceServers: () => ({ status: 200, body: { iceServers } }) };
}
