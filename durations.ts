import { Histogram } from './histogram.js';

/** Upper bounds of the classes, in s. */
const usualBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** How long things took, in s. */
export class Durations extends Histogram {
  constructor(bounds: readonly number[] = usualBounds) {
    super(bounds);
  }

  took(ms: number): void {
    this.add(ms / 1_000);
  }
}
