import { Durations } from '../durations.js';
import { Tally } from '../tally.js';
import type { EngineFigures } from './engine-figures.js';
import type { CarriedMedia } from './port.js';

/** What one media server was asked for since the start, and what it has told of its media. */
export class ServerFigures {
  readonly calls = new Tally<readonly [call: string, outcome: string]>();
  /** How long calls took that were answered, by what was asked for. */
  readonly callTimes = new Map<string, Durations>();
  /** The last that it has told. Undefined: nothing, as those that are not of this project. */
  media: EngineFigures | undefined;
  /** What each of its endpoints has carried of late, by id. Empty while it does not tell. */
  carried: ReadonlyMap<string, CarriedMedia> = new Map();
  /** Hears of each call, in the asynchronous context of the caller. Default: nobody does. */
  onCall: ((call: string, outcome: string, ms: number) => void) | undefined;

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
