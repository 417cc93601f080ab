import type { Log } from '../log.js';
import { leastAbilities } from './abilities.js';
import { MediaError } from './errors.js';
import { LostPipeline } from './lost.js';
import { factsOf } from './media-record.js';
import type { MediaServer, ServerPipeline } from './media-server.js';
import type { MediaAbilities, MediaEngine, MediaRecord, Pipeline, PipelineListener, VideoFilter } from './port.js';
import { spreadFactsOf } from './spread/records.js';
import { Spread } from './spread/spread.js';
import type { MediaServers, SpreadOptions } from './spread/spread.js';

export interface PlacementOptions {
  /** In order of preference among equals. With none at all every pipeline is refused with `unavailable`. */
  readonly engines: readonly MediaServer[];
  /** A media server with this many endpoints gets no new room. Default: no limit. */
  readonly limit?: number | undefined;
  /**
   * A room uses another media server when its own has this part of `limit`, and for members elsewhere. Default, and 0: a room stays on one
   * media server.
   */
  readonly relayAbove?: number | undefined;
  /** For such rooms. */
  readonly spread?: Pick<SpreadOptions, 'lingerMs' | 'later'> | undefined;
  /** Of this server: media servers there are taken as long as one of them has room. Default: all are alike. */
  readonly region?: string | undefined;
  readonly log: Log;
}

/** Endpoints that other servers have on the media server at that URL. */
type LoadElsewhere = (url: string) => number;

/** What a media server is doing, for the operator. */
export interface MediaServerState {
  readonly url: string;
  readonly region?: string;
  readonly up: boolean;
  /** Endpoints of this server, including those being made. */
  readonly load: number;
  /** Endpoints of other servers, where they are known. */
  readonly loadElsewhere?: number;
  readonly filters: VideoFilter['type'][];
}

interface Place {
  readonly engine: MediaServer;
  /** It left the last call unanswered. Until it answers one, it is asked after the others. */
  lastSilent: boolean;
  /** Whether it is another server's, and only carries what that one has left to this one. */
  readonly isGuest: boolean;
}

/**
 * Several media servers as one engine. A pipeline is opened on the least loaded healthy one of this region. Its members go to others when that
 * is loaded (spread/spread.ts). Load is the number of endpoints, of all servers as
 * far as it is known. Among equals the one with fewer pipelines is taken, so that rooms that begin at the same time spread.
 */
export class Placement implements MediaEngine, MediaServers {
  readonly #places: Place[];
  readonly #limit: number;
  readonly #relayAbove: number;
  readonly #region: string | undefined;
  readonly #spread: Omit<SpreadOptions, 'room'>;
  readonly #log: Log;
  #elsewhere: LoadElsewhere | undefined;

  constructor({ engines, limit = Infinity, relayAbove = 0, region, spread, log }: PlacementOptions) {
    this.#relayAbove = relayAbove;
    this.#region = region;
    this.#spread = { ...spread, servers: this, log };
    this.#log = log;
    this.#places = engines.map((engine) => ({ engine, lastSilent: false, isGuest: false }));
    this.#limit = limit;
  }

