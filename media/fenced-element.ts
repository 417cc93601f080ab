import { MediaError } from './errors.js';
import { FencedThing } from './fenced-thing.js';
import type {
  CarriedKind,
  CarriedMedia,
  ElementListener,
  Endpoint,
  EndpointListener,
  FilterElement,
  IceCandidate,
  MediaElement,
  ReceiverWish,
  Recorder,
  RecorderListener,
  VideoFilter,
} from './port.js';

/** The pipeline of an element. */
export interface ElementHolder {
  after(effect: () => void): void;
  /** As `FencedRoom.make`. @throws MediaError also when the pipeline is over */
  make<T>(call: () => Promise<T>): Promise<T>;
  removed(element: FencedElement): void;
}

/** An endpoint, a filter or a recorder of a room that another node may take over (`FencedEngine`). */
export class FencedElement<Inner extends MediaElement = MediaElement>
  extends FencedThing<Inner>
  implements MediaElement
{
  readonly #pipeline: ElementHolder;

  constructor(pipeline: ElementHolder) {
    super();
    this.#pipeline = pipeline;
  }

  async connect(sink: MediaElement, kind?: CarriedKind): Promise<void> {
    await this.make(async () => this.inner.connect(innerOf(sink), kind));
  }

  async disconnect(sink: MediaElement, kind?: CarriedKind): Promise<void> {
    await this.make(async () => this.inner.disconnect(innerOf(sink), kind));
  }

  /** For the engine below. */
  heard(listener: ElementListener): ElementListener {
    return {
      mediaLost: (failure) => {
        if (this.end) return;
        this.lost(failure);
        this.done();
        listener.mediaLost(failure);
      },
    };
  }

  /** Makes a call once this node may act. @throws MediaError also when this is over by then */
  protected async make<T>(call: () => Promise<T>): Promise<T> {
    if (this.end) throw this.end;
    return this.#pipeline.make(async () => {
      if (this.end) throw this.end;
      return call();
    });
  }

  protected after(effect: () => void): void {
    this.#pipeline.after(effect);
  }

  protected done(): void {
    this.#pipeline.removed(this);
  }
}

export class FencedEndpoint extends FencedElement<Endpoint> implements Endpoint {
  async answer(sdpOffer: string): Promise<string> {
    const sdpAnswer = await this.make(async () => this.inner.answer(sdpOffer));
    if (this.end) throw this.end;
    return sdpAnswer;
  }

  async restart(sdpOffer: string): Promise<string> {
    const sdpAnswer = await this.make(async () => this.inner.restart(sdpOffer));
    if (this.end) throw this.end;
    return sdpAnswer;
  }

  addCandidate(candidate: IceCandidate): void {
    if (!this.end) this.inner.addCandidate(candidate);
  }

  want(wish: ReceiverWish): void {
    if (!this.end) this.inner.want?.(wish);
  }

  get carried(): CarriedMedia | undefined {
    return this.end ? undefined : this.inner.carried;
  }

  /** As `heard`. */
  heardAll(listener: EndpointListener): EndpointListener {
    return {
      ...this.heard(listener),
      candidateFound: (candidate) => {
        if (!this.end) listener.candidateFound(candidate);
      },
      failed: (failure) => {
        if (!this.end) listener.failed(failure);
      },
      ...(listener.connectionChanged && {
        connectionChanged: (connected) => {
          if (!this.end) listener.connectionChanged?.(connected);
        },
      }),
      ...(listener.connectionFailed && {
        connectionFailed: (tried) => {
          if (!this.end) listener.connectionFailed?.(tried);
        },
      }),
      ...(listener.candidatesDone && {
        candidatesDone: () => {
          if (!this.end) listener.candidatesDone?.();
        },
      }),
      ...(listener.mediaChanged && {
        mediaChanged: (isFlowing) => {
          if (!this.end) listener.mediaChanged?.(isFlowing);
        },
      }),
      ...(listener.layersWanted && {
        layersWanted: (layers) => {
          if (!this.end) listener.layersWanted?.(layers);
        },
      }),
    };
  }
}

export class FencedFilter extends FencedElement<FilterElement> implements FilterElement {
  async change(filter: VideoFilter): Promise<void> {
    await this.make(async () => this.inner.change(filter));
  }
}

/** Nobody adopts it. So no other node goes on with it, and this one may stop it at any time. */
export class FencedRecorder extends FencedElement<Recorder> implements Recorder {
  #hasStopped = false;

  async start(): Promise<void> {
    await this.#makeUnlessStopped(async () => this.inner.start());
  }

  async pause(): Promise<void> {
    await this.#makeUnlessStopped(async () => this.inner.pause());
  }

  async resume(): Promise<void> {
    await this.#makeUnlessStopped(async () => this.inner.resume());
  }

  /** Does not wait until this node may act. Calls that wait are refused then. */
  async stop(): Promise<void> {
    if (this.end) throw this.end;
    this.#hasStopped = true;
    await this.inner.stop();
  }

  async #makeUnlessStopped(call: () => Promise<void>): Promise<void> {
    await this.make(async () => {
      if (this.#hasStopped) throw new MediaError('released', 'The recorder was stopped');
      await call();
    });
  }

  /** As `heard`. */
  heardAll(listener: RecorderListener): RecorderListener {
    return {
      ...this.heard(listener),
      started: (agoMs) => {
        if (!this.end) listener.started(agoMs);
      },
      failed: (failure, reason) => {
        if (!this.end) listener.failed(failure, reason);
      },
    };
  }
}

/** @throws MediaError for an element of another engine, or one that is over */
function innerOf(sink: MediaElement): MediaElement {
  if (!(sink instanceof FencedElement)) throw new MediaError('engine-error', 'The sink is of another engine');
  if (sink.end) throw sink.end;
  return sink.inner as MediaElement;
}
