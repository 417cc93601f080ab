import { Histogram } from '../../../histogram.js';
import type { RtpKind } from '../codecs/codec.js';
import type { Pulse } from './pulse.js';

/** in: from the client. out: to it. */
export type MediaDirection = 'in' | 'out';

/** Upper bounds of the classes of each histogram. */
const bounds = {
  media_loss_ratio: [0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5],
  media_jitter_seconds: [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25],
  media_rtt_seconds: [0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 0.6, 1, 2],
  room_bitrate_bits: [1e5, 2.5e5, 5e5, 1e6, 2.5e6, 5e6, 1e7, 2.5e7, 5e7, 1e8],
  offer_to_connected_seconds: [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30],
  connected_to_media_seconds: [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30],
} as const;

export type MediaHistogram = keyof typeof bounds;

/** What is counted of a stream. */
export type MediaCounter =
  | 'packets'
  | 'bytes'
  | 'lost_packets'
  | 'nacks'
  | 'keyframe_requests'
  | 'retransmitted_packets';

/** The steps of a connection: the two sides find each other, agree on keys, and the first packet passes. */
export type MediaStep = 'ice' | 'dtls' | 'media';

type Labels = Readonly<Record<string, string>>;

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

/** Of pipelines by their widest audience and its publisher, the largest first. */
const sizes = [
  [51, '51+'],
  [13, '13-50'],
  [6, '6-12'],
  [3, '3-5'],
] as const;

/**
 * What the engine has carried since its start. The counters are those that streams have anyway: every ten seconds, and when an endpoint ends,
 * what is new of them is added up. No packet costs anything here.
 */
export class MediaFigures {
  readonly #counters = new Map<string, { readonly name: string; readonly labels: Labels; value: number }>();
  readonly #histograms = new Map<string, { readonly name: string; readonly labels: Labels; readonly of: Histogram }>();
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

  count(name: MediaCounter, direction: MediaDirection, kind: RtpKind, value: number): void {
    if (value > 0) this.#count(name, { direction, kind }, value);
  }

  /** A step of a connection went well, or did not. */
  step(step: MediaStep, outcome: 'ok' | 'failed'): void {
    this.#count('step', { step, outcome }, 1);
  }

  measured(name: MediaHistogram, labels: Labels, value: number): void {
    const key = keyOf(name, labels);
    let histogram = this.#histograms.get(key);
    if (!histogram) this.#histograms.set(key, (histogram = { name, labels, of: new Histogram(bounds[name]) }));
    histogram.of.add(value);
  }

  /** As the protocol tells it. */
  get told(): object {
    return {
      counters: [...this.#counters.values()],
      histograms: [...this.#histograms.values()].map(({ name, labels, of: { counts, sum, count } }) => ({
        ...{ name, labels, counts: [...counts], sum, count },
      })),
      endpoints: [...this.#endpoints].flatMap(({ carried }) => carried ?? []),
    };
  }

  #count(name: string, labels: Labels, value: number): void {
    const key = keyOf(name, labels);
    const counter = this.#counters.get(key);
    if (counter) counter.value += value;
    else this.#counters.set(key, { name, labels, value });
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
    for (const { size: people, ...bytes } of pipelines.values()) {
      const size = sizes.find(([least]) => people >= least)?.[1] ?? '1-2';
      for (const direction of ['in', 'out'] as const)
        this.measured('room_bitrate_bits', { direction, size }, (bytes[direction] * 8) / seconds);
    }
  }
}

function keyOf(name: string, labels: Labels): string {
  return [name, ...Object.values(labels)].join(' ');
}
