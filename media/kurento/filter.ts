import { MediaError } from '../errors.js';
import type { VideoFilter } from '../port.js';
import { KurentoElement } from './element.js';
import { filterSettings, imageQuestions } from './filters.js';
import { errorEvent } from './messages.js';
import type { Pace } from './pace.js';

/** A filter on the media server, which has its image once it is prepared. */
export class KurentoFilter extends KurentoElement {
  #failure: MediaError | undefined;

  /** @throws MediaError when a setting is refused, or when the media server tells that it has no image */
  async prepare(filter: VideoFilter): Promise<void> {
    await this.#listen();
    for (const [operation, params] of filterSettings(filter)) await this.invoke(operation, params);
    const question = imageQuestions[filter.type];
    if (question !== undefined && (await this.#ask(question)) === '') {
      this.#failure ??= new MediaError('engine-error', `The media server did not take the image ${filter.imageUrl}`);
    }
    if (this.#failure) throw this.#failure;
  }

  override async takeOver(pace: Pace): Promise<void> {
    await super.takeOver(pace);
    await pace.run('later', () => this.#listen());
  }

  async #listen(): Promise<void> {
    await this.remote.subscribe('Error', errorEvent, ({ description, errorCode, type }) => {
      this.#failure ??= new MediaError('engine-error', `${description} (${errorCode} ${type})`);
      if (!this.ended) this.log.warn('a filter has failed', { filter: this.id, error: this.#failure });
    });
  }

  /** Undefined when the media server does not know the question. */
  async #ask(operation: string): Promise<unknown> {
    try {
      return await this.invoke(operation);
    } catch (error) {
      if (error instanceof MediaError && error.code === 'not-supported') return undefined;
      throw error;
    }
  }
}
