import type { ServerEndpoint } from '../media-server.js';
import { MediaError } from '../errors.js';
import type {
  CarriedMedia,
  Endpoint,
  EndpointListener,
  IceCandidate,
  MediaKind,
  MediaRecord,
  ReceiverWish,
} from '../port.js';
import type { ElementPlace } from './element.js';
import { SpreadElement } from './element.js';
import { spreadRecordOf } from './records.js';
import type { Relay, RelaySink } from './relay.js';

const mediaKinds = ['audio', 'video'] as const satisfies readonly MediaKind[];

export class SpreadEndpoint extends SpreadElement implements Endpoint, RelaySink {
  /** For what its media server tells of it. */
  readonly events: EndpointListener;
  #endpoint: ServerEndpoint | undefined;
  /** Those that bring it media. */
  readonly #relays = new Map<MediaKind, Relay>();
  #isSink = false;

  constructor(place: ElementPlace, listener: EndpointListener) {
    super(place, listener);
    this.events = {
      candidateFound: (candidate) => {
        listener.candidateFound(candidate);
      },
      failed: (failure) => {
        listener.failed(failure);
      },
      mediaLost: (failure) => {
        this.mediaLost(failure);
      },
      ...(listener.connectionChanged && {
        connectionChanged: (connected) => listener.connectionChanged?.(connected),
      }),
      ...(listener.connectionFailed && {
        connectionFailed: (tried) => listener.connectionFailed?.(tried),
      }),
      ...(listener.candidatesDone && { candidatesDone: () => listener.candidatesDone?.() }),
      ...(listener.mediaChanged && { mediaChanged: (isFlowing) => listener.mediaChanged?.(isFlowing) }),
      ...(listener.layersWanted && {
        layersWanted: (layers) => listener.layersWanted?.(layers),
      }),
    };
  }

  override begin(inner: ServerEndpoint): void {
    super.begin(inner);
    this.#endpoint = inner;
  }

  override get inner(): ServerEndpoint {
    this.assertOpen();
    if (!this.#endpoint) throw new MediaError('engine-error', 'It is not there yet');
    return this.#endpoint;
  }

  /** Whether `inner` is what its media server has made of it. */
  isOf(inner: unknown): boolean {
    return inner === this.#endpoint;
  }

  get isSink(): boolean {
    return this.#isSink;
  }

  get relaySink(): RelaySink {
    return this;
  }

  get source(): string {
    return this.id;
  }

  get record(): MediaRecord {
    const relays = [...new Set(this.#relays.values())].flatMap((relay) => relay.factsFor(this));
    return spreadRecordOf({
      ...this.factsOf('spread-endpoint'),
      ...(this.#isSink && { isSink: true }),
      ...(relays.length > 0 && { relays }),
    });
  }

  async answer(sdpOffer: string): Promise<string> {
    return this.inner.answer(sdpOffer);
  }

  async restart(sdpOffer: string): Promise<string> {
    return this.inner.restart(sdpOffer);
  }

  addCandidate(candidate: IceCandidate): void {
    if (!this.ended) this.#endpoint?.addCandidate(candidate);
  }

  want(wish: ReceiverWish): void {
    if (!this.ended) this.#endpoint?.want?.(wish);
  }

  get carried(): CarriedMedia | undefined {
    return this.#endpoint?.carried;
  }

  /** Goes on with what another process has connected. */
  restore(isSink: boolean): void {
    this.#isSink = isSink;
  }

  /** As `restore`: media comes to it from another media server. */
  restoreRelay(relay: Relay, kinds: readonly MediaKind[]): void {
    relay.adoptSink(this, kinds);
    for (const kind of kinds) this.#relays.set(kind, relay);
  }

  connectedFrom(element: SpreadElement, kind: MediaKind | undefined, relay: Relay | undefined): void {
    if (element.source !== this.id) this.#isSink = true;
    for (const each of kind ? [kind] : mediaKinds) {
      const former = this.#relays.get(each);
      // Its place was taken: a sink has one source of each kind.
      if (former !== relay) former?.forget(this, [each]);
      if (relay) this.#relays.set(each, relay);
      else this.#relays.delete(each);
    }
    if (this.ended) this.leaveRelays();
  }

  protected leaveRelays(): void {
    for (const relay of new Set(this.#relays.values())) relay.forget(this);
  }
}
