import { configOf } from '../../src/config.js';
import type { GivenConfig } from '../../src/config.js';
import type { DoorsOptions } from '../../transport/doors.js';
import type { Gate, Refused } from '../../transport/gate/gate.js';
import { connectionLimits, gateOf } from '../../transport/options.js';

/** A gate with the defaults of the server but for some options. */
export function testGate(given: GivenConfig = {}, onRefused: (refused: Refused) => void = () => undefined): Gate {
  return gateOf(configOf(given), onRefused);
}

/** For doors with the defaults of the server but for some options. */
export function doorsOptions(
  given: GivenConfig = {},
  onRefused?: (refused: Refused) => void,
): Pick<DoorsOptions, 'gate' | 'maxConnections' | keyof ReturnType<typeof connectionLimits>> {
  const config = configOf(given);
  return { ...connectionLimits(config), gate: testGate(given, onRefused), maxConnections: config.maxConnections };
}
