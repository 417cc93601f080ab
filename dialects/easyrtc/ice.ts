import { withCredentials } from '../turn-credentials.js';
import type { Context } from './context.js';
import { inTime } from './hooks.js';
import type { Visitor } from './hooks.js';
import type { IceServer } from './messages.js';

type IceContext = Pick<Context, 'hooks' | 'settings' | 'iceServers' | 'turnSecret' | 'now'>;

/**
 * The ICE servers of a client. Each also has its first address as `url`, which the published protocol describes
 * (docs/protocols/easyrtc.md#14-differences-and-decisions, row 4).
 */
export async function iceServersFor(visitor: Visitor, context: IceContext): Promise<readonly IceServer[]> {
  const servers = await chosenFor(visitor, context);
  return servers.map((server) => ({ url: server.urls[0], ...server }));
}

/** From the hook, or the configured ones. If a secret is configured, they get credentials for this client. */
async function chosenFor(visitor: Visitor, context: IceContext): Promise<readonly IceServer[]> {
  const { hooks, settings, iceServers, turnSecret, now } = context;
  if (hooks.iceServers) return inTime(hooks.iceServers(visitor), settings.hookTimeoutMs);
  if (turnSecret === '') return iceServers;
  const expiry = Math.floor(now() / 1000) + settings.turnSeconds;
  return withCredentials(iceServers, turnSecret, expiry, visitor.easyrtcid);
}
