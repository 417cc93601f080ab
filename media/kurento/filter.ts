import { MediaError } from '../errors.js';
import type { ElementListener, FilterElement, VideoFilter } from '../port.js';
import type { Log } from '../../log.js';
import { KurentoElement } from './element.js';
import { filterSettings, imageOf, imageQuestions } from './filters.js';
import { errorEvent } from './messages.js';
import type { Pace } from './pace.js';
import type { RemoteObject } from './remote-object.js';

/** Has a filter set up when its image can be had and it is its turn. Settles as `setUp`. */
export type FilterTurn = (filter: VideoFilter, setUp: () => Promise<void>) => Promise<void>;

/** A filter on the media server, which has its image once it is prepared. */
export class KurentoFilter extends KurentoElement implements FilterElement {
  readonly #turn: FilterTurn;
  #failure: MediaError | undefined;
  /** What it does. Undefined: another process has made it. */
  #settings: VideoFilter | undefined;

  constructor(remote: RemoteObject, listener: ElementListener, log: Log, turn: FilterTurn, ended: () => void) {
    super(remote, listener, log, ended);
    this.#turn = turn;
  }

  /** @throws MediaError when a setting is refused, or when the media server tells that it has no image */
  async prepare(filter: VideoFilter): Promise<void> {
    await this.#listen();
    for (const [operation, params] of filterSettings(filter)) await this.invoke(operation, params);
    const question = imageQuestions[filter.type];
    if (question !== undefined && (await this.#ask(question)) === '') {
      this.#failure ??= new MediaError('engine-error', `The media server did not take the image ${imageOf(filter)}`);
    }
    this.#assertWorks();
    this.#settings = filter;
  }

  async change(filter: VideoFilter): Promise<void> {
    this.assertOpen();
    await this.#turn(filter, async () => {
      this.assertOpen();
      this.#failure = undefined;
      const former = this.#settings;
      // Until all of it is done nobody knows what it does.
      this.#settings = undefined;
      for (const [operation, params] of filterSettings(filter, former ?? bare(filter))) {
        await this.invoke(operation, params);
      }
      this.#assertWorks();
      this.#settings = filter;
    });
  }

  override async takeOver(pace: Pace): Promise<void> {
    await super.takeOver(pace);
    await pace.run('later', () => this.#listen());
  }

  #assertWorks(): void {
    if (this.#failure) throw this.#failure;
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

/** The same, with nothing set: all has to be set then. */
function bare(filter: VideoFilter): VideoFilter {
  return filter.type === 'gstreamer' ? { ...filter, properties: {} } : filter;
}
