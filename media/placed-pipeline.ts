import type {
  Endpoint,
  EndpointListener,
  EndpointOptions,
  IceCandidate,
  MediaElement,
  MediaFailure,
  MediaKind,
  Pipeline,
  PipelineListener,
  VideoFilter,
} from './port.js';

/** Hears what comes and goes in a pipeline. */
export interface Tally {
  endpoints(change: number): void;
  /** Called once, when the pipeline is over, whatever the reason. */
  ended(): void;
}

/** A pipeline whose endpoints are counted for as long as they live: it ends by release, or with its media server. */
export class PlacedPipeline implements Pipeline, PipelineListener {
  readonly #listener: PipelineListener;
  readonly #tally: Tally;
  readonly #endpoints = new Set<object>();
  #pipeline: Pipeline | undefined;
  #ended = false;

  constructor(listener: PipelineListener, tally: Tally) {
    this.#listener = listener;
    this.#tally = tally;
  }

  /** The pipeline itself, which could be opened only with this as its listener. */
  over(pipeline: Pipeline): this {
    this.#pipeline = pipeline;
    return this;
  }

  failed(failure: MediaFailure): void {
    this.#listener.failed(failure);
  }

  lost(failure: MediaFailure): void {
    this.end();
    this.#listener.lost(failure);
  }

  async createEndpoint(options: EndpointOptions, listener: EndpointListener): Promise<Endpoint> {
    const pipeline = this.#open();
    const count = {};
    this.#add(count);
    try {
      const endpoint = await pipeline.createEndpoint(options, listener);
      return new PlacedEndpoint(endpoint, () => {
        this.#remove(count);
      });
    } catch (error) {
      this.#remove(count);
      throw error;
    }
  }

  hasFilter(type: VideoFilter['type']): boolean {
    return this.#open().hasFilter(type);
  }

  /** Filters are not counted: they come with a publication, which is. */
  async createFilter(filter: VideoFilter): Promise<MediaElement> {
    return new PlacedElement(await this.#open().createFilter(filter));
  }

  release(): void {
    this.end();
    this.#pipeline?.release();
  }

  /** Counts no longer. Does nothing the second time. */
  end(): void {
    if (this.#ended) return;
    for (const count of [...this.#endpoints]) this.#remove(count);
    this.#ended = true;
    this.#tally.ended();
  }

  #open(): Pipeline {
    if (!this.#pipeline) throw new Error('the pipeline has not been opened');
    return this.#pipeline;
  }

  /** What is asked of a pipeline that is over is refused by the engine and does not count. */
  #add(count: object): void {
    if (this.#ended) return;
    this.#endpoints.add(count);
    this.#tally.endpoints(1);
  }

  #remove(count: object): void {
    if (this.#endpoints.delete(count)) this.#tally.endpoints(-1);
  }
}

class PlacedElement<Element extends MediaElement = MediaElement> implements MediaElement {
  protected readonly element: Element;

  constructor(element: Element) {
    this.element = element;
  }

  connect(sink: MediaElement, kind?: MediaKind): Promise<void> {
    return this.element.connect(PlacedElement.#bare(sink), kind);
  }

  disconnect(sink: MediaElement, kind?: MediaKind): Promise<void> {
    return this.element.disconnect(PlacedElement.#bare(sink), kind);
  }

  release(): void {
    this.element.release();
  }

  /** The engine knows its own elements only. */
  static #bare(element: MediaElement): MediaElement {
    return element instanceof PlacedElement ? (element.element as MediaElement) : element;
  }
}

class PlacedEndpoint extends PlacedElement<Endpoint> implements Endpoint {
  readonly #released: () => void;

  constructor(endpoint: Endpoint, released: () => void) {
    super(endpoint);
    this.#released = released;
  }

  answer(sdpOffer: string): Promise<string> {
    return this.element.answer(sdpOffer);
  }

  addCandidate(candidate: IceCandidate): void {
    this.element.addCandidate(candidate);
  }

  override release(): void {
    this.#released();
    super.release();
  }
}
