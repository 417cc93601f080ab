import type {
  Endpoint,
  EndpointListener,
  EndpointOptions,
  IceCandidate,
  MediaElement,
  MediaKind,
  Pipeline,
} from '../media/port.js';
import { maxEarlyCandidates } from './early-candidates.js';
import { RoomError, mediaError } from './errors.js';

/**
 * The one owner of one endpoint: what a publication and a subscription have in common. Whatever fails, and whenever
 * `close` comes, the endpoint is released exactly once.
 */
export class OwnedEndpoint {
  readonly #pending: IceCandidate[];
  #endpoint: Endpoint | undefined;
  #closed = false;

  /** @param early remote candidates that arrived before */
  constructor(early: readonly IceCandidate[]) {
    this.#pending = [...early];
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

  /** @throws RoomError `not-publishing` when there is nothing (any more) to take media from */
  async connectTo(sink: MediaElement, kind?: MediaKind): Promise<void> {
    await this.#source().connect(sink, kind);
  }

  /** @throws RoomError `not-publishing` when there is nothing (any more) to take media from */
  async disconnectFrom(sink: MediaElement, kind: MediaKind): Promise<void> {
    await this.#source().disconnect(sink, kind);
  }

  addCandidate(candidate: IceCandidate): void {
    if (this.#endpoint) this.#endpoint.addCandidate(candidate);
    else if (this.#pending.length < maxEarlyCandidates) this.#pending.push(candidate);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#endpoint?.release();
    this.#endpoint = undefined;
  }

  #source(): Endpoint {
    if (!this.#endpoint) throw new RoomError('not-publishing', 'The publication is closed');
    return this.#endpoint;
  }

  #own(endpoint: Endpoint): void {
    if (this.#closed) endpoint.release();
    this.#assertOpen();
    this.#endpoint = endpoint;
    for (const candidate of this.#pending.splice(0)) endpoint.addCandidate(candidate);
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError();
  }
}

function closedError(cause?: unknown): RoomError {
  if (cause instanceof RoomError) return cause;
  return new RoomError('interrupted', 'Closed while it was being negotiated', { cause });
}
