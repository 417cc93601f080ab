import { randomUUID } from 'node:crypto';
import { displayedUrl } from '../displayed-url.js';
import { MediaError } from '../errors.js';
import type { Log } from '../../log.js';
import { LostPipeline } from '../lost.js';
import { factsOf } from '../media-record.js';
import type { MediaServer, ServerPipeline } from '../media-server.js';
import type { MediaAbilities, MediaRecord, PipelineListener, VideoFilter } from '../port.js';
import { FilterImages } from './filter-images.js';
import type { ImageCheck } from './filter-images.js';
import { FilterTurns } from './filter-turns.js';
import { filterTypes } from './filters.js';
import { Client, defaultRequestTimeoutMs } from './client.js';
import {
  propertiesOf,
  relayBandwidth,
  type Bandwidth,
  type Property,
  type Reachability,
} from './endpoint-properties.js';
import { LeftPipelines } from './left-pipelines.js';
import type { Beats } from './left-pipelines.js';
import { LoadCount } from './load-count.js';
import { notify } from '../notify.js';
import type { Owner } from './owner.js';
import { logPackageTo } from './package-console.js';
import { Pace } from './pace.js';
import { KurentoPipeline } from './pipeline.js';
import type { RemoteObject } from './remote-object.js';
import { serverAddress } from './server-address.js';
import type { ServerFigures } from '../server-figures.js';
import { MediaFigures } from './media-figures.js';
import { WatchedEndpoints } from './watched-endpoints.js';

export interface KurentoEngineOptions {
  /** Of the media server: `ws://host:8888/kurento#region`. It may hold user and password, and is shown and logged nowhere. */
  readonly url: string;
  /** Within this every call is answered or fails. Default: 10 000. */
  readonly requestTimeoutMs?: number | undefined;
  /** How long the media server may be out of reach before its pipelines count as lost. Default: 5000. */
  readonly lostAfterMs?: number | undefined;
  /** How long a media server that is lost is waited for, in ms. New pipelines wait for the next one. Default: as `ClientOptions`. */
  readonly restartMs?: number | undefined;
  /** Whether it is the engine of this project. Default: another media server. */
  readonly isEmbedded?: boolean | undefined;
  /** How often the media server must show a sign of life. The connection is given up when two in a row are missing. Default: 5000. */
  readonly pingIntervalMs?: number | undefined;
  readonly bandwidth?: Bandwidth | undefined;
  readonly reachability?: Reachability | undefined;
  /** The server whose tags pipelines get, so that its next start releases what it leaves when it is killed. Default: no tags. */
  readonly owner?: (Omit<Owner, 'life'> & Beats) | undefined;
  /**
   * Whether a pipeline that is lost stays on the media server until its owner releases it: another server may have taken it over. Default:
   * it is released when the media server can be reached again.
   */
  readonly keepsLost?: boolean | undefined;
  /** As `ClientOptions.beforeLoss`. */
  readonly beforeLoss?: (() => Promise<void>) | undefined;
  /** Asked before each filter. Default: the server fetches the image itself. */
  readonly images?: ImageCheck | undefined;
  /** In ms, from any beginning. Default: the clock of the process. */
  readonly now?: (() => number) | undefined;
  /** Its lines do not say which media server they are about. */
  readonly log: Log;
}

/** Calls for what is taken over from another process. A media server answers many times as many, and has other things to do. */
const takeOversPerSecond = 2_000;

/** A media server that speaks the Kurento protocol, reached by its URL: a KMS, or the embedded engine. */
export class KurentoEngine implements MediaServer {
  /** As anybody may read it. */
  readonly url: string;
  /** Where the media server is. */
  readonly region: string | undefined;
  readonly #client: Client;
  readonly #mediaFigures: MediaFigures;
  readonly #watched: WatchedEndpoints;
  readonly #log: Log;
  readonly #properties: readonly Property[];
  readonly #relayProperties: readonly Property[];
  readonly #images: ImageCheck;
  readonly #filterTurns: FilterTurns;
  readonly #load = new LoadCount();
  readonly #pace = new Pace(takeOversPerSecond);
  readonly #pipelines = new Set<KurentoPipeline>();
  readonly #observers = new Set<(up: boolean) => void>();
  readonly #stopLogging: () => void;
  readonly #left: LeftPipelines | undefined;
  readonly #keepsLost: boolean;
  #closed = false;

  constructor(options: KurentoEngineOptions) {
    this.url = displayedUrl(options.url);
    this.region = regionOf(options.url);
    this.#log = options.log;
    this.#watched = new WatchedEndpoints(options.now);
    const { bandwidth = {}, reachability = {} } = options;
    this.#properties = propertiesOf(bandwidth, reachability);
    // Behind a NAT what is announced to clients may not lead back to a neighbour.
    const betweenServers = { ...reachability, tellsOwn: options.isEmbedded };
    this.#relayProperties = propertiesOf(relayBandwidth(bandwidth), betweenServers);
    this.#keepsLost = options.keepsLost ?? false;
    this.#images = options.images ?? new FilterImages();
    this.#filterTurns = new FilterTurns(options.requestTimeoutMs ?? defaultRequestTimeoutMs);
    this.#stopLogging = logPackageTo(options.log);
    const owner = options.owner && { ...options.owner, life: randomUUID() };
    this.#client = new Client(
      { ...options, owner },
      {
        changed: (up) => {
          this.#mediaFigures.reached(up);
          if (up) {
            this.#left?.reached();
            this.#pace.resume();
          } else {
            this.#left?.outOfReach();
            this.#pace.pause();
          }
          this.#changed(up);
        },
        resumed: () => {
          for (const pipeline of this.#pipelines) void pipeline.verify();
        },
        mediaLost: (failure) => {
          this.#mediaLost(failure);
        },
      },
    );
    this.#mediaFigures = new MediaFigures(this.#client, this.#watched);
    this.#left = owner && new LeftPipelines({ ...owner, owner, client: this.#client, log: options.log });
  }

