import { MediaError } from '../errors.js';
import type { Log } from '../../log.js';
import { recordOf } from '../media-record.js';
import type { Endpoint, EndpointListener, IceCandidate, MediaFailure, MediaRecord } from '../port.js';
import { KurentoElement } from './element.js';
import type { Property } from './endpoint-properties.js';
import {
  connectionStateChanged,
  errorEvent,
  iceCandidateFound,
  iceComponentStateChanged,
  sdpAnswer,
} from './messages.js';
import { notify } from '../notify.js';
import { RemoteCandidates, midsOf } from './remote-candidates.js';
import type { RemoteObject } from './remote-object.js';

/** A section that was not refused (RFC 3264 §6: a refused one has port 0). */
const servedSection = /^m=\S+ [1-9]/m;

/** Of each side: more than browsers have. */
const mostTried = 32;

export class KurentoEndpoint extends KurentoElement implements Endpoint {
  readonly #listener: EndpointListener;
  readonly #candidates: RemoteCandidates;
  /** What was tried, for a listener that wants to know of a connection that failed. */
  readonly #tried: { readonly own: string[]; readonly remote: string[] } = { own: [], remote: [] };
  #negotiated = false;
  /** What its listener was told. */
  #connected: boolean | undefined;

  /** `ended`: as that of an element. */
  constructor(remote: RemoteObject, listener: EndpointListener, log: Log, ended: () => void) {
    super(remote, listener, log, ended);
    this.#listener = listener;
    this.#candidates = new RemoteCandidates((candidate) => {
      this.remote.invoke('addIceCandidate', { candidate }).catch((error: unknown) => {
        if (!this.ended) log.debug('a remote candidate was not taken', { endpoint: remote.id, error });
      });
    });
  }

  /** Does what must be done on the media server before the endpoint can be used. */
  async prepare(properties: readonly Property[]): Promise<void> {
    await Promise.all([
      ...properties.map((property) => this.#set(property)),
      this.remote.subscribe('IceCandidateFound', iceCandidateFound, ({ candidate }) => {
        this.#candidateFound(candidate);
      }),
      this.remote.subscribe('Error', errorEvent, ({ description, errorCode, type }) => {
        this.#failed(new MediaError('engine-error', `${description} (${errorCode} ${type})`));
      }),
      ...(this.#listener.connectionChanged ? [this.#watchConnection()] : []),
      ...(this.#listener.connectionFailed ? [this.#watchFailure()] : []),
    ]);
  }

  override get record(): MediaRecord {
    const mids = this.#candidates.mids?.map((mid) => mid ?? null);
    const connected = this.#connected;
    return recordOf({
      is: 'endpoint',
      id: this.id,
      ...(mids && { mids }),
      ...(connected !== undefined && { connected }),
    });
  }

  async answer(sdpOffer: string): Promise<string> {
    this.assertOpen();
    if (this.#negotiated) throw new MediaError('engine-error', 'An endpoint answers one offer only');
    this.#negotiated = true;
    const value = await this.invoke('processOffer', { offer: sdpOffer });
    const sdp = sdpAnswer.safeParse(value).data;
    if (sdp === undefined) throw new MediaError('engine-error', 'processOffer: no SDP in the answer');
    if (!servedSection.test(sdp)) throw new MediaError('offer-refused', 'Nothing in the offer can be served');
    this.invoke('gatherCandidates').catch((error: unknown) => {
      if (error instanceof MediaError) this.#failed(error);
    });
    this.#candidates.open(midsOf(sdpOffer));
    return sdp;
  }

  addCandidate(candidate: IceCandidate): void {
    if (this.ended) return;
    this.#keep(this.#tried.remote, candidate);
    this.#candidates.add(candidate);
  }

  /** A property that is refused does not end the call. The value may be a secret, and the answer may repeat it, so neither is logged. */
  async #set([property, value]: Property): Promise<void> {
    try {
      await this.remote.invoke(`set${property.charAt(0).toUpperCase()}${property.slice(1)}`, { [property]: value });
    } catch (error) {
      const reason = error instanceof MediaError ? error.code : 'engine-error';
      this.log.warn('a property of an endpoint was not set', { endpoint: this.remote.id, property, reason });
    }
  }

  #watchConnection(): Promise<void> {
    return this.remote.subscribe('ConnectionStateChanged', connectionStateChanged, ({ newState }) => {
      if (this.ended) return;
      const connected = newState === 'CONNECTED';
      this.#connected = connected;
      notify(this.log, () => {
        this.#listener.connectionChanged?.(connected);
      });
    });
  }

  #watchFailure(): Promise<void> {
    let isTold = false;
    return this.remote.subscribe('IceComponentStateChanged', iceComponentStateChanged, ({ state }) => {
      // Each component of each stream may say it.
      if (this.ended || isTold || state !== 'FAILED') return;
      isTold = true;
      notify(this.log, () => {
        this.#listener.connectionFailed?.(this.#tried);
      });
    });
  }

  #keep(tried: string[], { candidate }: IceCandidate): void {
    if (this.#listener.connectionFailed && tried.length < mostTried) tried.push(candidate);
  }

  #candidateFound(candidate: IceCandidate): void {
    if (this.ended || candidate.candidate === '') return;
    this.#keep(this.#tried.own, candidate);
    notify(this.log, () => {
      this.#listener.candidateFound(candidate);
    });
  }

  #failed(failure: MediaFailure): void {
    if (this.ended) return;
    notify(this.log, () => {
      this.#listener.failed(failure);
    });
  }
}
