import type {
  CarriedKind,
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
  #candidates: HeldCandidates;
  /** Of offers that it is still to take. */
  #coming: readonly HeldCandidates[] | undefined;
  #endpoint: Endpoint | undefined;
  /** While another endpoint takes its place: the one that is not in it. */
  #other: Endpoint | undefined;
  #closed = false;

  /** @param candidates of the client, with those that came before the endpoint is there */
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

  /** The client has made another offer, which is to be taken by `restart` or `replace`: these are its candidates. */
  expect(candidates: HeldCandidates): void {
    this.#coming = [...(this.#coming ?? []), candidates];
  }

  get expectsOffers(): boolean {
    return this.#coming !== undefined;
  }

  /**
   * The client has another network (`Endpoint.restart`).
   * @param candidates those that were expected
   * @throws RoomError `offer-refused`, `media-failed`: it goes on as it was; `interrupted` if closed before or meanwhile
   */
  async restart(sdpOffer: string, candidates: HeldCandidates): Promise<string> {
    try {
      if (!this.#endpoint) throw closedError();
      const sdpAnswer = await this.#endpoint.restart(sdpOffer);
      this.#assertOpen();
      this.#candidates = candidates;
      candidates.handTo(this.#endpoint);
      return sdpAnswer;
    } catch (error) {
      throw this.#closed ? closedError(error) : mediaError(error);
    } finally {
      this.#expectNoMore(candidates);
    }
  }

  /**
   * The client has another connection: a new endpoint takes the place of the present one, which is released once all is done.
   * @param candidates those that were expected
   * @param move connects everything to the endpoint that is in place now: the new one, or the former one again when that has failed
   * @throws RoomError as `restart`
   */
  async replace(
    pipeline: Pipeline,
    sdpOffer: string,
    options: EndpointOptions,
    listener: EndpointListener,
    candidates: HeldCandidates,
    move: (isBack: boolean) => Promise<void>,
  ): Promise<string> {
    const formerCandidates = this.#candidates;
    let isMoved = false;
    try {
      this.#assertOpen();
      const next = await pipeline.createEndpoint(options, listener);
      if (this.#closed) next.release();
      this.#assertOpen();
      this.#other = next;
      candidates.handTo(next);
      const sdpAnswer = await next.answer(sdpOffer);
      this.#assertOpen();
      isMoved = true;
      this.#swap(candidates);
      await move(false);
      this.#assertOpen();
      return sdpAnswer;
    } catch (error) {
      if (isMoved && !this.#closed) {
        this.#swap(formerCandidates);
        // If even this fails the media server is gone; its loss is reported separately.
        await move(true).catch(() => undefined);
      }
      candidates.end();
      throw this.#closed ? closedError(error) : mediaError(error);
    } finally {
      this.#other?.release();
      this.#other = undefined;
      this.#expectNoMore(candidates);
    }
  }

  /** Takes over the endpoint of another process, which has negotiated it. */
  adopt(pipeline: Pipeline, record: MediaRecord, listener: EndpointListener): Endpoint {
    const endpoint = pipeline.adopt(record, listener);
    this.#own(endpoint);
    return endpoint;
  }

  /** As what media is connected to. Undefined while there is none. */
  get element(): MediaElement | undefined {
    return this.#endpoint;
  }

  /** Of the client's offer. Empty: not known. */
  get ufrags(): readonly string[] {
    return this.#candidates.ufrags;
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
  async connectTo(sink: MediaElement, kind?: CarriedKind): Promise<void> {
    await this.#source().connect(sink, kind);
  }

  /** @throws RoomError as `connectTo` */
  async disconnectFrom(sink: MediaElement, kind: MediaKind): Promise<void> {
    await this.#source().disconnect(sink, kind);
  }

  /** Whether a candidate of the client is for this endpoint, or for one that is to take its place. */
  isFor(candidate: IceCandidate): boolean {
    return [this.#candidates, ...(this.#coming ?? [])].some((each) => each.isFor(candidate));
  }

  /** One that does not say which offer it belongs to is for the last one. */
  addCandidate(candidate: IceCandidate): void {
    const coming = this.#coming?.findLast((each) => each.isFor(candidate));
    (coming ?? this.#candidates).add(candidate);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#candidates.end();
    this.#endpoint?.release();
    this.#endpoint = undefined;
    this.#other?.release();
    this.#other = undefined;
  }

  /** Another process goes on with the endpoint: it is closed here, and not released. */
  letGo(): void {
    this.#closed = true;
    this.#candidates.end();
    this.#endpoint?.letGo();
    this.#endpoint = undefined;
    // Nobody knows of it.
    this.#other?.release();
    this.#other = undefined;
  }

  #swap(candidates: HeldCandidates): void {
    [this.#endpoint, this.#other] = [this.#other, this.#endpoint];
    this.#candidates = candidates;
  }

  #expectNoMore(candidates: HeldCandidates): void {
    const others = this.#coming?.filter((each) => each !== candidates) ?? [];
    this.#coming = others.length > 0 ? others : undefined;
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
