import { MediaError } from '../errors.js';
import type { Log } from '../../log.js';
import { LostElement } from '../lost.js';
import { factsOf, recordOf } from '../media-record.js';
import type { ElementFacts } from '../media-record.js';
import type { ServerEndpoint, ServerEndpointOptions, ServerPipeline } from '../media-server.js';
import type {
  ElementListener,
  EndpointListener,
  FilterElement,
  MediaAbilities,
  MediaRecord,
  PipelineListener,
  Recorder,
  RecorderListener,
  RecorderOptions,
  VideoFilter,
} from '../port.js';
import { Adoption } from './adoption.js';
import type { Adoptables } from './adoption.js';
import { released } from './element.js';
import type { KurentoElement } from './element.js';
import { KurentoEndpoint } from './endpoint.js';
import { withLimits } from './endpoint-properties.js';
import type { Property } from './endpoint-properties.js';
import { KurentoFilter } from './filter.js';
import type { FilterTurn } from './filter.js';
import type { ImageCheck } from './filter-images.js';
import type { FilterTurns } from './filter-turns.js';
import { filterParams, filterTypes, imageOf } from './filters.js';
import type { LoadCount } from './load-count.js';
import { activeSpeakersChanged, childIds, errorEvent } from './messages.js';
import { notify } from '../notify.js';
import { KurentoRecorder, profileOf, recorderType } from './recorder.js';
import type { ServerFigures } from '../server-figures.js';
import type { RemoteObject } from './remote-object.js';
import type { WatchedEndpoints } from './watched-endpoints.js';

export interface PipelineSettings extends Adoptables {
  /** Of the media server, as anybody may read it. */
  readonly url: string;
  /** Set on each endpoint whose other side is a client. */
  readonly properties: readonly Property[];
  /** Set on each end of a relay. */
  readonly relayProperties: readonly Property[];
  /** The types the media server can create. */
  readonly factories: () => ReadonlySet<string>;
  readonly abilities: () => MediaAbilities;
  readonly log: Log;
  readonly images: ImageCheck;
  /** Of the media server. */
  readonly filterTurns: FilterTurns;
  /** Of the media server. */
  readonly load: LoadCount;
  /** Of the media server. */
  readonly watched: WatchedEndpoints;
  /** Of the media server. */
  readonly steps: ServerFigures['steps'];
  /** Whether one that is lost stays on the media server until it is released. */
  readonly keepsLost: boolean;
  /** Called once, when the pipeline is over, whatever the reason. */
  readonly ended: (pipeline: KurentoPipeline) => void;
}

export class KurentoPipeline implements ServerPipeline {
  readonly #remote: RemoteObject;
  readonly #listener: PipelineListener;
  readonly #settings: PipelineSettings;
  readonly #elements = new Set<KurentoElement>();
  /** One for each endpoint that is there or being made. */
  readonly #counts = new Set<() => void>();
  /** Elements that the media server has released behind our back. Their owners are told once it is known whether the pipeline is lost too. */
  readonly #gone = new Set<KurentoElement>();
  #verifying: Promise<void> | undefined;
  readonly #adoption: Adoption;
  #over: () => void = () => undefined;
  readonly #whenOver = new Promise<void>((resolve) => (this.#over = resolve));
  #handedOver = false;
  #end: MediaError | undefined;
  #audioLastN = 0;
  /** Whether it is lost, and the media server may still have it. */
  #isKept = false;

