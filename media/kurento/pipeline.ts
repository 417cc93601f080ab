import { MediaError } from '../errors.js';
import type { Log } from '../../log.js';
import { LostElement } from '../lost.js';
import { recordOf } from '../media-record.js';
import type {
  ElementListener,
  Endpoint,
  EndpointListener,
  EndpointOptions,
  MediaElement,
  MediaRecord,
  Pipeline,
  PipelineListener,
  VideoFilter,
} from '../port.js';
import { released } from './element.js';
import type { KurentoElement } from './element.js';
import { KurentoEndpoint } from './endpoint.js';
import type { Property } from './endpoint-properties.js';
import { KurentoFilter } from './filter.js';
import type { ImageCheck } from './filter-images.js';
import type { FilterTurns } from './filter-turns.js';
import { filterTypes } from './filters.js';
import type { LoadCount } from './load-count.js';
import { childIds, errorEvent } from './messages.js';
import { notify } from '../notify.js';
import type { RemoteObject } from './remote-object.js';

export interface PipelineSettings {
  /** Of the media server, as anybody may read it. */
  readonly url: string;
  /** Set on each endpoint. */
  readonly properties: readonly Property[];
  /** The types the media server can create. */
  readonly factories: () => ReadonlySet<string>;
  readonly log: Log;
  readonly images: ImageCheck;
  /** Of the media server. */
  readonly filterTurns: FilterTurns;
  /** Of the media server. */
  readonly load: LoadCount;
  /** Called once, when the pipeline is over, whatever the reason. */
  readonly ended: (pipeline: KurentoPipeline) => void;
}

export class KurentoPipeline implements Pipeline {
  readonly #remote: RemoteObject;
  readonly #listener: PipelineListener;
  readonly #settings: PipelineSettings;
  readonly #elements = new Set<KurentoElement>();
  /** One for each endpoint that is there or being made. */
  readonly #counts = new Set<() => void>();
  /** Elements that the media server has released behind our back. Their owners are told once it is known whether the pipeline is lost too. */
  readonly #gone = new Set<KurentoElement>();
  #verifying: Promise<void> | undefined;
  #handedOver = false;
  #end: MediaError | undefined;

  constructor(remote: RemoteObject, listener: PipelineListener, settings: PipelineSettings) {
    this.#remote = remote;
    remote.whenGone(() => {
      this.mediaLost(goneError());
    });
    this.#listener = listener;
    this.#settings = settings;
  }

