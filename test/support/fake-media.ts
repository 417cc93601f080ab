import { MediaError } from '../../media/errors.js';
import { LostElement, LostPipeline } from '../../media/lost.js';
import type { ServerEndpoint, ServerEndpointOptions, ServerPipeline } from '../../media/media-server.js';
import type {
  CarriedKind,
  CarriedMedia,
  ElementListener,
  EndpointListener,
  FilterElement,
  IceCandidate,
  MediaAbilities,
  MediaElement,
  MediaEngine,
  MediaKind,
  MediaRecord,
  PipelineListener,
  ReceiverWish,
  Recorder,
  RecorderListener,
  RecorderOptions,
  VideoFilter,
} from '../../media/port.js';
import { RecordingLog } from './recording-log.js';

/** The steps at which a call can be delayed or made to fail. */
export type Step =
  | 'openPipeline'
  | 'createEndpoint'
  | 'createFilter'
  | 'changeFilter'
  | 'createRecorder'
  | 'connect'
  | 'answer'
  | 'restart'
  | 'offer'
  | 'accept'
  | 'record'
  | 'pause'
  | 'resume'
  | 'stop'
  | 'finishAdoption';

/**
 * A media engine in memory, for tests of the domain. It counts allocations and can delay or fail any step, which a real media server
 * cannot do on demand. Media itself is tested with real engines.
 *
 * It is the media server too. What one `Rooms` has let go, or leaves when it is thrown away, another on the same `FakeMedia` adopts:
 * a new object is in `pipelines`, `endpoints` or `filters` then in place of the former one, with all its connections.
 */
export class FakeMedia implements MediaEngine {
  /** A programming error inside the engine: thrown when a room asks for capacity. */
  defect: Error | undefined;
  #hasCapacity = true;
  abilities: MediaAbilities = {
    ...{ simulcast: true, layers: 3, pause: true, iceRestart: true },
    ...{ activeSpeaker: 'none', audioLastN: false },
  };
  readonly pipelines = new Set<FakePipeline>();
  readonly endpoints = new Set<FakeEndpoint>();
  readonly filters = new Set<FakeFilter>();
  readonly recorders = new Set<FakeRecorder>();
  /** Whether a recorder gets its first frame by itself, in the turn after it has begun to record. */
  recordersGetFrames = true;
  /** Whether the engine has filters, as a Kurento media server does. */
  hasFilters = false;
  /** How often each object was released. More than once is a defect of the caller. */
  readonly releases = new Map<object, number>();
  /** Called before each call, which waits for it, and fails as it does. */
  before: ((step: Step) => Promise<void> | undefined) | undefined;
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
    return this.pipelines.size + this.endpoints.size + this.filters.size + this.recorders.size;
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

  async openPipeline(listener: PipelineListener): Promise<ServerPipeline> {
    await this.pass('openPipeline');
    const pipeline = new FakePipeline(this, listener);
    this.pipelines.add(pipeline);
    return pipeline;
  }

  adopt(record: MediaRecord, listener: PipelineListener): ServerPipeline {
    const former = [...this.pipelines].find((each) => each.record === record);
    if (!former) return new LostPipeline(record, goneError(), listener, new RecordingLog());
    const pipeline = new FakePipeline(this, listener, record);
    former.replacedBy(pipeline);
    this.pipelines.delete(former);
    this.pipelines.add(pipeline);
    return pipeline;
  }

  /** By its record: as when the media server loses something while nobody listens. */
  forget(record: MediaRecord): void {
    for (const all of [this.pipelines, this.endpoints, this.filters, this.recorders]) {
      for (const each of all) if (each.record === record) each.vanish();
    }
  }

