import { MediaError } from './errors.js';
import { FencedThing } from './fenced-thing.js';
import type {
  CarriedMedia,
  ElementListener,
  Endpoint,
  EndpointListener,
  IceCandidate,
  MediaElement,
  MediaKind,
  Recorder,
  RecorderListener,
} from './port.js';

/** The pipeline of an element. */
export interface ElementHolder {
  after(effect: () => void): void;
  /** @throws MediaError when this node may not act, or the pipeline is over */
  assertUp(): void;
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

  async connect(sink: MediaElement, kind?: MediaKind): Promise<void> {
    this.assertUsable();
    await this.inner.connect(innerOf(sink), kind);
  }

  async disconnect(sink: MediaElement, kind?: MediaKind): Promise<void> {
    this.assertUsable();
    await this.inner.disconnect(innerOf(sink), kind);
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

  /** @throws MediaError */
  protected assertUsable(): void {
    if (this.end) throw this.end;
    this.#pipeline.assertUp();
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
    this.assertUsable();
    const sdpAnswer = await this.inner.answer(sdpOffer);
    if (this.end) throw this.end;
    return sdpAnswer;
  }

  addCandidate(candidate: IceCandidate): void {
    if (!this.end) this.inner.addCandidate(candidate);
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
    };
  }
}

/** Nobody adopts it. So no other node goes on with it, and this one may stop it at any time. */
export class FencedRecorder extends FencedElement<Recorder> implements Recorder {
  async start(): Promise<void> {
    this.assertUsable();
    await this.inner.start();
  }

  async pause(): Promise<void> {
    this.assertUsable();
    await this.inner.pause();
  }

  async resume(): Promise<void> {
    this.assertUsable();
    await this.inner.resume();
  }

  async stop(): Promise<void> {
    if (this.end) throw this.end;
    await this.inner.stop();
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
