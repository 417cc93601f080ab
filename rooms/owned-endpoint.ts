import type {
  CarriedMedia,
  Endpoint,
  EndpointListener,
  EndpointOptions,
  IceCandidate,
  MediaElement,
  MediaKind,
  MediaRecord,
  Pipeline,
  ReceiverWish,
} from '../media/port.js';
import { RoomError, mediaError } from './errors.js';
import type { HeldCandidates } from './held-candidates.js';

/**
 * The one owner of one endpoint: what a publication and a subscription have in common. The endpoint is released exactly once, whatever
 * fails, and whenever `close` is called.
 */
export class OwnedEndpoint {
  readonly #candidates: HeldCandidates;
  #endpoint: Endpoint | undefined;
  #closed = false;

  /** @param candidates remote candidates that came before; it takes more until the endpoint is there */
  constructor(candidates: HeldCandidates) {
    this.#candidates = candidates;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Creates the endpoint, lets `prepare` connect it, and negotiates.
   * @throws RoomError `offer-refused`, `media-failed`, or `interrupted` if closed meanwhile; always closed then
   */
  async negotiate(
    pipeline: Pipeline,
    sdpOffer: string,
    options: EndpointOptions,
    listener: EndpointListener,
    prepare: (endpoint: Endpoint) => Promise<void>,
  ): Promise<string> {
    try {
      this.#assertOpen();
      const endpoint = await pipeline.createEndpoint(options, listener);
      this.#own(endpoint);
      await prepare(endpoint);
      this.#assertOpen();
      const sdpAnswer = await endpoint.answer(sdpOffer);
      this.#assertOpen();
      return sdpAnswer;
    } catch (error) {
      const closedMeanwhile = this.#closed;
      this.close();
      throw closedMeanwhile ? closedError(error) : mediaError(error);
    }
  }

  /**
   * The client has another network (`Endpoint.restart`).
   * @throws RoomError `offer-refused`, `media-failed`: it goes on as it was; `interrupted` if closed before or meanwhile
   */
  async restart(sdpOffer: string): Promise<string> {
    try {
      if (!this.#endpoint) throw closedError();
      const sdpAnswer = await this.#endpoint.restart(sdpOffer);
      this.#assertOpen();
      return sdpAnswer;
    } catch (error) {
      throw this.#closed ? closedError(error) : mediaError(error);
    }
  }

  /** Takes over the endpoint of another process, which has negotiated it. */
  adopt(pipeline: Pipeline, record: MediaRecord, listener: EndpointListener): Endpoint {
    const endpoint = pipeline.adopt(record, listener);
    this.#own(endpoint);
    return endpoint;
  }

  /** By which another process takes over the endpoint. Undefined while there is none. */
  get record(): MediaRecord | undefined {
    return this.#endpoint?.record;
  }

  /** As `Endpoint.carried`. */
  get carried(): CarriedMedia | undefined {
    return this.#endpoint?.carried;
  }

  /** As `Endpoint.want`. */
  want(wish: ReceiverWish): void {
    this.#endpoint?.want?.(wish);
  }

  /** @returns what `values` has for it */
  valueIn<Value>(values: ReadonlyMap<Endpoint, Value>): Value | undefined {
    return this.#endpoint && values.get(this.#endpoint);
  }

  /** @throws RoomError `not-publishing` when there is no endpoint, or none any more */
  async connectTo(sink: MediaElement, kind?: MediaKind): Promise<void> {
    await this.#source().connect(sink, kind);
  }

  /** @throws RoomError as `connectTo` */
  async disconnectFrom(sink: MediaElement, kind: MediaKind): Promise<void> {
    await this.#source().disconnect(sink, kind);
  }

  addCandidate(candidate: IceCandidate): void {
    if (this.#endpoint) this.#endpoint.addCandidate(candidate);
    else this.#candidates.add(candidate);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#endpoint?.release();
    this.#endpoint = undefined;
  }

  /** Another process goes on with the endpoint: it is closed here, and not released. */
  letGo(): void {
    this.#endpoint?.letGo();
    this.#endpoint = undefined;
    this.#closed = true;
  }

  #source(): Endpoint {
    if (!this.#endpoint) throw new RoomError('not-publishing', 'The publication is closed');
    return this.#endpoint;
  }

  #own(endpoint: Endpoint): void {
    if (this.#closed) endpoint.release();
    this.#assertOpen();
    this.#endpoint = endpoint;
    this.#candidates.handTo(endpoint);
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError();
  }
}

function closedError(cause?: unknown): RoomError {
  if (cause instanceof RoomError) return cause;
  return new RoomError('interrupted', 'Closed while it was being negotiated', { cause, retry: true });
}
