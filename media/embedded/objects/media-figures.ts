import { MediaSums } from '../../../media-sums.js';
import type { MediaDirection } from '../../../media-sums.js';
import type { Pulse } from './pulse.js';

/** An endpoint, as far as its figures go. */
export interface Sampled {
  readonly pipeline: string;
  /** What it carried between the last two samples. Undefined: nothing. */
  readonly carried: Carried | undefined;
  /** How many receive its media. */
  readonly audience: number;
  /** Adds what has happened since the last call. @returns the bytes of media since then */
  sample(): Readonly<Record<MediaDirection, number>>;
}

/** What one endpoint has carried, as the protocol tells it. */
export interface Carried {
  /** Of the endpoint. */
  readonly id: string;
  readonly packetsIn: number;
  /** Of the stream that lost most, 0 to 1. */
  readonly loss: number;
  /** Absent: no report of the client has told it. */
  readonly roundTripMs?: number;
}

/** How often endpoints are looked at, in ms. */
const periodMs = 10_000;

/**
 * What the engine has carried since its start. The counters are those that streams have anyway: every ten seconds, and when an endpoint ends,
 * what is new of them is added up. No packet costs anything here.
 */
export class MediaFigures {
  readonly sums = new MediaSums();
  readonly #endpoints = new Set<Sampled>();
  #sampledAt: number;

  constructor(pulse: Pulse) {
    this.#sampledAt = pulse.now();
    pulse.add(
      (now) => {
        if (now - this.#sampledAt >= periodMs) this.#sample(now);
      },
      () => undefined,
    );
  }

  add(endpoint: Sampled): void {
    this.#endpoints.add(endpoint);
  }

  /** The endpoint ends. */
  remove(endpoint: Sampled): void {
    if (this.#endpoints.delete(endpoint)) endpoint.sample();
  }

  /** As the protocol tells it. */
  get told(): object {
    return { ...this.sums.told, endpoints: [...this.#endpoints].flatMap(({ carried }) => carried ?? []) };
  }

  #sample(now: number): void {
    const seconds = (now - this.#sampledAt) / 1_000;
    this.#sampledAt = now;
    const pipelines = new Map<string, { in: number; out: number; size: number }>();
    for (const endpoint of this.#endpoints) {
      const sum = pipelines.get(endpoint.pipeline) ?? { in: 0, out: 0, size: 1 };
      pipelines.set(endpoint.pipeline, sum);
      const bytes = endpoint.sample();
      sum.in += bytes.in;
      sum.out += bytes.out;
      sum.size = Math.max(sum.size, endpoint.audience + 1);
    }
    for (const sum of pipelines.values())
      this.sums.roomMeasured(sum.size, { in: (sum.in * 8) / seconds, out: (sum.out * 8) / seconds });
  }
}
