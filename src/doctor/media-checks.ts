import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { displayedUrl } from '../../media/displayed-url.js';
import { serverAddress } from '../../media/kurento/server-address.js';
import type { Config } from '../config.js';
import { checkHealth } from '../health-check.js';
import { relayHosts } from '../relay-hosts.js';
import { ownAddresses } from '../tls.js';
import { fail, ok, warn } from './found.js';
import type { Check, Found } from './found.js';
import { tryRelay } from './relay.js';

const infoAnswer = z.object({ result: z.object({ value: z.object({ version: z.string() }) }) });

/** How long a Kurento media server has for its answer, in ms. */
const patienceMs = 4_000;

/** Networks whose addresses nobody outside reaches (RFC 1918, RFC 6598, RFC 4193). */
const inner = /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd]|::1$)/i;

export const checkEngines: Check = async ({ kmsUris }) => {
  if (kmsUris.length > 0) return [];
  try {
    await import('node-datachannel');
    return [ok('the library of the embedded engine can be loaded')];
  } catch (error) {
    const why = (error as Error).message.split('\n')[0] ?? '';
    return [fail(`the library of the embedded engine cannot be loaded (${why}). Install again, or set KMS_URIS`)];
  }
};

export const checkMediaPorts: Check = async (config) => {
  const { kmsUris, mediaUdpPorts, mediaBindAddress } = config;
  if (kmsUris.length > 0) return [];
  const { first, last } = mediaUdpPorts;
  const text = `UDP ${first}-${last} (MEDIA_UDP_PORTS)`;
  // Its engine has them then.
  if ((await checkHealth(config)).isReachable) return [ok(`${text}: the server runs`)];
  const taken: number[] = [];
  for (const port of new Set([first, last])) if (!(await isFree(port, mediaBindAddress))) taken.push(port);
  if (taken.length === 0) return [ok(`${text}: the first and the last are free. A firewall has to let them in`)];
  return [warn(`${text}: ${taken.join(', ')} cannot be used; another program has it. Name other ports`)];
};

export const checkAddresses: Check = ({ kmsUris, ...config }) => {
  if (kmsUris.length > 0) return [];
  const { mediaAnnouncedAddresses, mediaExternalIpv4, mediaExternalIpv6, mediaStunServer, mediaTurnUrl } = config;
  const named = [...mediaAnnouncedAddresses, mediaExternalIpv4, mediaExternalIpv6].filter((text) => text !== '');
  const own = ownAddresses();
  const foreign = named.filter((address) => !own.includes(address));
  if (foreign.length > 0) {
    return [ok(`${foreign.join(', ')} (not of this machine: a NAT has to forward the media ports to it)`)];
  }
  const told = named.length > 0 ? named : own;
  if (told.some((address) => !inner.test(address))) return [ok(told.join(', '))];
  if (mediaStunServer || mediaTurnUrl !== '') return [ok('found by MEDIA_STUN_SERVER or MEDIA_TURN_URL')];
  const where = told.length === 0 ? 'this machine alone' : `${told.join(', ')}: its own network alone`;
  return [warn(`clients reach ${where}. For others set MEDIA_ANNOUNCED_ADDRESSES to the public address`)];
};

export const checkMediaRelays: Check = async (config) => {
  const { stunServer, turnUrl } = await relayHosts(config);
  const [, username = '', credential = '', place = ''] = /^([^:]*):(.*)@(.*)$/.exec(turnUrl ?? '') ?? [];
  const relays = [
    ...(stunServer ? [{ url: `stun:${stunServer.address}:${stunServer.port}` }] : []),
    ...(turnUrl === undefined ? [] : [{ url: `turn:${place}`, username, credential }]),
  ];
  return Promise.all(
    relays.map(async (relay): Promise<Found> => {
      try {
        await tryRelay(relay);
        return ok(relay.url);
      } catch (error) {
        const option = relay.url.startsWith('stun') ? 'MEDIA_STUN_SERVER' : 'MEDIA_TURN_URL';
        return fail(`${option}, ${relay.url}: ${(error as Error).message}. Look whether it runs and lets us in`);
      }
    }),
  );
};

export const checkKurento: Check = ({ kmsUris }: Config) =>
  Promise.all(
    kmsUris.map(async (url): Promise<Found> => {
      const shown = displayedUrl(url);
      try {
        return ok(`${shown}: version ${await versionOf(url)}`);
      } catch (error) {
        return fail(
          `${shown}: ${(error as Error).message}. Look whether it runs, and whether KMS_URIS has its port and path`,
        );
      }
    }),
  );

/** Rejects when it does not answer as a Kurento media server does. */
async function versionOf(url: string): Promise<string> {
  const { url: address, headers } = serverAddress(url);
  const socket = new WebSocket(address, { handshakeTimeout: patienceMs, headers });
  const signal = AbortSignal.timeout(patienceMs);
  try {
    await once(socket, 'open', { signal });
    const answered = once(socket, 'message', { signal });
    const params = { object: 'manager_ServerManager', operation: 'getInfo' };
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'invoke', params }));
    const [data] = (await answered) as [Buffer];
    const { success, data: answer } = infoAnswer.safeParse(jsonIn(data.toString()));
    if (!success) throw new Error('it answers, and not as a Kurento media server does');
    return answer.result.value.version;
  } catch (error) {
    throw signal.aborted ? new Error(`it does not answer within ${patienceMs / 1_000} s`) : error;
  } finally {
    socket.on('error', () => undefined).terminate();
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function isFree(port: number, bindAddress: string): Promise<boolean> {
  const socket = createSocket(isIPv6(bindAddress) ? 'udp6' : 'udp4');
  try {
    const bound = once(socket, 'listening');
    socket.bind({ port, exclusive: true, ...(bindAddress !== '' && { address: bindAddress }) });
    await bound;
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
