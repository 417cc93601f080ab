import type { ConnectionStatistics, MediaStatistics } from './statistics.js';
import { ratesBetween } from './statistics.js';

/** How well sound and picture come through. `unknown` while they do not. */
export type Quality = 'good' | 'fair' | 'poor' | 'unknown';

/** What quality is found from. */
export interface Symptoms {
  /** Share of the packets that were lost, 0 to 1. */
  readonly loss: number;
  /** Seconds. */
  readonly roundTrip: number;
  /** How much the time between packets varies, in seconds. */
  readonly jitter: number;
  /** Share of the time in which the picture stood still, 0 to 1. */
  readonly frozen: number;
}

/** Above these values, people notice. */
const fairFrom: Symptoms = { loss: 0.02, roundTrip: 0.3, jitter: 0.05, frozen: 0.05 };
/** Above these, they complain. */
const poorFrom: Symptoms = { loss: 0.08, roundTrip: 0.6, jitter: 0.12, frozen: 0.25 };
/** Readings that count: one bad moment is over soon. */
const mostReadings = 4;

export function qualityOf(symptoms: Symptoms): Quality {
  if (exceeds(symptoms, poorFrom)) return 'poor';
  return exceeds(symptoms, fairFrom) ? 'fair' : 'good';
}

const order: readonly Quality[] = ['poor', 'fair', 'good'];

/** The worst that is known. */
export function worstOf(qualities: readonly Quality[]): Quality {
  return order.find((quality) => qualities.includes(quality)) ?? 'unknown';
}

interface Reading {
  /** In ms, since any moment. */
  readonly at: number;
  readonly statistics: ConnectionStatistics;
}

/** The quality of one media connection, from the readings of the last seconds. */
export class QualityMeter {
  readonly #side: 'sent' | 'received';
  #readings: readonly Reading[] = [];

  /** @param side which way the quality matters */
  constructor(side: 'sent' | 'received') {
    this.#side = side;
  }

  /** The packets come no more. */
  reset(): void {
    this.#readings = [];
  }

  take(reading: Reading): Quality {
    this.#readings = [...this.#readings, reading].slice(-mostReadings);
    const [first = reading] = this.#readings;
    const seconds = (reading.at - first.at) / 1000;
    if (seconds <= 0) return 'unknown';
    const [before, after] = [first.statistics[this.#side], reading.statistics[this.#side]];
    return qualityOf({
      loss: ratesBetween(before, after, seconds).loss,
      roundTrip: reading.statistics.roundTrip ?? 0,
      jitter: after.jitter,
      frozen: frozenBetween(before, after) / seconds,
    });
  }
}

function frozenBetween(before: MediaStatistics, after: MediaStatistics): number {
  return Math.max(0, after.frozen - before.frozen);
}

function exceeds(symptoms: Symptoms, limits: Symptoms): boolean {
  return (Object.keys(limits) as (keyof Symptoms)[]).some((name) => symptoms[name] > limits[name]);
}
