import type { Config } from '../config.js';
import { checkAddresses } from './address-check.js';
import { fail } from './found.js';
import type { Check, Found } from './found.js';
import { checkKurento } from './kurento-check.js';
import { checkAccess, checkConfiguration, checkPorts, checkTls } from './own-checks.js';
import { checkEngines, checkMediaRelays } from './media-checks.js';
import { checkReach } from './reach-check.js';
import type { Elsewhere } from './reach-check.js';
import { checkRecordingsSpace } from './recordings-check.js';
import { checkRelays } from './relay-checks.js';
import { checkWebhooks } from './webhook-checks.js';

/** One line of `atrium doctor`. */
export interface Finding extends Found {
  /** What was looked at. */
  readonly what: string;
}

/** What is looked at besides the configuration. */
export interface Looks {
  /** What sends datagrams to the media ports. Undefined: this machine. */
  readonly elsewhere: Elsewhere | undefined;
  /** Whether a call is tried. */
  readonly hasCall: boolean;
}

/** In the order of the lines. A check that throws has failed, with the message of the error. */
const checks = ({ elsewhere }: Looks): readonly (readonly [what: string, check: Check])[] => [
  ['configuration', checkConfiguration],
  ['access', checkAccess],
  ['ports', checkPorts],
  ['TLS', checkTls],
  ['media engine', checkEngines],
  ['announced addresses', checkAddresses],
  ['media ports', (config) => checkReach(config, elsewhere)],
  ['media relays', checkMediaRelays],
  ['Kurento media server', checkKurento],
  ['STUN and TURN', checkRelays],
  ['webhooks', checkWebhooks],
  ['recordings', checkRecordingsSpace],
];

/** Looks at everything that the configuration needs. Never rejects. */
export async function findings(config: Config, now: number, looks: Looks): Promise<readonly Finding[]> {
  const seen = async ([what, check]: readonly [what: string, check: Check]): Promise<readonly Finding[]> => {
    try {
      return (await check(config, now)).map((each) => ({ what, ...each }));
    } catch (error) {
      return [{ what, ...fail((error as Error).message) }];
    }
  };
  const found = await Promise.all(checks(looks).map(seen));
  // It takes media ports, which others have looked at by now.
  return [...found.flat(), ...(looks.hasCall ? await seen(['call', callFound]) : [])];
}

/** A whole server is loaded for it. */
async function callFound(config: Config): Promise<readonly Found[]> {
  const { checkCall } = await import('./call-check.js');
  return checkCall(config);
}
