import type { MediaError } from './errors.js';
import { FencedEndpoint, FencedFilter, FencedRecorder } from './fenced-element.js';
import type { ElementHolder, FencedElement } from './fenced-element.js';
import type { FencedRoom } from './fenced.js';
import { FencedThing } from './fenced-thing.js';
import type {
  ElementListener,
  Endpoint,
  EndpointListener,
  EndpointOptions,
  FilterElement,
  MediaAbilities,
  MediaElement,
  MediaRecord,
  MemberOptions,
  Pipeline,
  PipelineListener,
  Recorder,
  RecorderListener,
  RecorderOptions,
  SpeakerLevel,
  VideoFilter,
} from './port.js';

/** A pipeline of a room that another node may take over (`FencedEngine`). */
export class FencedPipeline extends FencedThing<Pipeline> implements Pipeline, ElementHolder {
  readonly #room: FencedRoom;
  readonly #elements = new Set<FencedElement>();
  #over: () => void = () => undefined;
  readonly #whenOver = new Promise<void>((resolve) => (this.#over = resolve));

  constructor(room: FencedRoom) {
    super();
    this.#room = room;
  }

  /** For the engine below. */
  heard(listener: PipelineListener): PipelineListener {
    return {
      failed: (failure) => {
        if (!this.end) listener.failed(failure);
      },
      mediaLost: (failure) => {
        if (this.end) return;
        this.lost(failure);
        // The media server may still have it.
        this.releaseInTime();
        listener.mediaLost(failure);
      },
      recordChanged: () => {
        if (!this.end) listener.recordChanged?.();
      },
      ...(listener.speakersChanged && {
        speakersChanged: (speakers) => {
          if (!this.end) listener.speakersChanged?.(speakers.flatMap((speaker) => this.#ownLevel(speaker)));
        },
      }),
      whenOwned: (effect) => {
        this.after(effect);
      },
    };
  }

  async createEndpoint(options: EndpointOptions, listener: EndpointListener): Promise<Endpoint> {
    const endpoint = new FencedEndpoint(this);
    return this.#begin(endpoint, async () => this.inner.createEndpoint(options, endpoint.heardAll(listener)));
  }

  get abilities(): MediaAbilities | undefined {
    return this.end ? undefined : this.inner.abilities;
  }

  hasFilter(type: VideoFilter['type']): boolean {
    return this.inner.hasFilter(type);
  }

  async createFilter(filter: VideoFilter, listener: ElementListener, options?: MemberOptions): Promise<FilterElement> {
    const element = new FencedFilter(this);
    return this.#begin(element, async () => this.inner.createFilter(filter, element.heard(listener), options));
  }

  async createRecorder(options: RecorderOptions, listener: RecorderListener): Promise<Recorder> {
    const recorder = new FencedRecorder(this);
    return this.#begin(recorder, async () => this.inner.createRecorder(options, recorder.heardAll(listener)));
  }

  setAudioLastN(count: number): void {
    if (!this.end) this.inner.setAudioLastN?.(count);
  }

  adopt(record: MediaRecord, listener: EndpointListener): Endpoint {
    const endpoint = new FencedEndpoint(this);
    this.#elements.add(endpoint);
    endpoint.begin(this.inner.adopt(record, endpoint.heardAll(listener)), true);
    return endpoint;
  }

  adoptFilter(record: MediaRecord, listener: ElementListener): FilterElement {
    const element = new FencedFilter(this);
    this.#elements.add(element);
    element.begin(this.inner.adoptFilter(record, element.heard(listener)), true);
    return element;
  }

  /** It releases what is in no record, so it waits too. */
  async finishAdoption(): Promise<void> {
    const finished = new Promise<void>((resolve) => {
      this.after(() => {
        if (this.end) resolve();
        else void this.inner.finishAdoption().then(resolve);
      });
    });
    await Promise.race([finished, this.#whenOver]);
  }

  override stepDown(): void {
    for (const element of this.#elements) element.stepDown();
    super.stepDown();
  }

  override finish(why: MediaError): void {
    super.finish(why);
    for (const element of this.#elements) element.finish(why);
  }

  after(effect: () => void): void {
    this.#room.after(effect);
  }

  async make<T>(call: () => Promise<T>): Promise<T> {
    if (this.end) throw this.end;
    return this.#room.make(async () => {
      if (this.end) throw this.end;
      return call();
    });
  }

  removed(element: FencedElement): void {
    this.#elements.delete(element);
  }

  protected done(): void {
    this.#elements.clear();
    this.#room.remove(this);
    this.#over();
  }

  #ownLevel({ endpoint, level }: SpeakerLevel): readonly SpeakerLevel[] {
    for (const own of this.#elements) {
      if (own instanceof FencedEndpoint && own.isOf(endpoint)) return [{ endpoint: own, level }];
    }
    return [];
  }

  async #begin<T extends FencedElement<Inner>, Inner extends MediaElement>(
    element: T,
    create: () => Promise<Inner>,
  ): Promise<T> {
    if (this.end) throw this.end;
    this.#elements.add(element);
    try {
      element.begin(await this.make(create));
      if (element.end) throw element.end;
      return element;
    } catch (error) {
      element.release();
      throw error;
    }
  }
}
