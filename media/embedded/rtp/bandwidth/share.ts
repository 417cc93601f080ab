/** One stream of video to a receiver, as far as its share of the bandwidth goes. */
export interface Claim {
  /** The greater one goes first: a screen before the active speaker before others. */
  readonly priority: number;
  /** Pixels that the receiver shows of it. Of equal priority the larger one goes first. */
  readonly area: number;
  /** What each layer costs, with fewer pictures and with all, in bit/s, the cheapest first. */
  readonly costs: readonly number[];
  /** Place in `costs` of the layer that is sent at present; -1: none is. */
  readonly current: number;
  /** Place of the best layer that is of use; -1: the receiver wants none. */
  readonly wanted: number;
  /** Place of the smallest layer with all its pictures: each stream gets that before any gets more. Default: 0. */
  readonly smallest?: number;
  /** Its picture is sent in one size: its publisher can be asked for less. */
  readonly isOfOneSize?: boolean;
}

/**
 * A layer that is not sent yet must leave this much room: estimates swing by a tenth, and a picture that gets better
 * and worse all the time is worse than one that stays.
 */
export const room = 1.15;

/**
 * Shares the bandwidth that audio leaves. Each stream gets the cheapest there is of it first, in the order of their priority; then each gets all
 * pictures of its smallest layer; then the first one gets all that it wants, then the next. @param bitrate in bit/s
 * @returns for each claim the place of its layer; -1: it gets none
 */
export function shared(bitrate: number, claims: readonly Claim[]): number[] {
  const granted = claims.map(() => -1);
  const order = [...claims.keys()].sort((one, other) => compare(claims[one], claims[other]) || one - other);
  let used = 0;
  for (const place of order) grant(place, 0);
  for (const place of order)
    for (let layer = 1; layer <= (claims[place]?.smallest ?? 0) && grant(place, layer); layer++);
  for (const place of order) for (let layer = Math.max(1, (granted[place] ?? 0) + 1); grant(place, layer); layer++);
  return granted;

  function grant(place: number, layer: number): boolean {
    const claim = claims[place];
    const cost = claim?.costs[layer];
    if (!claim || cost === undefined || layer > claim.wanted || granted[place] !== layer - 1) return false;
    const all = used + cost - (claim.costs[layer - 1] ?? 0);
    if (all * (layer > claim.current ? room : 1) > bitrate) return false;
    used = all;
    granted[place] = layer;
    return true;
  }
}

function compare(one: Claim | undefined, other: Claim | undefined): number {
  if (!one || !other) return 0;
  return other.priority - one.priority || other.area - one.area;
}