  constructor(remote: RemoteObject, listener: PipelineListener, settings: PipelineSettings) {
    this.#remote = remote;
    remote.whenGone(() => {
      this.mediaLost(goneError());
    });
    this.#listener = listener;
    this.#settings = settings;
    this.#adoption = new Adoption({
      ...settings,
      pipeline: remote,
      isOver: () => this.#end !== undefined,
      lost: (failure, element) => this.#notFound(failure, element),
    });
  }

  async prepare(): Promise<void> {
    await this.#remote.subscribe('Error', errorEvent, ({ description, errorCode, type }) => {
      if (this.#end) return;
      const failure = new MediaError('engine-error', `${description} (${errorCode} ${type})`);
      notify(this.#settings.log, () => {
        this.#listener.failed(failure);
      });
    });
    await this.#watchSpeakers();
  }

  /** Called when it is ready, before its owner gets it. Throws when it has ended meanwhile. */
  handOver(): void {
    this.#assertOpen();
    this.#handedOver = true;
  }

  get record(): MediaRecord {
    return recordOf({ is: 'pipeline', url: this.#settings.url, id: this.#remote.id });
  }

  async createEndpoint(options: ServerEndpointOptions, listener: EndpointListener): Promise<KurentoEndpoint> {
    this.#assertOpen();
    const uncount = this.#count();
    try {
      return await this.#createEndpoint(options, listener, uncount);
    } catch (error) {
      uncount();
      throw error;
    }
  }

  get abilities(): MediaAbilities {
    return this.#settings.abilities();
  }

  hasFilter(type: VideoFilter['type']): boolean {
    return this.#settings.factories().has(filterTypes[type]);
  }

  async createFilter(filter: VideoFilter, listener: ElementListener): Promise<FilterElement> {
    this.#assertOpen();
    return this.#inFilterTurn(filter, () => this.#createFilter(filter, listener));
  }

  async createRecorder({ uri, kinds }: RecorderOptions, listener: RecorderListener): Promise<Recorder> {
    this.#assertOpen();
    if (!this.#settings.factories().has(recorderType)) {
      throw new MediaError('not-supported', `The media server has no ${recorderType}`);
    }
    const remote = await this.#create(recorderType, { uri, mediaProfile: profileOf(kinds) });
    const recorder = this.#added(remote, (ended) => new KurentoRecorder(remote, listener, this.#settings.log, ended));
    return this.#handedOverWhen(recorder, recorder.prepare());
  }

  /** As what is taken over: once the media server can be reached, and again where the connection was lost meanwhile. */
  setAudioLastN(count: number): void {
    this.#audioLastN = count;
    this.#adoption.start(() => this.#settings.pace.run('later', () => this.#tellAudioLastN()));
  }

  release(): void {
    const over = this.#end !== undefined;
    this.#end = released();
    if (this.#isKept) this.#remote.release();
    this.#isKept = false;
    if (over) return;
    this.#finish(this.#end);
    this.#remote.release();
  }

  letGo(): void {
    if (this.#isKept) this.#remote.letGo();
    this.#isKept = false;
    if (this.#end) return;
    for (const element of this.#elements) element.letGo();
    this.#finish(released());
    this.#remote.letGo();
  }

  adopt(record: MediaRecord, listener: EndpointListener): ServerEndpoint {
    return this.#adopt(record, 'endpoint', listener, (remote, facts) =>
      this.#endpointOf(remote, listener, this.#count(), facts),
    );
  }

  adoptFilter(record: MediaRecord, listener: ElementListener): FilterElement {
    return this.#adopt(record, 'filter', listener, (remote) => this.#filterOf(remote, listener));
  }

  finishAdoption(): Promise<void> {
    return Promise.race([this.#adoption.finish(), this.#whenOver]);
  }

  /** Called once for a pipeline that another process has made. `claim` makes it ours in the eyes of other servers. */
  takeOver(claim: () => Promise<void>): void {
    this.#handedOver = true;
    const { pace } = this.#settings;
    this.#adoption.start(async () => {
      await pace.run('urgent', () => this.#remote.describe());
      await pace.run('urgent', claim);
      await pace.run('urgent', () => this.prepare());
    });
  }

  /** Called by the engine when the media server has lost it. */
  mediaLost(failure: MediaError): void {
    if (this.#end) return;
    this.#finish(new MediaError('object-gone', failure.message, { cause: failure }));
    // If the media server still has it, it is released when it can be reached again.
    if (this.#settings.keepsLost) this.#isKept = true;
    else this.#remote.release();
    if (!this.#handedOver) return;
    notify(this.#settings.log, () => {
      this.#listener.mediaLost(failure);
    });
  }

  /**
   * Asks the media server what is still there. Somebody else may have released the pipeline, or elements of it, while we could not hear
   * of it. A release is told children first, so this also tells a lost element from a lost pipeline.
   */
  verify(): Promise<void> {
    this.#verifying ??= this.#verify().finally(() => {
      this.#verifying = undefined;
    });
    return this.#verifying;
  }

  async #verify(): Promise<void> {
    const elements = [...this.#elements];
    try {
      const { data } = childIds.safeParse(await this.#remote.invoke('getChildren'));
      const children = data && new Set(data);
      for (const element of elements) if (children?.has(element.id) === false) this.#gone.add(element);
    } catch (error) {
      this.#loseIfGone(error);
    }
    for (const element of this.#gone) element.mediaLost(goneError());
    this.#gone.clear();
  }

  /** Where nobody wants to know, or the media server does not tell, nothing is asked. */
  async #watchSpeakers(): Promise<void> {
    if (!this.#listener.speakersChanged || this.abilities.activeSpeaker !== 'server') return;
    await this.#remote.subscribe('ActiveSpeakersChanged', activeSpeakersChanged, ({ speakers }) => {
      if (this.#end) return;
      const elements = new Map([...this.#elements].map((element) => [element.id, element]));
      const levels = speakers.flatMap(({ endpoint: id, level }) => {
        const endpoint = elements.get(id);
        return endpoint instanceof KurentoEndpoint ? [{ endpoint, level }] : [];
      });
      notify(this.#settings.log, () => {
        this.#listener.speakersChanged?.(levels);
      });
    });
  }

  /** Nothing is asked of a media server that cannot do it. */
  async #tellAudioLastN(): Promise<void> {
    if (this.abilities.audioLastN) await this.#remote.invoke('setAudioLastN', { audioLastN: this.#audioLastN });
  }

  /** Counts one more endpoint until the returned function is called, or the pipeline is over. */
  #count(): () => void {
    const count = this.#settings.load.addEndpoint();
    this.#counts.add(count);
    return () => {
      this.#counts.delete(count);
      count();
    };
  }

  #adopt<T extends KurentoElement>(
    record: MediaRecord,
    is: ElementFacts['is'],
    listener: ElementListener,
    elementOf: (remote: RemoteObject, facts: ElementFacts) => T,
  ): T | LostElement {
    const { adopt, log, pace } = this.#settings;
    // When the pipeline is lost, its listener alone is told.
    if (this.#end) return new LostElement(record, this.#end, undefined, log);
    try {
      const facts = factsOf(record, is);
      if (!facts.id.startsWith(`${this.#remote.id}/`)) throw new MediaError('object-gone', 'It is in another pipeline');
      const element = elementOf(adopt(facts.id), facts);
      element.handOver();
      this.#adoption.start(() => element.takeOver(pace), element);
      return element;
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      return new LostElement(record, error, listener, log);
    }
  }

  async #notFound(failure: MediaError, element: KurentoElement | undefined): Promise<void> {
    if (!element) {
      this.mediaLost(failure);
      return;
    }
    this.#gone.add(element);
    await this.verify();
  }

  async #createFilter(filter: VideoFilter, listener: ElementListener): Promise<FilterElement> {
    this.#assertOpen();
    const remote = await this.#create(filterTypes[filter.type], filterParams(filter));
    const element = this.#filterOf(remote, listener);
    return this.#handedOverWhen(element, this.#settingUp(filter, element.prepare(filter)));
  }

  /** Runs `task` when the image of the filter can be had, and no other filter of the media server is being set up. */
  async #inFilterTurn<T>(filter: VideoFilter, task: () => Promise<T>): Promise<T> {
    const { images, filterTurns } = this.#settings;
    const image = imageOf(filter);
    if (image !== undefined) await images.check(image);
    this.#assertOpen();
    return filterTurns.run(task);
  }

  /** An image over which the media server hangs is not given to it again for a while. */
  async #settingUp(filter: VideoFilter, done: Promise<void>): Promise<void> {
    try {
      await done;
    } catch (error) {
      const image = imageOf(filter);
      const hangs = error instanceof MediaError && error.code === 'timeout';
      if (hangs && image !== undefined) this.#settings.images.unread(image);
      throw error;
    }
  }

  /** `over`: called when the endpoint was released by itself. */
  async #createEndpoint(
    { dataChannels, relay, bandwidth }: ServerEndpointOptions,
    listener: EndpointListener,
    over: () => void,
  ): Promise<KurentoEndpoint> {
    const remote = await this.#create('WebRtcEndpoint', {
      ...(dataChannels && { useDataChannels: true }),
      ...(relay === 'out' && { sendonly: true }),
    });
    const endpoint = this.#endpointOf(remote, listener, over);
    const { properties, relayProperties } = this.#settings;
    return this.#handedOverWhen(
      endpoint,
      endpoint.prepare(withLimits(relay ? relayProperties : properties, bandwidth)),
    );
  }

  /** An element goes to its owner when it is prepared. One that cannot be is released. */
  async #handedOverWhen<T extends KurentoElement>(element: T, prepared: Promise<void>): Promise<T> {
    try {
      await prepared;
      this.#assertOpen();
      element.handOver();
      return element;
    } catch (error) {
      element.release();
      throw this.#end ?? error;
    }
  }

  /** `over`: as that of `#createEndpoint`. `facts`: of one that another process has made. */
  #endpointOf(
    remote: RemoteObject,
    listener: EndpointListener,
    over: () => void,
    facts?: ElementFacts,
  ): KurentoEndpoint {
    const { log, watched, steps, abilities } = this.#settings;
    const surroundings = { log, watched, steps, abilities, pipeline: this.#remote.id };
    return this.#added(remote, (ended) => new KurentoEndpoint(remote, listener, surroundings, ended, facts), over);
  }

  #filterOf(remote: RemoteObject, listener: ElementListener): KurentoFilter {
    const turn: FilterTurn = (filter, setUp) => this.#inFilterTurn(filter, () => this.#settingUp(filter, setUp()));
    return this.#added(remote, (ended) => new KurentoFilter(remote, listener, this.#settings.log, turn, ended));
  }

  async #create(type: string, params: object): Promise<RemoteObject> {
    try {
      const remote = await this.#remote.create(type, params);
      if (this.#end) remote.forget();
      this.#assertOpen();
      return remote;
    } catch (error) {
      this.#assertOpen();
      this.#loseIfGone(error);
      throw error;
    }
  }

  /** `over`: called when the element was released by itself. */
  #added<T extends KurentoElement>(remote: RemoteObject, make: (ended: () => void) => T, over?: () => void): T {
    const element = make(() => {
      this.#elements.delete(element);
      over?.();
    });
    this.#elements.add(element);
    remote.whenGone(() => {
      this.#gone.add(element);
      void this.verify();
    });
    return element;
  }

  #loseIfGone(error: unknown): void {
    if (error instanceof MediaError && error.code === 'object-gone') this.mediaLost(error);
  }

  #finish(why: MediaError): void {
    this.#end = why;
    for (const element of this.#elements) element.end(why);
    this.#elements.clear();
    for (const uncount of this.#counts) uncount();
    this.#counts.clear();
    this.#settings.ended(this);
    this.#over();
  }

  #assertOpen(): void {
    if (this.#end) throw this.#end;
  }
}

function goneError(): MediaError {
  return new MediaError('object-gone', 'The media server has released it, and nobody here asked for that');
}
