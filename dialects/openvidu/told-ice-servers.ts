import type { OwnIceServers } from '../../access/index.js';
import { toldIceServer } from './model/ice-servers.js';
import type { ToldIceServer } from './model/ice-servers.js';
import type { OvConnection } from './model/ov-connection.js';
import type { OpenviduSettings } from './options.js';

/** Those of the connection, else those of this dialect, else those of the server: one address each. */
export function iceServersOf(
  connection: Pick<OvConnection, 'customIceServers'>,
  { webrtcIceServers }: Pick<OpenviduSettings, 'webrtcIceServers'>,
  ofServer: OwnIceServers,
  now = Date.now(),
): readonly ToldIceServer[] {
  const { customIceServers } = connection;
  if (customIceServers.length > 0) return customIceServers;
  if (webrtcIceServers.length > 0) return webrtcIceServers.map((server) => toldIceServer(server, now));
  return ofServer.iceServers.flatMap(({ urls, ...login }) => urls.map((url) => ({ url, ...login })));
}

/** Libraries before 2.23 know one TURN server, at port 3478. */
export function oldTurnServerOf(servers: readonly ToldIceServer[]) {
  for (const { url, username, credential } of servers) {
    const [, host] = /^turn:([^:?[\]]+)(?::3478)?(?:\?transport=udp)?$/.exec(url) ?? [];
    if (host === undefined || username === undefined || credential === undefined) continue;
    return { coturnIp: host, coturnPort: 3478, turnUsername: username, turnCredential: credential };
  }
  return {};
}
