import { Emitter } from './emitter.js';
import type { Room } from './room.js';
import { decibels } from './statistics.js';

export interface SpeakersOptions {
  /** A participant whose level is above it speaks, in dB. Servers tell pages theirs at /getThresholdSpeaker. Default: -50. */
  readonly thresholdDb?: number | undefined;
  /** How often the levels are read, in ms. Default: 300. */
  readonly intervalMs?: number | undefined;
}

export interface SpeakersEvents {
  /** By user name, ourselves included. */
  started: [string];
  stopped: [string];
  /** The participants that speak have changed: their names, the loudest first. */
  changed: [readonly string[]];
}

/** Tells which participants speak, from the levels that this browser hears. */
export class Speakers extends Emitter<SpeakersEvents> {
  readonly #room: Room;
  readonly #thresholdDb: number;
  readonly #timer: ReturnType<typeof setInterval>;
  #speaking: readonly string[] = [];
  #levels: ReadonlyMap<string, number> = new Map();
  #looking = false;

  constructor(room: Room, { thresholdDb = -50, intervalMs = 300 }: SpeakersOptions = {}) {
    super();
    this.#room = room;
    this.#thresholdDb = thresholdDb;
    this.#timer = setInterval(() => void this.#look(), intervalMs);
    room.on('closed', () => {
      this.close();
    });
  }

  /** The loudest first. */
  get speaking(): readonly string[] {
    return this.#speaking;
  }

  /** How loud that participant was when the levels were read last: 0 to 1, linear. `decibels` converts it. */
  levelOf(name: string): number {
    return this.#levels.get(name) ?? 0;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const levels = await Promise.all([this.#own(), ...this.#others()]);
    this.#looking = false;
    this.#levels = new Map(levels);
    const loud = levels
      .filter(([, level]) => decibels(level) > this.#thresholdDb)
      .sort(([, one], [, other]) => other - one)
      .map(([name]) => name);
    const before = this.#speaking;
    if (loud.join('\n') === before.join('\n')) return;
    this.#speaking = loud;
    for (const name of loud) if (!before.includes(name)) this.emit('started', name);
    for (const name of before) if (!loud.includes(name)) this.emit('stopped', name);
    this.emit('changed', loud);
  }

  async #own(): Promise<readonly [string, number]> {
    const { localPublication, user } = this.#room;
    if (!localPublication || localPublication.isMuted('audio')) return [user, 0];
    const { sent } = await localPublication.statistics();
    return [user, sent.audioLevel];
  }

  #others(): Promise<readonly [string, number]>[] {
    return [...this.#room.participants.values()].map(async ({ id, publications }) => {
      const [subscription] = [...publications.values()].flatMap(({ subscription: each }) => each ?? []);
      return [id, subscription ? (await subscription.statistics()).received.audioLevel : 0] as const;
    });
  }
}
