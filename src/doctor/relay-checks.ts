import { IceServers } from '../../access/index.js';
import { fail, ok, warn } from './found.js';
import type { Check, Found } from './found.js';
import { tryRelay } from './relay.js';
import type { Relay } from './relay.js';

/** The STUN and TURN servers that clients are told of, asked from this machine with credentials as a client gets them. */
export const checkRelays: Check = async (config, now) => {
  const { iceServers } = new IceServers(
    () => config,
    () => now,
  ).of({});
  const relays = iceServers.flatMap(({ urls, username, credential }) =>
    urls.map((url) => ({ url, username, credential })),
  );
  if (!relays.some(({ url }) => /^turns?:/i.test(url))) {
    const text = 'no TURN server: clients behind strict firewalls get no media. TURN_URLS and TURN_SECRET name one';
    return [...(await Promise.all(relays.map(found))), warn(text)];
  }
  return Promise.all(relays.map(found));
};

async function found(relay: Relay): Promise<Found> {
  try {
    await tryRelay(relay);
    return ok(relay.url);
  } catch (error) {
    const text = `${relay.url}: ${(error as Error).message}`;
    const trusted = /^turns:/i.test(relay.url) ? ', whether its certificate is trusted' : '';
    return fail(
      `${text}. Look whether it runs, whether its firewall lets us in${trusted}, and whether it has the same secret`,
    );
  }
}