  /** Whether the media server answers at present. */
  get up(): boolean {
    return this.#client.up;
  }

  /** What this engine has on the media server now, including what is being made. */
  get load(): Readonly<Pick<LoadCount, 'pipelines' | 'endpoints'>> {
    return this.#load;
  }

  /** What it was asked for, and what it has told of its media. */
  get figures(): ServerFigures {
    return this.#client.figures;
  }

  /** A KMS has one layer. Any media server can do without sound or picture: the port disconnects it. */
  get abilities(): MediaAbilities {
    const { capabilities } = this.#client;
    const simulcast = capabilities.has('simulcast');
    const activeSpeaker = capabilities.has('activeSpeaker') ? 'server' : 'none';
    const [audioLastN, iceRestart] = [capabilities.has('audioLastN'), capabilities.has('iceRestart')];
    return { simulcast, layers: simulcast ? 3 : 1, pause: true, iceRestart, activeSpeaker, audioLastN };
  }

  /** Which filters the media server says it has. */
  get knownFilters(): VideoFilter['type'][] {
    const types = Object.keys(filterTypes) as VideoFilter['type'][];
    return types.filter((type) => this.#client.factories.has(filterTypes[type]));
  }

  /** Calls `observer` whenever `up` has changed, until the returned function is called. */
  onChange(observer: (up: boolean) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /**
   * Resolves when the media server answers. Rejects with `unavailable` when it does not within `lostAfterMs`; the attempts go
   * on until `close`. Throws a SyntaxError when the URL is not that of a WebSocket.
   */
  connect(): Promise<void> {
    return this.#client.connect();
  }

  async openPipeline(listener: PipelineListener): Promise<KurentoPipeline> {
    this.#assertOpen();
    const uncount = this.#load.addPipeline();
    try {
      return await this.#open(listener, uncount);
    } catch (error) {
      uncount();
      throw error;
    }
  }

  adopt(record: MediaRecord, listener: PipelineListener): ServerPipeline {
    try {
      this.#assertOpen();
      const { url, id } = factsOf(record, 'pipeline');
      if (url !== this.url) throw new MediaError('object-gone', `It is on another media server, at ${url}`);
      const remote = this.#client.adopt(id);
      const pipeline = this.#pipelineOf(remote, listener, this.#load.addPipeline());
      this.#pipelines.add(pipeline);
      pipeline.takeOver(() => this.#client.claim(remote));
      return pipeline;
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      return new LostPipeline(record, error, listener, this.#log);
    }
  }

  /** Releases every pipeline that was not let go, waits until the media server has confirmed it, no longer than `requestTimeoutMs`, and disconnects. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const pipeline of this.#pipelines) pipeline.release();
    this.#left?.stop();
    this.#mediaFigures.stop();
    await this.#client.close();
    this.#stopLogging();
  }

  /** `over`: called when the pipeline is over, whatever the reason. */
  async #open(listener: PipelineListener, over: () => void): Promise<KurentoPipeline> {
    const pipeline = this.#pipelineOf(await this.#client.createPipeline(), listener, over);
    try {
      await pipeline.prepare();
      this.#assertOpen();
      pipeline.handOver();
    } catch (error) {
      pipeline.release();
      throw error;
    }
    this.#pipelines.add(pipeline);
    return pipeline;
  }

  /** `over`: as that of `#open`. */
  #pipelineOf(remote: RemoteObject, listener: PipelineListener, over: () => void): KurentoPipeline {
    return new KurentoPipeline(remote, listener, {
      url: this.url,
      properties: this.#properties,
      relayProperties: this.#relayProperties,
      factories: () => this.#client.factories,
      abilities: () => this.abilities,
      log: this.#log,
      images: this.#images,
      filterTurns: this.#filterTurns,
      load: this.#load,
      keepsLost: this.#keepsLost,
      pace: this.#pace,
      watched: this.#watched,
      steps: this.#client.figures.steps,
      adopt: (id) => this.#client.adopt(id),
      owns: (id) => this.#client.owns(id),
      ended: (ended) => {
        this.#pipelines.delete(ended);
        over();
      },
    });
  }

  #assertOpen(): void {
    if (this.#closed) throw new MediaError('unavailable', 'The engine has been closed');
  }

  #changed(up: boolean): void {
    for (const observer of this.#observers) {
      notify(this.#log, () => {
        observer(up);
      });
    }
  }

  #mediaLost(failure: MediaError): void {
    for (const pipeline of this.#pipelines) pipeline.mediaLost(failure);
  }
}

/** An address that is none is refused when it is connected to. */
function regionOf(url: string): string | undefined {
  return URL.canParse(url) ? serverAddress(url).region : undefined;
}
