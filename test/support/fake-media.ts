import { MediaError } from '../../media/errors.js';
import type {
  ElementListener,
  Endpoint,
  EndpointListener,
  EndpointOptions,
  IceCandidate,
  MediaElement,
  MediaEngine,
  MediaKind,
  Pipeline,
  PipelineListener,
  VideoFilter,
} from '../../media/port.js';

/** The steps of a negotiation at which a call can be delayed or made to fail. */
export type Step = 'openPipeline' | 'createEndpoint' | 'createFilter' | 'connect' | 'answer';

/**
 * A media engine in memory, for tests of the domain. It counts allocations and can delay or fail any step, which a real media server
 * cannot do on demand. Media itself is tested with real engines.
 */
export class FakeMedia implements MediaEngine {
  /** A programming error inside the engine: thrown when a room asks for capacity. */
  defect: Error | undefined;
  #hasCapacity = true;
  readonly pipelines = new Set<FakePipeline>();
  readonly endpoints = new Set<FakeEndpoint>();
  readonly filters = new Set<FakeFilter>();
  /** Whether the engine has filters, as a Kurento media server does. */
  hasFilters = false;
  /** How often each object was released. More than once is a defect of the caller. */
  readonly releases = new Map<object, number>();
  readonly #failures = new Map<Step, MediaError>();
  readonly #gates = new Map<Step, { reached: () => void; opened: Promise<void> }>();

  /** The answer to a room that asks for capacity. */
  get hasCapacity(): boolean {
    if (this.defect) throw this.defect;
    return this.#hasCapacity;
  }

  set hasCapacity(value: boolean) {
    this.#hasCapacity = value;
  }

  get allocated(): number {
    return this.pipelines.size + this.endpoints.size + this.filters.size;
  }

  /** The next call of that step fails. */
  failNext(step: Step, error = new MediaError('engine-error', `${step} failed`)): void {
    this.#failures.set(step, error);
  }

  /** The next call of that step waits. `reached` resolves when it does; `open` lets it go on. */
  holdNext(step: Step): { reached: Promise<void>; open: () => void } {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const reached = new Promise<void>((resolve) => this.#gates.set(step, { reached: resolve, opened }));
    return { reached, open };
  }

  async openPipeline(listener: PipelineListener): Promise<Pipeline> {
    await this.pass('openPipeline');
    const pipeline = new FakePipeline(this, listener);
    this.pipelines.add(pipeline);
    return pipeline;
  }

  async pass(step: Step): Promise<void> {
    const gate = this.#gates.get(step);
    if (gate) {
      this.#gates.delete(step);
      gate.reached();
      await gate.opened;
    }
    const failure = this.#failures.get(step);
    this.#failures.delete(step);
    if (failure) throw failure;
  }

  countRelease(released: object): void {
    this.releases.set(released, (this.releases.get(released) ?? 0) + 1);
  }
}

export class FakePipeline implements Pipeline {
  readonly #media: FakeMedia;
  readonly listener: PipelineListener;

  constructor(media: FakeMedia, listener: PipelineListener) {
    this.#media = media;
    this.listener = listener;
  }

  async createEndpoint(options: EndpointOptions, listener: EndpointListener): Promise<Endpoint> {
    await this.#media.pass('createEndpoint');
    const endpoint = new FakeEndpoint(this.#media, options, listener);
    this.#media.endpoints.add(endpoint);
    return endpoint;
  }

  hasFilter(): boolean {
    return this.#media.hasFilters;
  }

  async createFilter(settings: VideoFilter, listener: ElementListener): Promise<FakeFilter> {
    await this.#media.pass('createFilter');
    const filter = new FakeFilter(this.#media, settings, listener);
    this.#media.filters.add(filter);
    return filter;
  }

  release(): void {
    this.#media.countRelease(this);
    this.#media.pipelines.delete(this);
  }
}

class FakeElement implements MediaElement {
  protected readonly media: FakeMedia;
  /** Connections between endpoints. */
  readonly flows = new Map<MediaElement, Set<MediaKind>>();
  /** The source of each kind of media. A new source replaces the former one. */
  readonly #sources = new Map<MediaKind, FakeElement>();

  constructor(media: FakeMedia) {
    this.media = media;
  }

  /** The endpoints that receive any media. */
  get sinks(): ReadonlySet<MediaElement> {
    return new Set([...this.flows].filter(([, kinds]) => kinds.size > 0).map(([sink]) => sink));
  }

  /** The kinds of media that reach it. */
  get receives(): readonly MediaKind[] {
    return [...this.#sources].filter(([kind, source]) => source.flows.get(this)?.has(kind)).map(([kind]) => kind);
  }

  async connect(sink: MediaElement, kind?: MediaKind): Promise<void> {
    await this.media.pass('connect');
    const kinds = this.flows.get(sink) ?? new Set();
    this.flows.set(sink, kinds);
    for (const each of kind ? [kind] : (['audio', 'video'] as const)) {
      if (sink instanceof FakeElement) {
        sink.#sources.get(each)?.flows.get(sink)?.delete(each);
        sink.#sources.set(each, this);
      }
      kinds.add(each);
    }
  }

  async disconnect(sink: MediaElement, kind?: MediaKind): Promise<void> {
    await this.media.pass('connect');
    for (const each of kind ? [kind] : (['audio', 'video'] as const)) this.flows.get(sink)?.delete(each);
  }

  release(): void {
    this.media.countRelease(this);
    for (const [kind, source] of this.#sources) source.flows.get(this)?.delete(kind);
  }
}

export class FakeFilter extends FakeElement {
  readonly settings: VideoFilter;
  readonly listener: ElementListener;

  constructor(media: FakeMedia, settings: VideoFilter, listener: ElementListener) {
    super(media);
    this.settings = settings;
    this.listener = listener;
  }

  override release(): void {
    super.release();
    this.media.filters.delete(this);
  }
}

export class FakeEndpoint extends FakeElement implements Endpoint {
  readonly options: EndpointOptions;
  readonly listener: EndpointListener;
  readonly candidates: IceCandidate[] = [];
  offer: string | undefined;

  constructor(media: FakeMedia, options: EndpointOptions, listener: EndpointListener) {
    super(media);
    this.options = options;
    this.listener = listener;
  }

  async answer(sdpOffer: string): Promise<string> {
    await this.media.pass('answer');
    if (!sdpOffer.startsWith('v=0')) throw new MediaError('offer-refused', 'Invalid SDP');
    this.offer = sdpOffer;
    return `v=0 answer to ${sdpOffer}`;
  }

  addCandidate(candidate: IceCandidate): void {
    this.candidates.push(candidate);
  }

  override release(): void {
    super.release();
    this.media.endpoints.delete(this);
  }
}
