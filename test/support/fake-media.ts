import { MediaError } from '../../media/errors.js';
import type {
  Endpoint,
  EndpointListener,
  EndpointOptions,
  IceCandidate,
  MediaEngine,
  MediaKind,
  Pipeline,
  PipelineListener,
} from '../../media/port.js';

/** The steps of a negotiation at which a call can be held up or made to fail. */
export type Step = 'openPipeline' | 'createEndpoint' | 'connect' | 'answer';

/**
 * A media engine that exists in memory only, for tests of the domain: it counts what is allocated and can hold up or
 * fail any step, which no real media server can be made to do on demand. Media itself is tested with real engines.
 */
export class FakeMedia implements MediaEngine {
  /** What rooms are told when one is to be opened. */
  hasCapacity = true;
  readonly pipelines = new Set<FakePipeline>();
  readonly endpoints = new Set<FakeEndpoint>();
  /** How often each thing was released; more than once is a defect of the caller. */
  readonly releases = new Map<object, number>();
  readonly #failures = new Map<Step, MediaError>();
  readonly #gates = new Map<Step, { reached: () => void; opened: Promise<void> }>();

  get allocated(): number {
    return this.pipelines.size + this.endpoints.size;
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

  release(): void {
    this.#media.countRelease(this);
    this.#media.pipelines.delete(this);
  }
}

export class FakeEndpoint implements Endpoint {
  readonly #media: FakeMedia;
  readonly options: EndpointOptions;
  readonly listener: EndpointListener;
  readonly candidates: IceCandidate[] = [];
  /** What flows where. */
  readonly flows = new Map<Endpoint, Set<MediaKind>>();
  offer: string | undefined;

  constructor(media: FakeMedia, options: EndpointOptions, listener: EndpointListener) {
    this.#media = media;
    this.options = options;
    this.listener = listener;
  }

  async answer(sdpOffer: string): Promise<string> {
    await this.#media.pass('answer');
    if (!sdpOffer.startsWith('v=0')) throw new MediaError('offer-refused', 'Invalid SDP');
    this.offer = sdpOffer;
    return `v=0 answer to ${sdpOffer}`;
  }

  addCandidate(candidate: IceCandidate): void {
    this.candidates.push(candidate);
  }

  /** The sinks anything flows to. */
  get sinks(): ReadonlySet<Endpoint> {
    return new Set([...this.flows].filter(([, kinds]) => kinds.size > 0).map(([sink]) => sink));
  }

  async connect(sink: Endpoint, kind?: MediaKind): Promise<void> {
    await this.#media.pass('connect');
    const kinds = this.flows.get(sink) ?? new Set();
    for (const each of kind ? [kind] : (['audio', 'video'] as const)) kinds.add(each);
    this.flows.set(sink, kinds);
  }

  async disconnect(sink: Endpoint, kind?: MediaKind): Promise<void> {
    await this.#media.pass('connect');
    const kinds = this.flows.get(sink);
    for (const each of kind ? [kind] : (['audio', 'video'] as const)) kinds?.delete(each);
  }

  release(): void {
    this.#media.countRelease(this);
    this.#media.endpoints.delete(this);
  }
}
