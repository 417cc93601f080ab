import { engineFiguresSchema } from '../engine-figures.js';
import type { EngineFigures } from '../engine-figures.js';
import { MediaError } from '../errors.js';
import type { Client } from './client.js';
import type { WatchedEndpoints } from './watched-endpoints.js';

/** How often a media server is asked what it has carried, in ms. */
const periodMs = 10_000;

/** Finds out what a media server has carried: in one answer where it can tell, and from its endpoints where it cannot. */
export class MediaFigures {
  readonly #client: Client;
  readonly #endpoints: WatchedEndpoints;
  #timer: NodeJS.Timeout | undefined;
  #told: EngineFigures | undefined;

  constructor(client: Client, endpoints: WatchedEndpoints) {
    this.#client = client;
    this.#endpoints = endpoints;
  }

  /** The media server answers, or does not any more. */
  reached(isUp: boolean): void {
    this.stop();
    if (!isUp) return;
    this.#timer = setInterval(() => {
      void this.#ask();
    }, periodMs).unref();
    void this.#ask();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#client.figures.carried = new Map();
    this.#endpoints.stop();
  }

  /** Never rejects. One that does not know the question is not asked again. */
  async #ask(): Promise<void> {
    const { figures } = this.#client;
    try {
      this.#told = engineFiguresSchema.parse(await this.#client.mediaFigures());
      figures.carried = new Map(this.#told.endpoints.map((each) => [each.id, each]));
      this.#endpoints.end();
      figures.readTold = () => this.#told && { figures: this.#told, sampledRatio: 1 };
    } catch (error) {
      this.#told = undefined;
      figures.carried = new Map();
      const isOutOfReach = error instanceof MediaError && (error.code === 'unavailable' || error.code === 'timeout');
      if (isOutOfReach) return;
      this.stop();
      figures.readTold = () => this.#endpoints.told;
      this.#endpoints.start();
    }
  }
}
