import type { Log } from '../log.js';
import { MediaError } from './errors.js';
import type { ServerEndpoint, ServerPipeline } from './media-server.js';
import { notify } from './notify.js';
import type { ElementListener, FilterElement, MediaRecord, PipelineListener } from './port.js';

/** Something that was to be adopted and is not there. Its listener is told so in the next turn, once. */
class Lost {
  readonly record: MediaRecord;
  protected failure: MediaError;
  #isTold: boolean;

  /** @param listener undefined: nobody is told */
  constructor(record: MediaRecord, failure: MediaError, listener: ElementListener | undefined, log: Log) {
    this.record = record;
    this.failure = failure;
    this.#isTold = listener === undefined;
    setImmediate(() => {
      if (this.#isTold) return;
      this.#isTold = true;
      notify(log, () => listener?.mediaLost(failure));
    });
  }

  release(): void {
    this.#isTold = true;
    this.failure = new MediaError('released', 'It has been released');
  }

  letGo(): void {
    this.release();
  }

  protected refuse(): Promise<never> {
    return Promise.reject(this.failure);
  }
}

export class LostPipeline extends Lost implements ServerPipeline {
  readonly #log: Log;

  constructor(record: MediaRecord, failure: MediaError, listener: PipelineListener, log: Log) {
    super(record, failure, listener, log);
    this.#log = log;
  }

  createEndpoint(): Promise<never> {
    return this.refuse();
  }

  hasFilter(): boolean {
    return false;
  }

  createFilter(): Promise<never> {
    return this.refuse();
  }

  createRecorder(): Promise<never> {
    return this.refuse();
  }

  /** Its listener is not told: the pipeline is lost as a whole. */
  adopt(record: MediaRecord): LostElement {
    return new LostElement(record, this.failure, undefined, this.#log);
  }

  /** As `adopt`. */
  adoptFilter(record: MediaRecord): FilterElement {
    return this.adopt(record);
  }

  finishAdoption(): Promise<void> {
    return Promise.resolve();
  }
}

/** An endpoint or a filter. */
export class LostElement extends Lost implements ServerEndpoint, FilterElement {
  connect(): Promise<never> {
    return this.refuse();
  }

  disconnect(): Promise<never> {
    return this.refuse();
  }

  change(): Promise<never> {
    return this.refuse();
  }

  answer(): Promise<never> {
    return this.refuse();
  }

  restart(): Promise<never> {
    return this.refuse();
  }

  offer(): Promise<never> {
    return this.refuse();
  }

  accept(): Promise<never> {
    return this.refuse();
  }

  localDescription(): Promise<never> {
    return this.refuse();
  }

  addCandidate(): void {
    // Nobody is there to take it.
  }
}
