import { MediaError } from './errors.js';
import { PlacedPipeline } from './placed-pipeline.js';
import type { MediaEngine, Pipeline, PipelineListener, VideoFilter } from './port.js';

/** One media server as the placement sees it. */
export interface PlaceableEngine extends MediaEngine {
  readonly url: string;
  /** Whether it answers at present. */
  readonly up: boolean;
  /** Which filters it says it has. Default: none. */
  readonly knownFilters?: readonly VideoFilter['type'][];
}

export interface PlacementOptions {
  /** In order of preference where nothing else decides. With none at all every pipeline is refused with `unavailable`. */
  readonly engines: readonly PlaceableEngine[];
  /** Endpoints on one media server from which on it gets no new room. Default: none. */
  readonly limit?: number | undefined;
}

/** What a media server is doing, for people who watch over it. */
export interface MediaServerState {
  readonly url: string;
  readonly up: boolean;
  /** Endpoints alive there, those being made included. */
  readonly load: number;
  readonly filters: VideoFilter['type'][];
}

/** A media server with what this placement has put there. */
class Place {
  readonly engine: PlaceableEngine;
  pipelines = 0;
  endpoints = 0;
  /** It failed to answer when it was asked last: until it does, it is asked after the others. */
  doubtful = false;

  constructor(engine: PlaceableEngine) {
    this.engine = engine;
  }
}

/**
 * Several media servers as one engine: a pipeline is opened on the least loaded healthy one, where it stays. Load is counted
 * here, in endpoints; among equals the one with fewer pipelines is taken, so that rooms that begin at the same time spread.
 */
export class Placement implements MediaEngine {
  readonly #places: readonly Place[];
  readonly #limit: number;

  constructor({ engines, limit = Infinity }: PlacementOptions) {
    this.#places = engines.map((engine) => new Place(engine));
    this.#limit = limit;
  }

  get servers(): MediaServerState[] {
    return this.#places.map(({ engine: { url, up, knownFilters = [] }, endpoints }) => ({
      url,
      up,
      load: endpoints,
      filters: [...knownFilters],
    }));
  }

  /** Whether a new room would find a place. While no media server answers at all it is not known, and true. */
  get hasCapacity(): boolean {
    const healthy = this.#places.filter(({ engine }) => engine.up);
    return healthy.length === 0 || healthy.some((place) => this.#hasRoom(place));
  }

  /**
   * Tries one media server after the other while they do not answer.
   * Rejects with `no-capacity` when all that answer are full, else with what the last one tried has failed with.
   */
  async openPipeline(listener: PipelineListener): Promise<Pipeline> {
    let failure = new MediaError('unavailable', 'There is no media server');
    for (const place of this.#candidates()) {
      try {
        const pipeline = await this.#openOn(place, listener);
        place.doubtful = false;
        return pipeline;
      } catch (error) {
        if (!isSilence(error)) throw error;
        place.doubtful = true;
        failure = error;
      }
    }
    throw failure;
  }

  /**
   * Where to try, best first. One that does not answer is left out, unless none does: then all are asked, since the one that
   * is just being restarted lets a call wait for it.
   */
  #candidates(): Place[] {
    const healthy = this.#places.filter(({ engine }) => engine.up);
    if (healthy.length === 0) return [...this.#places];
    const open = healthy.filter((place) => this.#hasRoom(place));
    if (open.length === 0) throw new MediaError('no-capacity', 'Every media server is at its limit');
    return open.sort(
      (a, b) => Number(a.doubtful) - Number(b.doubtful) || a.endpoints - b.endpoints || a.pipelines - b.pipelines,
    );
  }

  #hasRoom(place: Place): boolean {
    return place.endpoints < this.#limit;
  }

  async #openOn(place: Place, listener: PipelineListener): Promise<Pipeline> {
    // Counted before it is there: two that are opened at the same time are not to choose the same place.
    place.pipelines += 1;
    const placed = new PlacedPipeline(listener, {
      endpoints: (change) => (place.endpoints += change),
      ended: () => (place.pipelines -= 1),
    });
    try {
      return placed.over(await place.engine.openPipeline(placed));
    } catch (error) {
      placed.end();
      throw error;
    }
  }
}

function isSilence(error: unknown): error is MediaError {
  return error instanceof MediaError && (error.code === 'unavailable' || error.code === 'timeout');
}
