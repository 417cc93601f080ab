import { expect } from 'chai';
import { KurentoEngine, type KurentoEngineOptions } from '../../../media/kurento/engine.js';
import type { ImageCheck } from '../../../media/kurento/filter-images.js';
import type { Endpoint, Pipeline } from '../../../media/port.js';
import { EndpointEvents, PipelineEvents } from '../../support/media-listeners.js';
import { RecordingLog } from '../../support/recording-log.js';
import { ScriptedServer } from './scripted-server.js';

/** No test fetches images from elsewhere. */
const allImages: ImageCheck = { check: () => Promise.resolve(), unread: () => undefined };

/** A scripted media server with an engine connected to it. */
export class ScriptedRoom {
  readonly server = new ScriptedServer();
  readonly log = new RecordingLog();
  readonly #engines: KurentoEngine[] = [];

  async connect(options: Partial<KurentoEngineOptions> = {}): Promise<KurentoEngine> {
    await this.server.start();
    const engine = this.engine(options);
    await engine.connect();
    return engine;
  }

  /** Not connected yet. */
  engine(options: Partial<KurentoEngineOptions> = {}): KurentoEngine {
    const engine = new KurentoEngine({ url: this.server.url, log: this.log, images: allImages, ...options });
    this.#engines.push(engine);
    return engine;
  }

  /** What the tests do before each other thing. */
  async endpoint(engine: KurentoEngine): Promise<{
    readonly pipeline: Pipeline;
    readonly pipelineEvents: PipelineEvents;
    readonly pipelineId: string;
    readonly endpoint: Endpoint;
    readonly endpointEvents: EndpointEvents;
    readonly endpointId: string;
  }> {
    const pipelineEvents = new PipelineEvents();
    const endpointEvents = new EndpointEvents();
    const pipeline = await engine.openPipeline(pipelineEvents);
    const pipelineId = this.newest();
    const endpoint = await pipeline.createEndpoint({}, endpointEvents);
    return { pipeline, pipelineEvents, pipelineId, endpoint, endpointEvents, endpointId: this.newest() };
  }

  newest(): string {
    return [...this.server.objects].at(-1) ?? '';
  }

  async close(): Promise<void> {
    // The engine would wait for answers.
    await this.server.stop();
    await Promise.all(this.#engines.map((engine) => engine.close()));
    for (const { load } of this.#engines) expect(loadOf(load)).to.deep.equal({ pipelines: 0, endpoints: 0 });
  }
}

/** For comparing: the load itself changes with the engine. */
export function loadOf({ pipelines, endpoints }: KurentoEngine['load']): { pipelines: number; endpoints: number } {
  return { pipelines, endpoints };
}
