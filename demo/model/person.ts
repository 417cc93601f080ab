import { signal } from '@preact/signals';
import type { ConnectionStatistics, Rates } from '../../client/index.js';

/** How well sound and picture of a participant come through. */
export type Quality = 'good' | 'fair' | 'poor' | 'unknown';

/** What the statistics show of one connection. */
export interface Figures {
  readonly rates: Rates;
  readonly statistics: ConnectionStatistics;
}

/** A participant on the stage, the user of this page included. */
export class Person {
  readonly name: string;
  readonly own: boolean;
  readonly stream = signal<MediaStream | undefined>(undefined);
  /** Shown in place of the picture: why there is none. */
  readonly note = signal('');
  /** The picture was lost, and is expected back. */
  readonly reconnecting = signal(false);
  readonly muted = signal(false);
  readonly speaking = signal(false);
  readonly publishes = signal(false);
  readonly figures = signal<Figures | undefined>(undefined);

  constructor(name: string, own: boolean) {
    this.name = name;
    this.own = own;
  }

  get quality(): Quality {
    const figures = this.figures.value;
    if (!figures) return 'unknown';
    return qualityOf(figures.rates.loss, figures.statistics.roundTrip ?? 0);
  }
}

/** @param roundTrip in seconds */
export function qualityOf(loss: number, roundTrip: number): Quality {
  if (loss > 0.08 || roundTrip > 0.6) return 'poor';
  return loss > 0.02 || roundTrip > 0.3 ? 'fair' : 'good';
}

export function initial(name: string): string {
  const [first = '?'] = name.trim();
  return first.toUpperCase();
}

/** The hue of a name, in degrees. A person has the same colour on every screen. */
export function hueOf(name: string): number {
  let hash = 7;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 3600;
  return (hash * 47) % 360;
}
