import { engineFiguresSchema } from '../engine-figures.js';
import { MediaError } from '../errors.js';
import type { Client } from './client.js';

/** How often a media server is asked what it has carried, in ms. */
const periodMs = 10_000;

/** Asks a media server what it has carried: one that can tell it in one answer, and no other one. */
export class MediaFigures {
  readonly #client: Client;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: Client) {
    this.#client = client;
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
  }

  /** Never rejects. One that does not know the question is not asked again. */
  async #ask(): Promise<void> {
    const { figures } = this.#client;
    try {
      figures.media = engineFiguresSchema.parse(await this.#client.mediaFigures());
      figures.carried = new Map(figures.media.endpoints.map((each) => [each.id, each]));
    } catch (error) {
      figures.media = undefined;
      figures.carried = new Map();
      const isOutOfReach = error instanceof MediaError && (error.code === 'unavailable' || error.code === 'timeout');
      if (!isOutOfReach) this.stop();
    }
  }
}
