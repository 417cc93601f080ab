import type { Log } from '../../log.js';
import { MediaError } from '../errors.js';
import type { MediaElement } from '../port.js';
import type { Branch } from './branch.js';
import type { RelaysOfElements, SpreadElement } from './element.js';
import { SpreadEndpoint } from './spread-endpoint.js';
import type { RelayFacts } from './records.js';
import type { Later, RelayOptions } from './relay.js';
import { Relay } from './relay.js';

export interface RelaysOptions {
  /** How long a relay stays without sinks, in ms. */
  readonly lingerMs: number;
  readonly later: Later;
  readonly log: Log;
  /** Calls what releases an end, at once or when it is safe. */
  readonly release: (effect: () => void) => void;
  readonly branchAt: (url: string) => Branch | undefined;
  /** An endpoint or filter of the pipeline, by its id. */
  readonly elementOf: (id: string) => SpreadElement | undefined;
}

interface Known {
  readonly relay: Relay;
  readonly source: string;
  readonly near: Branch;
  readonly far: Branch;
}

/** The relays of one pipeline: at most one for each endpoint and media server. Their one owner. */
export class Relays implements RelaysOfElements {
  readonly #options: RelaysOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: RelaysOptions) {
    this.#options = options;
  }

  from(source: string, to: Branch): Relay {
    const known = this.find(source, to);
    if (known) return known;
    const endpoint = this.#options.elementOf(source);
    if (!(endpoint instanceof SpreadEndpoint)) throw new MediaError('object-gone', 'The source has been lost');
    const { branch: near, inner } = endpoint;
    return this.#add({ source, near, far: to }, (options) => Relay.open(inner, options));
  }

  find(source: string, to: Branch): Relay | undefined {
    return this.#known.get(keyOf(source, to))?.relay;
  }

  /** Goes on with one that another process has opened. Undefined: its source is on a media server that is not used any more. */
  adopt({ source, from, near: nearEnd, far: farEnd }: RelayFacts, to: Branch): Relay | undefined {
    const near = this.#options.branchAt(from);
    if (!near?.isOpen) return undefined;
    const known = this.find(source, to);
    return known ?? this.#add({ source, near, far: to }, (options) => Relay.adopt(nearEnd, farEnd, options));
  }

  /** What was adopted without its source carries nothing. */
  closeWithoutSource(): void {
    this.#end(
      ({ source }) => this.#options.elementOf(source) === undefined,
      (relay) => {
        relay.close();
      },
    );
  }

  /** `inner`: the element on its media server. */
  elementEnded({ id }: SpreadElement, inner: MediaElement): void {
    for (const { relay } of this.#known.values()) relay.feederEnded(inner);
    this.#end(
      ({ source }) => source === id,
      (relay) => {
        relay.close();
      },
    );
  }

  elementLetGo({ id }: SpreadElement): void {
    this.#end(
      ({ source }) => source === id,
      (relay) => {
        relay.letGo();
      },
    );
  }

  branchLost(branch: Branch): void {
    this.#end(
      ({ near, far }) => near === branch || far === branch,
      (relay) => {
        relay.close();
      },
    );
  }

  close(): void {
    this.#end(
      () => true,
      (relay) => {
        relay.close();
      },
    );
  }

  letGo(): void {
    this.#end(
      () => true,
      (relay) => {
        relay.letGo();
      },
    );
  }

  #end(which: (known: Known) => boolean, end: (relay: Relay) => void): void {
    for (const known of [...this.#known.values()]) if (which(known)) end(known.relay);
  }

  #add({ source, near, far }: Omit<Known, 'relay'>, make: (options: RelayOptions) => Relay): Relay {
    const key = keyOf(source, far);
    const stopUsing = [near.use(), far.use()];
    const { lingerMs, later, log, release } = this.#options;
    const relay: Relay = make({
      ...{ lingerMs, later, log, release },
      near: near.pipeline,
      far: far.pipeline,
      origin: { source, from: near.url },
      ended: () => {
        if (this.#known.get(key)?.relay === relay) this.#known.delete(key);
        for (const stop of stopUsing) stop();
      },
    });
    this.#known.set(key, { relay, source, near, far });
    return relay;
  }
}

function keyOf(source: string, { url }: Branch): string {
  return `${source} ${url}`;
}
