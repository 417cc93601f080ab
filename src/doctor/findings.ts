import type { Config } from '../config.js';
import { fail } from './found.js';
import type { Check, Found } from './found.js';
import { checkAccess, checkConfiguration, checkPorts, checkTls } from './own-checks.js';
import { checkAddresses, checkEngines, checkKurento, checkMediaPorts, checkMediaRelays } from './media-checks.js';
import { checkRecordingsSpace } from './recordings-check.js';
import { checkRelays } from './relay-checks.js';
import { checkWebhooks } from './webhook-checks.js';

/** One line of `atrium doctor`. */
export interface Finding extends Found {
  /** What was looked at. */
  readonly what: string;
}

/** In the order of the lines. A check that throws has failed, with the message of the error. */
const checks: readonly (readonly [what: string, check: Check])[] = [
  ['configuration', checkConfiguration],
  ['access', checkAccess],
  ['ports', checkPorts],
  ['TLS', checkTls],
  ['media engine', checkEngines],
  ['media ports', checkMediaPorts],
  ['announced addresses', checkAddresses],
  ['media relays', checkMediaRelays],
  ['Kurento media server', checkKurento],
  ['STUN and TURN', checkRelays],
  ['webhooks', checkWebhooks],
  ['recordings', checkRecordingsSpace],
];

/** Looks at everything that the configuration needs. Starts nothing. Never rejects. */
export async function findings(config: Config, now: number): Promise<readonly Finding[]> {
  const found = await Promise.all(
    checks.map(async ([what, check]) => {
      try {
        return (await check(config, now)).map((each) => ({ what, ...each }));
      } catch (error) {
        return [{ what, ...fail((error as Error).message) }];
      }
    }),
  );
  return found.flat();
}
