import { Histogram } from './histogram.js';

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
export const mediaCounters = [
  'packets',
  'bytes',
  'lost_packets',
  'nacks',
  'keyframe_requests',
  'retransmitted_packets',
] as const;
export type MediaCounter = (typeof mediaCounters)[number];

/** The steps of a connection: the two sides find each other, agree on keys, and the first packet passes. */
export type MediaStep = 'ice' | 'dtls' | 'media';

type Labels = Readonly<Record<string, string>>;

interface Counter {
  readonly name: string;
  readonly labels: Labels;
  value: number;
}

interface LabelledHistogram {
  readonly name: string;
  readonly labels: Labels;
  readonly of: Histogram;
}

/** Of rooms by their widest audience and its publisher, the largest first. */
const sizes = [
  [51, '51+'],
  [13, '13-50'],
  [6, '6-12'],
  [3, '3-5'],
] as const;

/** What a media server has carried, added up. Nothing in it ever becomes less. */
export class MediaSums {
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, LabelledHistogram>();

  /** Of a stream. */
  count(name: MediaCounter, direction: MediaDirection, kind: 'audio' | 'video', value: number): void {
    if (value > 0) this.#count(name, { direction, kind }, value);
  }

  /** So many seconds more of this layer were sent to a receiver. Layers are counted from the smallest. */
  layerSeconds(layer: number, value: number): void {
    if (value > 0) this.#count('layer_seconds', { layer: String(layer) }, value);
  }

  /** So many receivers more get this layer in place of another one. */
  layerSwitches(layer: number, reason: string, value: number): void {
    if (value > 0) this.#count('layer_switches', { layer: String(layer), reason }, value);
  }

  /** So many seconds more a receiver was sent less than all pictures of a stream. */
  lessSeconds(how: string, value: number): void {
    if (value > 0) this.#count('less_seconds', { how }, value);
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

  /** @param people how many are in the room, as far as that shows in its media. @param bits in a second */
  roomMeasured(people: number, bits: Readonly<Record<MediaDirection, number>>): void {
    const size = sizes.find(([least]) => people >= least)?.[1] ?? '1-2';
    for (const direction of ['in', 'out'] as const)
      this.measured('room_bitrate_bits', { direction, size }, bits[direction]);
  }

  /** As the protocol tells it (docs/protocols/kurento-media.md#5-servermanager). */
  get told(): {
    counters: Counter[];
    histograms: (Omit<LabelledHistogram, 'of'> & { counts: [number, number][]; sum: number; count: number })[];
  } {
    return {
      counters: [...this.#counters.values()].map((counter) => ({ ...counter })),
      histograms: [...this.#histograms.values()].map(({ name, labels, of: { counts, sum, count } }) => ({
        ...{ name, labels, counts: [...counts], sum, count },
      })),
    };
  }

  #count(name: string, labels: Labels, value: number): void {
    const key = keyOf(name, labels);
    const counter = this.#counters.get(key);
    if (counter) counter.value += value;
    else this.#counters.set(key, { name, labels, value });
  }
}

function keyOf(name: string, labels: Labels): string {
  return [name, ...Object.values(labels)].join(' ');
}
