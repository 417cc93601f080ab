import { expect } from 'chai';
import { KurentoEngine } from '../../media/kurento/engine.js';
import type { MediaEngine, Pipeline } from '../../media/port.js';
import { KurentoSocket } from '../../tools/kurento-socket.js';
import { MediaCalls } from '../support/media-calls.js';
import { PipelineEvents } from '../support/media-listeners.js';
import type { PeerProcess } from '../support/peer.js';
import { RecordingLog } from '../support/recording-log.js';
import { until } from '../support/until.js';

export interface MediaServerUnderTest {
  readonly url: string;
  /** Where the test's WebRTC peers are to be, when the media server is on loopback. */
  readonly bindAddress?: string;
  /** The folder of the media server for recordings, if it can be read here. */
  readonly recordings?: string;
  /** They are closed after each test. */
  readonly peers: PeerProcess;
}

/** What the tests use in place of the engine itself. It needs nothing of its own that must be closed. */
export type Through = (engine: KurentoEngine) => MediaEngine;

/** Processes are slow to start on a machine that is busy with other tests. */
export const startingMs = 60_000;

/** A stage for the tests of one `describe`, with a pipeline for each. `server` is asked once the tests run. */
export function useMediaStage(server: () => MediaServerUnderTest, through?: Through): () => MediaStage {
  let stage: MediaStage | undefined;
  before(async function () {
    this.timeout(startingMs);
    stage = await MediaStage.open(server(), through);
  });
  after(() => stage?.close());
  beforeEach(() => stage?.begin());
  afterEach(() => stage?.end());
  return () => stage ?? expect.fail('there is a stage while tests run');
}

/** An engine in front of a media server, and a client of the same media server that sees what is there. */
export class MediaStage {
  readonly engine: KurentoEngine;
  readonly media: MediaEngine;
  readonly raw: KurentoSocket;
  readonly server: MediaServerUnderTest;
  readonly calls: MediaCalls;
  /** Of the pipeline of the test. */
  events = new PipelineEvents();
  #others: string[] = [];
  #pipeline: Pipeline | undefined;

  private constructor(engine: KurentoEngine, media: MediaEngine, raw: KurentoSocket, server: MediaServerUnderTest) {
    this.engine = engine;
    this.media = media;
    this.raw = raw;
    this.server = server;
    this.calls = new MediaCalls(server.peers, server.bindAddress);
  }

  static async open(server: MediaServerUnderTest, through?: Through): Promise<MediaStage> {
    const engine = new KurentoEngine({ url: server.url, log: new RecordingLog() });
    const raw = await KurentoSocket.open(server.url);
    await engine.connect();
    return new MediaStage(engine, through?.(engine) ?? engine, raw, server);
  }

  async close(): Promise<void> {
    await Promise.all([this.raw.close(), this.engine.close()]);
  }

  /** Before each test. */
  async begin(): Promise<void> {
    this.#others = await this.raw.pipelines();
    this.events = new PipelineEvents();
    this.#pipeline = await this.media.openPipeline(this.events, 'r');
  }

  /** After each test. */
  async end(): Promise<void> {
    this.pipeline.release();
    this.server.peers.closeAll();
    await this.nothingRemains();
  }

  /** Of the test. */
  get pipeline(): Pipeline {
    return this.#pipeline ?? expect.fail('there is a pipeline while a test runs');
  }

  /** The pipelines of the test on the media server. */
  async made(): Promise<string[]> {
    return (await this.raw.pipelines()).filter((id) => !this.#others.includes(id));
  }

  /** What is in them. */
  async elements(): Promise<string[]> {
    return this.raw.childrenOf(await this.made());
  }

  async nothingRemains(): Promise<void> {
    const { pipelines, endpoints } = this.engine.load;
    expect([pipelines, endpoints], 'the load the engine counts').to.deep.equal([0, 0]);
    await until('the media server has let go of all pipelines', async () => (await this.made()).length === 0);
  }
}