  get servers(): MediaServerState[] {
    return this.#places.map(({ engine: { url, region, up, load, knownFilters = [] } }) => ({
      url,
      ...(region !== undefined && { region }),
      up,
      load: load.endpoints,
      ...(this.#elsewhere && { loadElsewhere: this.#elsewhere(url) }),
      filters: [...knownFilters],
    }));
  }

  /** From now on what others have counts too. */
  countElsewhere(elsewhere: LoadElsewhere): void {
    this.#elsewhere = elsewhere;
  }

  /**
   * From now on this media server of another server is used for pipelines that are adopted, and for nothing else.
   * @returns a function that ends it
   */
  addGuest(engine: MediaServer): () => void {
    const guest: Place = { engine, lastSilent: false, isGuest: true };
    this.#places.push(guest);
    return () => {
      const index = this.#places.indexOf(guest);
      if (index !== -1) this.#places.splice(index, 1);
    };
  }

  get #own(): Place[] {
    return this.#places.filter(({ isGuest }) => !isGuest);
  }

  /** Of those that answer, where a new room may come. */
  get abilities(): MediaAbilities | undefined {
    const healthy = this.#own.filter(({ engine }) => engine.up);
    return leastAbilities(healthy.map(({ engine }) => engine.abilities));
  }

  /** Whether a new room would find a place. True while no media server answers, since then nobody knows. */
  get hasCapacity(): boolean {
    const healthy = this.#own.filter(({ engine }) => engine.up);
    return healthy.length === 0 || healthy.some((place) => this.#hasRoom(place));
  }

  /**
   * Tries one media server after the other until one answers, and all together while none can be reached.
   * Rejects with `no-capacity` when all that answer are full, otherwise with the failure of the last one.
   */
  async openPipeline(listener: PipelineListener, room: string): Promise<Pipeline> {
    if (!this.#mayRelay) return (await this.#openBest(listener, room))[1];
    return Spread.open(listener, { ...this.#spread, room }, (first) => this.#openBest(first, room));
  }

  at(url: string): MediaServer | undefined {
    return this.#places.find(({ engine }) => engine.url === url)?.engine;
  }

  async openOn(server: MediaServer, listener: PipelineListener, room: string): Promise<ServerPipeline> {
    const place = this.#places.find(({ engine }) => engine === server);
    try {
      const pipeline = await server.openPipeline(listener, room);
      if (place) place.lastSilent = false;
      return pipeline;
    } catch (error) {
      if (place && isSilence(error)) place.lastSilent = true;
      throw error;
    }
  }

  /** A pipeline comes to one media server after the other, so that it needs few relays. */
  forMember(region: string | undefined, present: readonly MediaServer[]): readonly MediaServer[] {
    if (!this.#mayRelay && present.length > 0) return present;
    const healthy = this.#places.filter(({ engine, isGuest }) => engine.up && (!isGuest || present.includes(engine)));
    // Those that are being restarted let calls wait for them.
    if (healthy.length === 0) return present;
    const ranks = ({ engine, lastSilent }: Place): number[] => {
      const load = this.#loadOf(engine);
      const isFull = load >= this.#limit;
      const isLoaded = load >= this.#relayAbove * this.#limit;
      const known = isLoaded ? -1 : present.indexOf(engine);
      const order = [lastSilent, isFull, isFar(engine, region ?? this.#region), isLoaded].map(Number);
      return [...order, known === -1 ? present.length : known, load, engine.load.pipelines];
    };
    return inOrder(healthy, ranks).map(({ engine }) => engine);
  }

  async #openBest(listener: PipelineListener, room: string): Promise<readonly [MediaServer, ServerPipeline]> {
    const healthy = this.#own.filter(({ engine }) => engine.up);
    if (healthy.length === 0) return this.#openFirstBack(listener, room);
    let failure: MediaError | undefined;
    for (const place of this.#bestFirst(healthy)) {
      try {
        return [place.engine, await this.openOn(place.engine, listener, room)];
      } catch (error) {
        if (!isSilence(error)) throw error;
        failure = error;
      }
    }
    throw failure ?? new MediaError('no-capacity', 'Every media server is at its limit');
  }

  /** On the media servers where it is, whatever their load. */
  adopt(record: MediaRecord, listener: PipelineListener, room: string): Pipeline {
    try {
      if (this.#mayRelay || spreadFactsOf(record)) {
        return Spread.adopt(record, listener, { ...this.#spread, room });
      }
      const { url } = factsOf(record, 'pipeline');
      const server = this.at(url);
      if (!server) throw new MediaError('object-gone', `There is no media server at ${url} any more`);
      return server.adopt(record, listener, room);
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      return new LostPipeline(record, error, listener, this.#log);
    }
  }

  get #mayRelay(): boolean {
    return this.#relayAbove > 0 && this.#own.length > 1;
  }

  /**
   * One that is being restarted lets a call wait for it. Nobody knows which will be back first, so all are asked at once, and what the
   * others open later is released.
   */
  async #openFirstBack(listener: PipelineListener, room: string): Promise<readonly [MediaServer, ServerPipeline]> {
    let failure: unknown = new MediaError('unavailable', 'There is no media server');
    let opened: readonly [MediaServer, ServerPipeline] | undefined;
    const attempts = this.#own.map(async (place) => {
      try {
        const pipeline = await this.openOn(place.engine, listener, room);
        if (opened) pipeline.release();
        return (opened ??= [place.engine, pipeline]);
      } catch (error) {
        failure = error;
        throw error;
      }
    });
    return Promise.any(attempts).catch(() => {
      throw failure;
    });
  }

  /** Those that have room for one more. */
  #bestFirst(healthy: readonly Place[]): Place[] {
    const hasRoom = healthy.filter((place) => this.#hasRoom(place));
    return inOrder(hasRoom, ({ engine, lastSilent }) => [
      Number(lastSilent),
      Number(isFar(engine, this.#region)),
      this.#loadOf(engine),
      engine.load.pipelines,
    ]);
  }

  #hasRoom({ engine }: Place): boolean {
    return this.#loadOf(engine) < this.#limit;
  }

  #loadOf({ url, load }: MediaServer): number {
    return load.endpoints + (this.#elsewhere?.(url) ?? 0);
  }
}

/** @param region undefined: all are alike */
function isFar(engine: MediaServer, region: string | undefined): boolean {
  return region !== undefined && engine.region !== region;
}

/** By the first of their ranks that differs, the lowest first. */
function inOrder<T>(all: readonly T[], ranksOf: (one: T) => readonly number[]): T[] {
  return all
    .map((one) => ({ one, ranks: ranksOf(one) }))
    .sort((a, b) => a.ranks.map((rank, index) => rank - (b.ranks[index] ?? 0)).find(Boolean) ?? 0)
    .map(({ one }) => one);
}

function isSilence(error: unknown): error is MediaError {
  return error instanceof MediaError && (error.code === 'unavailable' || error.code === 'timeout');
}
