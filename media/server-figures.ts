import { Durations } from '../durations.js';
import { Tally } from '../tally.js';
import type { EngineFigures } from './engine-figures.js';
import type { CarriedMedia } from './port.js';

/** What is known of all that a media server has carried. */
export interface Told {
  readonly figures: EngineFigures;
  /** Which part of its endpoints was looked at in the last ten seconds: 1 for all of them. */
  readonly sampledRatio: number;
}

/** What one media server was asked for since the start, and what is known of its media. */
export class ServerFigures {
  readonly calls = new Tally<readonly [call: string, outcome: string]>();
  /** How long calls took that were answered, by what was asked for. */
  readonly callTimes = new Map<string, Durations>();
  /** What became of the offers of clients, and of the answers of the media server. */
  readonly steps = new Tally<readonly [step: 'offer' | 'answer', outcome: 'ok' | 'failed']>();
  /** What each of its endpoints has carried of late, by id, where it tells that in one answer. */
  carried: ReadonlyMap<string, CarriedMedia> = new Map();
  /** Reads what it has carried since its start. Default: nobody knows. */
  readTold: () => Told | undefined = () => undefined;
  /** Hears of each call, in the asynchronous context of the caller. Default: nobody does. */
  onCall: ((call: string, outcome: string, ms: number) => void) | undefined;

  get told(): Told | undefined {
    return this.readTold();
  }

  /** @param call of a closed list. @param outcome `ok`, or the code of the MediaError */
  took(call: string, outcome: string, ms: number): void {
    this.calls.add(call, outcome);
    this.onCall?.(call, outcome, ms);
    if (outcome !== 'ok') return;
    let times = this.callTimes.get(call);
    if (!times) this.callTimes.set(call, (times = new Durations()));
    times.took(ms);
  }
}
