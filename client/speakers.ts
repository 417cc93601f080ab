import { Emitter } from './emitter.js';
import { givenLike, givenMsOrNone, givenNumber, givenObject } from './given.js';
import type { Room } from './room.js';
import { decibels, type ConnectionStatistics } from './statistics.js';

/** What counts as speaking. */
export interface SpeakersOptions {
  /** A participant whose level is above it speaks, in dB. Servers tell pages theirs at /getThresholdSpeaker. Default: -50. */
  readonly thresholdDb?: number | undefined;
  /** How often the levels are read, in ms. Default: 300. */
  readonly intervalMs?: number | undefined;
}

/** What `Speakers` tell. */
export interface SpeakersEvents {
  /** A participant begins to speak: the user name, which may be our own. */
  started: [string];
  /** A participant speaks no more. */
  stopped: [string];
  /** The participants that speak have changed: their names, the loudest first. */
  changed: [readonly string[]];
}

/** More often would cost more than it tells. */
const leastIntervalMs = 20;

/** Tells which participants speak: from the levels that this browser hears, and of others from what the server tells. */
export class Speakers extends Emitter<SpeakersEvents> {
  readonly #room: Room;
  readonly #thresholdDb: number;
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  readonly #deaf: () => void;
  #speaking: readonly string[] = [];
  #levels: ReadonlyMap<string, number> = new Map();
  #looking = false;
  #closed = false;

  /** Begins to read the levels of the room; ends with it. Throws `invalid-argument`. */
  constructor(room: Room, options: SpeakersOptions = {}) {
    super();
    const { thresholdDb = -50, intervalMs = 300 } = givenObject(options, 'The options');
    givenNumber(thresholdDb, '`thresholdDb`');
    givenMsOrNone(intervalMs, '`intervalMs`', leastIntervalMs);
    this.#room = givenLike(room, '`room`', 'join', 'publish');
    this.#thresholdDb = thresholdDb;
    this.#deaf = room.on('closed', () => {
      this.close();
    });
    if (room.state !== 'closed') this.#timer = setInterval(() => void this.#look(), intervalMs);
  }

  /** The user names of those that speak, the loudest first. */
  get speaking(): readonly string[] {
    return this.#speaking;
  }

  /** How loud that participant was when the levels were read last: 0 to 1, linear. `decibels` converts it. */
  levelOf(name: string): number {
    return this.#levels.get(name) ?? 0;
  }

  /** Ends the measuring, as the end of the room does. No event follows. */
  close(): void {
    this.#closed = true;
    this.#deaf();
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const heard = await Promise.all([this.#own(), ...this.#others()]);
    this.#looking = false;
    if (this.#closed) return;
    const told = new Map(this.#room.activeSpeakers.map(({ id, level }) => [id, level]));
    const levels = heard.map(([name, level]) => [name, level || (told.get(name) ?? 0)] as const);
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
    return [user, await levelOf(localPublication, 'sent')];
  }

  #others(): Promise<readonly [string, number]>[] {
    return [...this.#room.participants.values()].map(async ({ id, publications }) => {
      const [subscription] = [...publications.values()].flatMap(({ subscription: each }) => each ?? []);
      return [id, subscription ? await levelOf(subscription, 'received') : 0] as const;
    });
  }
}

async function levelOf(
  connection: { statistics(): Promise<ConnectionStatistics> },
  side: 'sent' | 'received',
): Promise<number> {
  try {
    return (await connection.statistics())[side].audioLevel;
  } catch {
    // What is closed meanwhile is silent.
    return 0;
  }
}
