import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What is used of a histogram of Node, in ns. */
interface Histogram {
  percentile(percentile: number): number;
  reset(): void;
}

/** A delay that clients notice, in ms. */
const longMs = 1_000;
/** How long delays must be long, in ms. */
const lastingMs = 10_000;
/** How often it is looked, in ms. */
const everyMs = 1_000;

/** Whether what this process should do has been late for so long that clients should go to another server. */
export class EventLoopDelays {
  readonly #histogram: Histogram;
  readonly #now: () => number;
  #lookedAt: number;
  /** Undefined while delays are not long. */
  #longSince: number | undefined;

  /** @param now in ms, from any beginning */
  constructor(histogram: Histogram, now: () => number) {
    this.#histogram = histogram;
    this.#now = now;
    this.#lookedAt = now();
  }

  get areLong(): boolean {
    return this.#longSince !== undefined && this.#now() - this.#longSince >= lastingMs;
  }

  /** Called every second, or later where there are delays. */
  look(): void {
    const isLong = this.#histogram.percentile(99) / 1e6 > longMs;
    this.#histogram.reset();
    this.#longSince = isLong ? (this.#longSince ?? this.#lookedAt) : undefined;
    this.#lookedAt = this.#now();
  }
}

/** Of this process. */
export function watchEventLoop(): { readonly delays: EventLoopDelays; readonly stop: () => void } {
  const histogram = monitorEventLoopDelay({ resolution: 20 });
  histogram.enable();
  const delays = new EventLoopDelays(histogram, () => performance.now());
  const timer = setInterval(() => {
    delays.look();
  }, everyMs).unref();
  return {
    delays,
    stop: () => {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
