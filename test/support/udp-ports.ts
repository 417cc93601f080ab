/**
 * UDP ports for the media engines and TURN servers of the tests. `scripts/test.mjs` runs several processes side by side, each with
 * its TEST_LANE. All ports are below those that Linux gives to sockets that ask for any port (32768 to 60999).
 */
const lowest = 20_000;
const portsOfLane = 3_000;
const first = lowest + portsOfLane * Number(process.env.TEST_LANE ?? 0);

/** The first port differs between runs, because other working copies may run on the same machine. */
let next = Math.floor(Math.random() * portsOfLane);

export interface UdpRange {
  readonly first: number;
  readonly last: number;
}

/** A range that no engine uses that was started recently. */
export function udpRange(count = 200): UdpRange {
  if (next + count > portsOfLane) next = 0;
  const range = { first: first + next, last: first + next + count - 1 };
  next += count;
  return range;
}

/** The range in the form of the option, such as `20000-20199`. */
export function udpPorts(count?: number): string {
  const range = udpRange(count);
  return `${range.first}-${range.last}`;
}
