import { mayJoinSomewhere } from '../../access/index.js';
import type { Client } from './client.js';
import type { Context } from './context.js';
import { inTime } from './hooks.js';
import type { Visitor } from './hooks.js';
import type { IceConfig, IceServer } from './messages.js';

/** What the hook decides; undefined without one. @throws the errors of the hook */
export async function hookIceServers(
  visitor: Visitor,
  { hooks, settings }: Pick<Context, 'hooks' | 'settings'>,
): Promise<readonly IceServer[] | undefined> {
  return hooks.iceServers && inTime(hooks.iceServers(visitor), settings.hookTimeoutMs);
}

/**
 * The ICE servers of a client: those of the hook, or the configured ones. Each also has its first address as `url`, which the published
 * protocol describes (docs/protocols/easyrtc.md#14-differences-and-decisions, row 4).
 */
export function iceConfigOf(
  client: Client,
  { ice }: Pick<Context, 'ice'>,
  ofHook: readonly IceServer[] | undefined,
): IceConfig {
  const servers = ofHook ?? (mayRelay(client) ? ice.of(client).iceServers : ice.open);
  return { iceServers: servers.map((server) => ({ url: server.urls[0], ...server })) };
}

/** The same, when the hook has to be asked. @throws the errors of the hook */
export async function askIceConfig(client: Client, context: Context): Promise<IceConfig> {
  return iceConfigOf(client, context, await hookIceServers(client.visitor, context));
}

/** Whether the client is a participant, or has a token by which it may become one. */
export function mayRelay({ roomCount, bearer }: Client): boolean {
  return roomCount > 0 || (bearer?.claims !== undefined && mayJoinSomewhere(bearer));
}

/** Whether participants are told of more servers than others. */
export function hasRelays(client: Client, { ice }: Pick<Context, 'ice'>): boolean {
  return ice.of(client).iceServers.length > ice.open.length;
}
