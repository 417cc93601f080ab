import { randomBytes } from 'node:crypto';
import type { Log } from '../../log.js';
import { MediaError } from '../errors.js';
import { leastAbilities } from '../abilities.js';
import { LostElement, LostPipeline } from '../lost.js';
import { factsOf } from '../media-record.js';
import type { MediaServer, ServerPipeline } from '../media-server.js';
import { notify } from '../notify.js';
import type {
  ElementListener,
  Endpoint,
  EndpointListener,
  EndpointOptions,
  FilterElement,
  MediaAbilities,
  MediaFailure,
  MediaRecord,
  MemberOptions,
  Pipeline,
  PipelineListener,
  Recorder,
  RecorderListener,
  RecorderOptions,
  SpeakerLevel,
  VideoFilter,
} from '../port.js';
import { Branch } from './branch.js';
import type { ElementPlace, SpreadElement } from './element.js';
import { SpreadEndpoint } from './spread-endpoint.js';
import { SpreadFilter } from './spread-filter.js';
import { SpreadSpeakers } from './spread-speakers.js';
import { SpreadRecorder } from './spread-recorder.js';
import type { SpreadElementFacts } from './records.js';
import { elementFactsOf, spreadFactsOf, spreadRecordOf } from './records.js';
import { Relays } from './relays.js';
import type { Later } from './relay.js';
import { Residences } from './residences.js';

/** The media servers that a pipeline may use. */
export interface MediaServers {
  /**
   * For a member that comes into a pipeline, the best first. `present`: where the pipeline is.
   * @param region where the client of the member is. Undefined: where this server is
   */
  forMember(region: string | undefined, present: readonly MediaServer[]): readonly MediaServer[];
  at(url: string): MediaServer | undefined;
  /** @throws MediaError as `MediaEngine.openPipeline` */
  openOn(server: MediaServer, listener: PipelineListener, room: string): Promise<ServerPipeline>;
}

export interface SpreadOptions {
  readonly servers: MediaServers;
  /** As in `MediaEngine.openPipeline`. */
  readonly room: string;
  readonly log: Log;
  /** How long a relay stays without subscribers, in ms. Default: 5000. */
  readonly lingerMs?: number | undefined;
  /** Default: a timer. */
  readonly later?: Later | undefined;
}

/** Of what is of nobody in particular. */
const nobody = '';

/**
 * A pipeline made of one pipeline for each media server that it uses (docs/decisions/0041-a-room-over-media-servers.md). Its members each live
 * on one of them. What one publishes reaches members on another media server by a relay.
 */
export class Spread implements Pipeline {
  readonly #listener: PipelineListener;
  readonly #servers: MediaServers;
  readonly #room: string;
  readonly #log: Log;
  /** By URL, in the order in which the pipeline came there. Those that are being opened too. */
  readonly #branches = new Map<string, Branch>();
  readonly #elements = new Map<string, SpreadElement>();
  readonly #residences = new Residences();
  readonly #speakers = new SpreadSpeakers();
  readonly #relays: Relays;
  /** Begins the ids of what this process makes. */
  readonly #life = randomBytes(6).toString('base64url');
  #made = 0;
  #end: MediaError | undefined;
  #audioLastN = 0;
  /** That at its end. */
  #lastRecord: MediaRecord | undefined;