  async pass(step: Step): Promise<void> {
    await this.before?.(step);
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

let records = 0;

function newRecord(): MediaRecord {
  records += 1;
  return `fake ${records}`;
}

function goneError(): MediaError {
  return new MediaError('object-gone', 'The media server has lost it');
}

/** What pipelines and elements share: one process at a time uses it, and another one may take it over. */
abstract class FakeObject<Self extends { vanish(): void }> {
  readonly record: MediaRecord;
  protected readonly media: FakeMedia;
  #isLetGo = false;
  #successor: Self | undefined;

  constructor(media: FakeMedia, record: MediaRecord) {
    this.media = media;
    this.record = record;
  }

  /** Ends on the media server. The process that uses it is told. */
  abstract vanish(): void;

  /** Taken over, whether it was let go or not. */
  replacedBy(successor: Self): void {
    this.#successor = successor;
  }

  /** After `letGo` it has no effect. Without, it takes the thing away from a process that has taken it over. */
  release(): void {
    if (this.#isLetGo) return;
    this.media.countRelease(this);
    if (this.#successor) this.#successor.vanish();
    else this.remove();
  }

  letGo(): void {
    this.#isLetGo = true;
  }

  get isLetGo(): boolean {
    return this.#isLetGo;
  }

  /** It is no longer on the media server. */
  protected abstract remove(): void;

  protected assertHeld(): void {
    if (this.#isLetGo) throw new MediaError('released', 'It has been let go');
  }
}

export class FakePipeline extends FakeObject<FakePipeline> implements ServerPipeline {
  readonly listener: PipelineListener;
  /** As it was asked for. */
  audioLastN: number | undefined;

  constructor(media: FakeMedia, listener: PipelineListener, record = newRecord()) {
    super(media, record);
    this.listener = listener;
  }

  async createEndpoint(options: ServerEndpointOptions, listener: EndpointListener): Promise<ServerEndpoint> {
    this.assertHeld();
    await this.media.pass('createEndpoint');
    const endpoint = new FakeEndpoint(this, this.media, options, listener);
    this.media.endpoints.add(endpoint);
    return endpoint;
  }

  get abilities(): MediaAbilities {
    return this.media.abilities;
  }

  hasFilter(): boolean {
    return this.media.hasFilters;
  }

  setAudioLastN(count: number): void {
    this.audioLastN = count;
  }

  async createFilter(settings: VideoFilter, listener: ElementListener): Promise<FakeFilter> {
    this.assertHeld();
    await this.media.pass('createFilter');
    const filter = new FakeFilter(this, this.media, settings, listener);
    this.media.filters.add(filter);
    return filter;
  }

  async createRecorder(options: RecorderOptions, listener: RecorderListener): Promise<FakeRecorder> {
    this.assertHeld();
    await this.media.pass('createRecorder');
    const recorder = new FakeRecorder(this, this.media, options, listener);
    this.media.recorders.add(recorder);
    return recorder;
  }

  /** An endpoint that was answered tells none of its candidates by itself. */
  adopt(record: MediaRecord, listener: EndpointListener): ServerEndpoint {
    const former = this.#elements(this.media.endpoints).find((each) => each.record === record);
    if (!former) return new LostElement(record, goneError(), listener, new RecordingLog());
    const endpoint = new FakeEndpoint(this, this.media, former.options, listener, former);
    this.media.endpoints.delete(former);
    this.media.endpoints.add(endpoint);
    return endpoint;
  }

  adoptFilter(record: MediaRecord, listener: ElementListener): FilterElement {
    const former = this.#elements(this.media.filters).find((each) => each.record === record);
    if (!former) return new LostElement(record, goneError(), listener, new RecordingLog());
    const filter = new FakeFilter(this, this.media, former.settings, listener, former);
    this.media.filters.delete(former);
    this.media.filters.add(filter);
    return filter;
  }

  async finishAdoption(): Promise<void> {
    await this.media.pass('finishAdoption');
    for (const each of this.#all) if (each.pipeline !== this) each.vanish();
  }

  vanish(): void {
    for (const each of this.#all) each.remove();
    this.remove();
    if (!this.isLetGo) this.listener.mediaLost(goneError());
  }

  override letGo(): void {
    super.letGo();
    for (const each of this.#all) if (each.pipeline === this) each.letGo();
  }

  protected remove(): void {
    this.media.pipelines.delete(this);
  }

  get #all(): FakeElement[] {
    return this.#elements<FakeElement>([...this.media.endpoints, ...this.media.filters, ...this.media.recorders]);
  }

  /** Those of this pipeline, whoever made or adopted them. */
  #elements<T extends FakeElement>(all: Iterable<T>): T[] {
    return [...all].filter(({ pipeline }) => pipeline.record === this.record);
  }
}

export abstract class FakeElement extends FakeObject<FakeElement> implements MediaElement {
  /** Of the process that uses it. */
  readonly pipeline: FakePipeline;
  abstract readonly listener: ElementListener;
  /** Connections between endpoints. */
  readonly flows = new Map<MediaElement, Set<MediaKind>>();
  /** Those that messages of data channels go to. */
  readonly dataSinks = new Set<MediaElement>();
  /** The source of each kind of media. A new source replaces the former one. */
  readonly #sources = new Map<MediaKind, FakeElement>();

  constructor(pipeline: FakePipeline, media: FakeMedia, former: FakeElement | undefined) {
    super(media, former?.record ?? newRecord());
    this.pipeline = pipeline;
    if (former) this.#replace(former);
  }

  /** The endpoints that receive any media. */
  get sinks(): ReadonlySet<MediaElement> {
    return new Set([...this.flows].filter(([, kinds]) => kinds.size > 0).map(([sink]) => sink));
  }

  /** The kinds of media that reach it. */
  get receives(): readonly MediaKind[] {
    return [...this.#sources].filter(([kind, source]) => source.flows.get(this)?.has(kind)).map(([kind]) => kind);
  }

  async connect(sink: MediaElement, kind?: CarriedKind): Promise<void> {
    this.assertHeld();
    await this.media.pass('connect');
    if (kind === undefined || kind === 'data') this.dataSinks.add(sink);
    if (kind === 'data') return;
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

  async disconnect(sink: MediaElement, kind?: CarriedKind): Promise<void> {
    this.assertHeld();
    await this.media.pass('connect');
    if (kind === undefined || kind === 'data') this.dataSinks.delete(sink);
    if (kind === 'data') return;
    for (const each of kind ? [kind] : (['audio', 'video'] as const)) this.flows.get(sink)?.delete(each);
  }

  vanish(): void {
    this.remove();
    if (!this.isLetGo) this.listener.mediaLost(goneError());
  }

  remove(): void {
    for (const [kind, source] of this.#sources) source.flows.get(this)?.delete(kind);
  }

  /** Takes the place of another one in each connection. */
  #replace(former: FakeElement): void {
    former.replacedBy(this);
    for (const [kind, source] of former.#sources) {
      this.#sources.set(kind, source === former ? this : source);
      const kinds = source.flows.get(former);
      if (!kinds) continue;
      source.flows.delete(former);
      source.flows.set(this, kinds);
    }
    for (const sink of former.dataSinks) this.dataSinks.add(sink);
    for (const [sink, kinds] of former.flows) {
      this.flows.set(sink, kinds);
      if (!(sink instanceof FakeElement)) continue;
      for (const [kind, source] of sink.#sources) if (source === former) sink.#sources.set(kind, this);
    }
    former.flows.clear();
  }
}

export class FakeFilter extends FakeElement implements FilterElement {
  settings: VideoFilter;
  readonly listener: ElementListener;

  constructor(
    pipeline: FakePipeline,
    media: FakeMedia,
    settings: VideoFilter,
    listener: ElementListener,
    former?: FakeFilter,
  ) {
    super(pipeline, media, former);
    this.settings = settings;
    this.listener = listener;
  }

  async change(filter: VideoFilter): Promise<void> {
    this.assertHeld();
    await this.media.pass('changeFilter');
    this.settings = filter;
  }

  override remove(): void {
    super.remove();
    this.media.filters.delete(this);
  }
}

/** Writes nothing. Tests say when its first frame is there, and when it fails. */
export class FakeRecorder extends FakeElement implements Recorder {
  readonly options: RecorderOptions;
  readonly listener: RecorderListener;
  /** What it does. */
  state: 'new' | 'recording' | 'paused' | 'stopped' = 'new';
  #hasFrames = false;
  #hasFailed = false;
  #isGone = false;
  #stopped: Promise<void> | undefined;

  constructor(pipeline: FakePipeline, media: FakeMedia, options: RecorderOptions, listener: RecorderListener) {
    super(pipeline, media, undefined);
    this.options = options;
    this.listener = listener;
  }

  async start(): Promise<void> {
    await this.#pass('record');
    this.state = 'recording';
    if (this.media.recordersGetFrames) {
      setImmediate(() => {
        this.firstFrame();
      });
    }
  }

  async pause(): Promise<void> {
    await this.#pass('pause');
    this.state = 'paused';
  }

  async resume(): Promise<void> {
    await this.#pass('resume');
    this.state = 'recording';
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** The first frame was there some ms ago. */
  firstFrame(agoMs = 0): void {
    if (this.#hasFrames || this.#hasFailed || !this.#isHeard) return;
    this.#hasFrames = true;
    this.listener.started(agoMs);
  }

  /** It writes nothing more. */
  fail(reason: 'no-space' | 'unwritable' | 'engine-error'): void {
    if (this.#hasFailed || !this.#isHeard) return;
    this.#hasFailed = true;
    this.listener.failed(new MediaError('engine-error', `The recorder failed: ${reason}`), reason);
  }

  override remove(): void {
    super.remove();
    this.#isGone = true;
    this.media.recorders.delete(this);
  }

  get #isHeard(): boolean {
    return this.state !== 'stopped' && !this.#isGone && !this.isLetGo;
  }

  async #stop(): Promise<void> {
    await this.#pass('stop');
    this.state = 'stopped';
  }

  async #pass(step: Step): Promise<void> {
    this.assertHeld();
    await this.media.pass(step);
    if (this.#isGone) throw new MediaError('released', 'It has been released');
  }
}

export class FakeEndpoint extends FakeElement implements ServerEndpoint {
  readonly options: ServerEndpointOptions;
  readonly listener: EndpointListener;
  readonly candidates: IceCandidate[] = [];
  /** What it has answered. */
  answered: string | undefined;
  /** The last one. */
  wish: ReceiverWish | undefined;
  carried: CarriedMedia | undefined;
  restarts = 0;

  constructor(
    pipeline: FakePipeline,
    media: FakeMedia,
    options: ServerEndpointOptions,
    listener: EndpointListener,
    former?: FakeEndpoint,
  ) {
    super(pipeline, media, former);
    this.options = options;
    this.listener = listener;
    if (!former) return;
    this.candidates.push(...former.candidates);
    this.answered = former.answered;
  }

  async answer(sdpOffer: string): Promise<string> {
    this.assertHeld();
    await this.media.pass('answer');
    if (!sdpOffer.startsWith('v=0')) throw new MediaError('offer-refused', 'Invalid SDP');
    this.answered = sdpOffer;
    return `v=0 answer to ${sdpOffer}`;
  }

  async restart(sdpOffer: string): Promise<string> {
    this.assertHeld();
    await this.media.pass('restart');
    if (!sdpOffer.startsWith('v=0')) throw new MediaError('offer-refused', 'Invalid SDP');
    this.restarts += 1;
    return `v=0 answer to ${sdpOffer}`;
  }

  async offer(kinds: readonly MediaKind[]): Promise<string> {
    this.assertHeld();
    await this.media.pass('offer');
    return `v=0 offer of ${kinds.join(' and ')}`;
  }

  async accept(sdpAnswer: string): Promise<void> {
    this.assertHeld();
    await this.media.pass('accept');
    if (!sdpAnswer.startsWith('v=0 answer')) throw new MediaError('offer-refused', 'Invalid SDP');
  }

  localDescription(): Promise<string> {
    return Promise.resolve(`v=0 answer to ${this.answered ?? ''}`);
  }

  want(wish: ReceiverWish): void {
    if (!this.isLetGo) this.wish = wish;
  }

  addCandidate(candidate: IceCandidate): void {
    if (!this.isLetGo) this.candidates.push(candidate);
  }

  override remove(): void {
    super.remove();
    this.media.endpoints.delete(this);
  }
}