  async prepare(): Promise<void> {
    await this.#remote.subscribe('Error', errorEvent, ({ description, errorCode, type }) => {
      if (this.#end) return;
      const failure = new MediaError('engine-error', `${description} (${errorCode} ${type})`);
      notify(this.#settings.log, () => {
        this.#listener.failed(failure);
      });
    });
  }

  /** Called when it is ready, before its owner gets it. Throws when it has ended meanwhile. */
  handOver(): void {
    this.#assertOpen();
    this.#handedOver = true;
  }

  get record(): MediaRecord {
    return recordOf({ is: 'pipeline', url: this.#settings.url, id: this.#remote.id });
  }

  async createEndpoint(options: EndpointOptions, listener: EndpointListener): Promise<KurentoEndpoint> {
    this.#assertOpen();
    const count = this.#settings.load.addEndpoint();
    this.#counts.add(count);
    const uncount = (): void => {
      this.#counts.delete(count);
      count();
    };
    try {
      return await this.#createEndpoint(options, listener, uncount);
    } catch (error) {
      uncount();
      throw error;
    }
  }

  hasFilter(type: VideoFilter['type']): boolean {
    return this.#settings.factories().has(filterTypes[type]);
  }

  async createFilter(filter: VideoFilter, listener: ElementListener): Promise<MediaElement> {
    this.#assertOpen();
    const { images, filterTurns } = this.#settings;
    await images.check(filter.imageUrl);
    this.#assertOpen();
    return filterTurns.run(() => this.#createFilter(filter, listener));
  }

  release(): void {
    const over = this.#end !== undefined;
    this.#end = released();
    if (over) return;
    this.#finish(this.#end);
    this.#remote.release();
  }

  letGo(): void {
    if (this.#end) return;
    this.#finish(released());
    this.#remote.forget();
  }

  adopt(record: MediaRecord, listener: ElementListener): Endpoint {
    const failure = new MediaError('object-gone', 'This engine cannot take over endpoints yet');
    return new LostElement(record, failure, listener, this.#settings.log);
  }

  adoptFilter(record: MediaRecord, listener: ElementListener): MediaElement {
    return this.adopt(record, listener);
  }

  finishAdoption(): Promise<void> {
    return Promise.resolve();
  }

  /** Called by the engine when the media server has lost it. */
  mediaLost(failure: MediaError): void {
    if (this.#end) return;
    this.#finish(new MediaError('object-gone', failure.message, { cause: failure }));
    // If the media server still has it, it is released when it can be reached again.
    this.#remote.release();
    if (!this.#handedOver) return;
    notify(this.#settings.log, () => {
      this.#listener.mediaLost(failure);
    });
  }

  /**
   * Asks the media server what is still there. Somebody else may have released the pipeline, or elements of it, while we could not hear
   * of it. A release is told children first, so this also tells a lost element from a lost pipeline.
   */
  verify(): Promise<void> {
    this.#verifying ??= this.#verify().finally(() => {
      this.#verifying = undefined;
    });
    return this.#verifying;
  }

  async #verify(): Promise<void> {
    const elements = [...this.#elements];
    try {
      const { data } = childIds.safeParse(await this.#remote.invoke('getChildren'));
      const children = data && new Set(data);
      for (const element of elements) if (children?.has(element.id) === false) this.#gone.add(element);
    } catch (error) {
      this.#loseIfGone(error);
    }
    for (const element of this.#gone) element.mediaLost(goneError());
    this.#gone.clear();
  }

  async #createFilter(filter: VideoFilter, listener: ElementListener): Promise<MediaElement> {
    this.#assertOpen();
    const remote = await this.#create(filterTypes[filter.type], {});
    const element = new KurentoFilter(remote, listener, this.#settings.log, () => {
      this.#elements.delete(element);
    });
    this.#add(element, remote);
    try {
      await element.prepare(filter);
      this.#assertOpen();
      element.handOver();
      return element;
    } catch (error) {
      element.release();
      if (error instanceof MediaError && error.code === 'timeout') this.#settings.images.unread(filter.imageUrl);
      throw this.#end ?? error;
    }
  }

  /** `over`: called when the endpoint was released by itself. */
  async #createEndpoint(
    { dataChannels }: EndpointOptions,
    listener: EndpointListener,
    over: () => void,
  ): Promise<KurentoEndpoint> {
    const remote = await this.#create('WebRtcEndpoint', dataChannels ? { useDataChannels: true } : {});
    const endpoint: KurentoEndpoint = new KurentoEndpoint(remote, listener, this.#settings.log, () => {
      this.#elements.delete(endpoint);
      over();
    });
    this.#add(endpoint, remote);
    try {
      await endpoint.prepare(this.#settings.properties);
      this.#assertOpen();
      endpoint.handOver();
      return endpoint;
    } catch (error) {
      endpoint.release();
      throw this.#end ?? error;
    }
  }

  async #create(type: string, params: object): Promise<RemoteObject> {
    try {
      const remote = await this.#remote.create(type, params);
      if (this.#end) remote.forget();
      this.#assertOpen();
      return remote;
    } catch (error) {
      this.#assertOpen();
      this.#loseIfGone(error);
      throw error;
    }
  }

  #add(element: KurentoElement, remote: RemoteObject): void {
    this.#elements.add(element);
    remote.whenGone(() => {
      this.#gone.add(element);
      void this.verify();
    });
  }

  #loseIfGone(error: unknown): void {
    if (error instanceof MediaError && error.code === 'object-gone') this.mediaLost(error);
  }

  #finish(why: MediaError): void {
    this.#end = why;
    for (const element of this.#elements) element.end(why);
    this.#elements.clear();
    for (const uncount of this.#counts) uncount();
    this.#counts.clear();
    this.#settings.ended(this);
  }

  #assertOpen(): void {
    if (this.#end) throw this.#end;
  }
}

function goneError(): MediaError {
  return new MediaError('object-gone', 'The media server has released it, and nobody here asked for that');
}
