import { relayHosts } from '../relay-hosts.js';
import { fail, ok } from './found.js';
import type { Check, Found } from './found.js';
import { tryRelay } from './relay.js';

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