  private constructor(listener: PipelineListener, options: SpreadOptions) {
    const { servers, room, log, lingerMs = 5_000, later = afterMs } = options;
    this.#listener = listener;
    this.#servers = servers;
    this.#room = room;
    this.#log = log;
    this.#relays = new Relays({
      ...{ lingerMs, later, log },
      release: (effect) => {
        this.#release(effect);
      },
      branchAt: (url) => this.#branches.get(url),
      elementOf: (id) => this.#elements.get(id),
    });
  }

  /** `open` opens the first pipeline, on a media server of its choice. @throws MediaError as `open` */
  static async open(
    listener: PipelineListener,
    options: SpreadOptions,
    open: (listener: PipelineListener) => Promise<readonly [MediaServer, ServerPipeline]>,
  ): Promise<Spread> {
    const spread = new Spread(listener, options);
    await spread.#openFirst(open);
    return spread;
  }

  /**
   * @param record of such a pipeline, or of one that an engine has made by itself
   * @throws MediaError when it is of something else, or none of its media servers is known
   */
  static adopt(record: MediaRecord, listener: PipelineListener, options: SpreadOptions): Spread {
    const { pipelines } = spreadFactsOf(record) ?? { pipelines: [[factsOf(record, 'pipeline').url, record] as const] };
    if (!pipelines.some(([url]) => options.servers.at(url))) {
      throw new MediaError('object-gone', 'None of its media servers is there any more');
    }
    const spread = new Spread(listener, options);
    for (const [url, each] of pipelines) spread.#adopt(url, each);
    return spread;
  }

  get record(): MediaRecord {
    if (this.#lastRecord !== undefined) return this.#lastRecord;
    const open = [...this.#branches.values()].filter(({ isOpen }) => isOpen);
    return spreadRecordOf({ is: 'spread', pipelines: open.map(({ url, pipeline }) => [url, pipeline.record]) });
  }

  async createEndpoint(options: EndpointOptions, listener: EndpointListener): Promise<Endpoint> {
    const { dataChannels, bandwidth } = options;
    return this.#make(options, async (place) => {
      const endpoint = new SpreadEndpoint(place, listener);
      endpoint.begin(
        await place.branch.pipeline.createEndpoint(
          { ...(dataChannels !== undefined && { dataChannels }), ...(bandwidth && { bandwidth }) },
          endpoint.events,
        ),
      );
      return endpoint;
    });
  }

  /** What a stream can have wherever its publisher and its receivers are. */
  get abilities(): MediaAbilities | undefined {
    return leastAbilities(
      [...this.#branches.values()].flatMap((branch) => (branch.isOpen ? [branch.pipeline.abilities] : [])),
    );
  }

  hasFilter(type: VideoFilter['type']): boolean {
    return [...this.#branches.values()].some((branch) => branch.isOpen && branch.pipeline.hasFilter(type));
  }

  async createFilter(
    filter: VideoFilter,
    listener: ElementListener,
    options: MemberOptions = {},
  ): Promise<FilterElement> {
    return this.#make(options, async (place) => {
      const element: SpreadFilter = new SpreadFilter(place, listener);
      element.begin(
        await place.branch.pipeline.createFilter(
          filter,
          lossFor(() => element),
        ),
      );
      return element;
    });
  }

  async createRecorder(options: RecorderOptions, listener: RecorderListener): Promise<Recorder> {
    const { uri, kinds } = options;
    return this.#make(options, async (place) => {
      const recorder = new SpreadRecorder(place, listener);
      recorder.begin(await place.branch.pipeline.createRecorder({ uri, kinds }, recorder.events));
      return recorder;
    });
  }

  /** Each media server chooses among those that are on it. What comes from another one has been chosen there. */
  setAudioLastN(count: number): void {
    this.#audioLastN = count;
    for (const branch of this.#branches.values()) if (branch.isOpen) branch.pipeline.setAudioLastN?.(count);
  }

  adopt(record: MediaRecord, listener: EndpointListener): Endpoint {
    return this.#adoptElement(record, 'spread-endpoint', listener, (place, given, facts) => {
      const endpoint = new SpreadEndpoint(place, listener);
      endpoint.begin(place.branch.pipeline.adopt(given, endpoint.events));
      endpoint.restore(facts?.isSink ?? false);
      for (const each of facts?.relays ?? []) {
        const relay = this.#relays.adopt(each, place.branch);
        if (relay) endpoint.restoreRelay(relay, each.kinds);
      }
      return endpoint;
    });
  }

  adoptFilter(record: MediaRecord, listener: ElementListener): FilterElement {
    return this.#adoptElement(record, 'spread-filter', listener, (place, given, facts) => {
      const filter: SpreadFilter = new SpreadFilter(place, listener);
      filter.begin(
        place.branch.pipeline.adoptFilter(
          given,
          lossFor(() => filter),
        ),
      );
      filter.restore(facts?.source);
      return filter;
    });
  }

  async finishAdoption(): Promise<void> {
    this.#relays.closeWithoutSource();
    const open = [...this.#branches.values()].filter(({ isOpen }) => isOpen);
    await Promise.all(open.map(({ pipeline }) => pipeline.finishAdoption()));
  }

  release(): void {
    const released = new MediaError('released', 'It has been released');
    this.#finish(released, (branch) => {
      branch.release();
    });
    this.#end = released;
  }

  letGo(): void {
    if (this.#end) return;
    this.#relays.letGo();
    this.#finish(new MediaError('released', 'It has been let go'), (branch) => {
      branch.letGo();
    });
  }

  async #openFirst(
    open: (listener: PipelineListener) => Promise<readonly [MediaServer, ServerPipeline]>,
  ): Promise<void> {
    const opened: Branch[] = [];
    const [server, pipeline] = await open(this.#listenerOf(() => opened[0]));
    const branch = this.#newBranch(server.url, server);
    branch.adopt(() => pipeline);
    opened.push(branch);
  }

  #adopt(url: string, record: MediaRecord): void {
    const server = this.#servers.at(url);
    const branch = this.#newBranch(url, server);
    const listener = this.#listenerOf(() => branch);
    const reason = `There is no media server at ${url} any more`;
    branch.adopt(() =>
      server
        ? server.adopt(record, listener, this.#room)
        : new LostPipeline(record, new MediaError('object-gone', reason), listener, this.#log),
    );
  }

  #newBranch(url: string, server: MediaServer | undefined): Branch {
    const branch = new Branch(url, server, (unused) => {
      this.#unused(unused);
    });
    this.#branches.set(url, branch);
    return branch;
  }

  #listenerOf(branch: () => Branch | undefined): PipelineListener {
    return {
      failed: (failure) => {
        if (!this.#end) this.#listener.failed(failure);
      },
      mediaLost: (failure) => {
        const lost = branch();
        if (lost) this.#branchLost(lost, failure);
      },
      ...(this.#listener.speakersChanged && {
        speakersChanged: (speakers) => {
          const heardAt = branch();
          if (heardAt && !heardAt.isOver) this.#tellSpeakers(this.#speakers.heard(heardAt, speakers));
        },
      }),
    };
  }

  /** `make` makes an element on the branch of its member. */
  async #make<T extends SpreadElement>(options: MemberOptions, make: (place: ElementPlace) => Promise<T>): Promise<T> {
    this.#assertOpen();
    const { member = nobody, region } = options;
    const { branch: settled, leave } = this.#residences.moveIn(member, () => this.#settle(region));
    let stopUsing = (): void => undefined;
    try {
      // Without a pause if there need not be one: the load grows as soon as the endpoint is asked for.
      const branch = settled instanceof Branch ? settled : await settled;
      stopUsing = branch.use();
      this.#assertOpen();
      const element = await make(this.#placeOf(branch, this.#newId(), member, [leave, stopUsing]));
      // What was made in a pipeline that has ended meanwhile has ended with it.
      this.#assertOpen();
      if (branch.isOver) throw new MediaError('object-gone', 'The media server has been lost');
      this.#add(element);
      return element;
    } catch (error) {
      leave();
      stopUsing();
      throw this.#end ?? error;
    }
  }

  #adoptElement<T extends SpreadElement>(
    record: MediaRecord,
    is: SpreadElementFacts['is'],
    listener: ElementListener,
    adopt: (place: ElementPlace, given: MediaRecord, facts: SpreadElementFacts | undefined) => T,
  ): T | LostElement {
    // When the pipeline is lost, its listener alone is told.
    if (this.#end) return new LostElement(record, this.#end, undefined, this.#log);
    try {
      const facts = elementFactsOf(record, is);
      const branch = facts ? this.#branches.get(facts.at) : this.#first;
      if (!branch?.isOpen) throw new MediaError('object-gone', 'Its media server is not used any more');
      const member = facts?.member ?? nobody;
      const done = [this.#residences.moveIn(member, () => branch).leave, branch.use()];
      const element = adopt(
        this.#placeOf(branch, facts?.id ?? this.#newId(), member, done),
        facts?.record ?? record,
        facts,
      );
      this.#add(element);
      return element;
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      return new LostElement(record, error, listener, this.#log);
    }
  }

  #add(element: SpreadElement): void {
    this.#elements.set(element.id, element);
    element.branch.elements.add(element);
  }

  /** `done`: called when the element has ended. */
  #placeOf(branch: Branch, id: string, member: string, done: readonly (() => void)[]): ElementPlace {
    const forget = (element: SpreadElement): void => {
      branch.elements.delete(element);
      this.#elements.delete(id);
      for (const each of done) each();
    };
    return {
      ...{ id, member, branch, log: this.#log },
      relays: this.#relays,
      release: (effect) => {
        this.#release(effect);
      },
      ended: (element, inner) => {
        if (inner) this.#relays.elementEnded(element, inner);
        forget(element);
      },
      letGo: (element) => {
        this.#relays.elementLetGo(element);
        forget(element);
      },
    };
  }

  /** At once where the pipeline is open already: what is asked for next knows the load of this. */
  #settle(region: string | undefined): Branch | Promise<Branch> {
    const present = [...this.#branches.values()].flatMap(({ server }) => server ?? []);
    const [best, ...others] = this.#servers.forMember(region, present);
    const branch = best && this.#branches.get(best.url);
    if (branch?.isOpen) return branch;
    return this.#openBest(best ? [best, ...others] : []);
  }

  async #openBest(servers: readonly MediaServer[]): Promise<Branch> {
    let failure: unknown = new MediaError('unavailable', 'There is no media server');
    for (const server of servers) {
      this.#assertOpen();
      try {
        const branch = this.#branches.get(server.url) ?? this.#open(server);
        await branch.opened;
        return branch;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  #open(server: MediaServer): Branch {
    const branch = this.#newBranch(server.url, server);
    const stopUsing = branch.use();
    branch
      .open(() =>
        this.#servers.openOn(
          server,
          this.#listenerOf(() => branch),
          this.#room,
        ),
      )
      .then(
        () => {
          if (this.#audioLastN > 0) branch.pipeline.setAudioLastN?.(this.#audioLastN);
          this.#recordChanged();
        },
        (error: unknown) => {
          const failure = error instanceof MediaError ? error : new MediaError('engine-error', String(error));
          this.#branchLost(branch, failure);
        },
      )
      .finally(stopUsing);
    return branch;
  }

  get #first(): Branch | undefined {
    const [first] = this.#branches.values();
    return first;
  }

  /** Nothing is there any more. The first one stays as long as the pipeline: the next member comes there. */
  #unused(branch: Branch): void {
    if (this.#end || branch === this.#first) return;
    setImmediate(() => {
      if (this.#end || branch.isUsed || branch.isOver || branch === this.#first) return;
      this.#branches.delete(branch.url);
      branch.end();
      this.#speakers.forget(branch);
      this.#recordChanged();
      this.#release(() => {
        branch.release();
      });
    });
  }

  /** Of what other processes may know, and the owner of the pipeline does not release itself. */
  #release(effect: () => void): void {
    if (this.#listener.whenOwned) this.#listener.whenOwned(effect);
    else effect();
  }

  #branchLost(branch: Branch, failure: MediaFailure): void {
    if (this.#end || branch.isOver) return;
    if (this.#branches.size === 1 && this.#first === branch) {
      this.#finish(new MediaError('object-gone', failure.message, { cause: failure }), (last) => {
        last.end();
      });
      notify(this.#log, () => {
        this.#listener.mediaLost(failure);
      });
      return;
    }
    branch.end();
    if (this.#branches.get(branch.url) === branch) this.#branches.delete(branch.url);
    this.#relays.branchLost(branch);
    this.#residences.branchLost(branch);
    // Publications first: what others receive of them ends with them, and needs no word of its own.
    const elements = [...branch.elements].sort((one, other) => Number(one.isSink) - Number(other.isSink));
    for (const element of elements) element.mediaLost(failure);
    this.#tellSpeakers(this.#speakers.forget(branch));
    this.#recordChanged();
  }

  #tellSpeakers(speakers: readonly SpeakerLevel[] | undefined): void {
    if (this.#end || !speakers) return;
    notify(this.#log, () => {
      this.#listener.speakersChanged?.(speakers);
    });
  }

  #recordChanged(): void {
    if (this.#end) return;
    notify(this.#log, () => {
      this.#listener.recordChanged?.();
    });
  }

  #finish(why: MediaError, end: (branch: Branch) => void): void {
    if (this.#end) return;
    this.#lastRecord = this.record;
    this.#end = why;
    for (const branch of this.#branches.values()) {
      end(branch);
      for (const element of branch.elements) element.pipelineEnded(why);
    }
    // Their ends have ended with the pipelines.
    this.#relays.close();
    this.#branches.clear();
    this.#residences.clear();
  }

  #newId(): string {
    this.#made += 1;
    return `${this.#life}-${this.#made}`;
  }

  #assertOpen(): void {
    if (this.#end) throw this.#end;
  }
}

function lossFor(element: () => SpreadElement): ElementListener {
  return {
    mediaLost: (failure) => {
      element().mediaLost(failure);
    },
  };
}

function afterMs(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => {
    clearTimeout(timer);
  };
}
