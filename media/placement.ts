import type { Log } from '../log.js';
import { MediaError } from './errors.js';
import { LostPipeline } from './lost.js';
import { factsOf } from './media-record.js';
import type { MediaEngine, MediaRecord, Pipeline, PipelineListener, VideoFilter } from './port.js';

/** One media server as the placement sees it. */
export interface PlaceableEngine extends MediaEngine {
  /** As anybody may read it: without user and password. */
  readonly url: string;
  /** Where the media server is. Undefined: nowhere in particular. */
  readonly region?: string | undefined;
  /** Whether the media server answers now. */
  readonly up: boolean;
  readonly load: EngineLoad;
  /** Which filters it says it has. Default: none. */
  readonly knownFilters?: readonly VideoFilter['type'][];
}

/**
 * What an engine has on its media server. Pipelines and endpoints count from the moment they are asked for: two rooms that open
 * at the same moment must not choose the same media server.
 */
export interface EngineLoad {
  readonly pipelines: number;
  readonly endpoints: number;
}

export interface PlacementOptions {
  /** In order of preference among equals. With none at all every pipeline is refused with `unavailable`. */
  readonly engines: readonly PlaceableEngine[];
  /** A media server with this many endpoints gets no new room. Default: no limit. */
  readonly limit?: number | undefined;
  /** Of this server: media servers there are taken as long as one of them has room. Default: all are alike. */
  readonly region?: string | undefined;
  readonly log: Log;
}

/** What a media server is doing, for the operator. */
export interface MediaServerState {
  readonly url: string;
  readonly region?: string;
  readonly up: boolean;
  /** Endpoints, including those being made. */
  readonly load: number;
  readonly filters: VideoFilter['type'][];
}

interface Place {
  readonly engine: PlaceableEngine;
  /** It left the last call unanswered. Until it answers one, it is asked after the others. */
  lastSilent: boolean;
}

/**
 * Several media servers as one engine. A pipeline is opened on the least loaded healthy one of this region, where it stays. Load is the number
 * of endpoints. Among equals the one with fewer pipelines is taken, so that rooms that begin at the same time spread.
 */
export class Placement implements MediaEngine {
  readonly #places: readonly Place[];
  readonly #limit: number;
  readonly #region: string | undefined;
  readonly #log: Log;

  constructor({ engines, limit = Infinity, region, log }: PlacementOptions) {
    this.#region = region;
    this.#log = log;
    this.#places = engines.map((engine) => ({ engine, lastSilent: false }));
    this.#limit = limit;
  }

  get servers(): MediaServerState[] {
    return this.#places.map(({ engine: { url, region, up, load, knownFilters = [] } }) => ({
      url,
      ...(region !== undefined && { region }),
      up,
      load: load.endpoints,
      filters: [...knownFilters],
    }));
  }

  /** Whether a new room would find a place. True while no media server answers, since then nobody knows. */
  get hasCapacity(): boolean {
    const healthy = this.#places.filter(({ engine }) => engine.up);
    return healthy.length === 0 || healthy.some((place) => this.#hasRoom(place));
  }

  /**
   * Tries one media server after the other until one answers, and all together while none can be reached.
   * Rejects with `no-capacity` when all that answer are full, otherwise with the failure of the last one.
   */
  async openPipeline(listener: PipelineListener, room: string): Promise<Pipeline> {
    const healthy = this.#places.filter(({ engine }) => engine.up);
    if (healthy.length === 0) return this.#openFirstBack(listener, room);
    let failure: MediaError | undefined;
    for (const place of this.#bestFirst(healthy)) {
      try {
        return await this.#openOn(place, listener, room);
      } catch (error) {
        if (!isSilence(error)) throw error;
        failure = error;
      }
    }
    throw failure ?? new MediaError('no-capacity', 'Every media server is at its limit');
  }

  /** On the media server where it is, whatever its load. */
  adopt(record: MediaRecord, listener: PipelineListener, room: string): Pipeline {
    try {
      const { url } = factsOf(record, 'pipeline');
      const place = this.#places.find(({ engine }) => engine.url === url);
      if (!place) throw new MediaError('object-gone', `There is no media server at ${url} any more`);
      return place.engine.adopt(record, listener, room);
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      return new LostPipeline(record, error, listener, this.#log);
    }
  }

  /**
   * One that is being restarted lets a call wait for it. Nobody knows which will be back first, so all are asked at once, and what the
   * others open later is released.
   */
  async #openFirstBack(listener: PipelineListener, room: string): Promise<Pipeline> {
    let failure: unknown = new MediaError('unavailable', 'There is no media server');
    let opened: Pipeline | undefined;
    const attempts = this.#places.map(async (place) => {
      try {
        const pipeline = await this.#openOn(place, listener, room);
        if (opened) pipeline.release();
        return (opened ??= pipeline);
      } catch (error) {
        failure = error;
        throw error;
      }
    });
    return Promise.any(attempts).catch(() => {
      throw failure;
    });
  }

  async #openOn(place: Place, listener: PipelineListener, room: string): Promise<Pipeline> {
    try {
      const pipeline = await place.engine.openPipeline(listener, room);
      place.lastSilent = false;
      return pipeline;
    } catch (error) {
      if (isSilence(error)) place.lastSilent = true;
      throw error;
    }
  }

  /** Those that have room for one more. */
  #bestFirst(healthy: readonly Place[]): Place[] {
    return healthy
      .filter((place) => this.#hasRoom(place))
      .sort((one, other) => {
        const [a, b] = [one.engine.load, other.engine.load];
        const silence = Number(one.lastSilent) - Number(other.lastSilent);
        const distance = Number(this.#isFar(one)) - Number(this.#isFar(other));
        return silence || distance || a.endpoints - b.endpoints || a.pipelines - b.pipelines;
      });
  }

  #isFar({ engine }: Place): boolean {
    return this.#region !== undefined && engine.region !== this.#region;
  }

  #hasRoom({ engine }: Place): boolean {
    return engine.load.endpoints < this.#limit;
  }
}

function isSilence(error: unknown): error is MediaError {
  return error instanceof MediaError && (error.code === 'unavailable' || error.code === 'timeout');
}
