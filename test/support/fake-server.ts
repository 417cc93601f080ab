import type { ServerPipeline } from '../../media/media-server.js';
import type { PipelineListener } from '../../media/port.js';
import { FakeMedia } from './fake-media.js';

/**
 * A media server that exists in memory only, with the load that a test gives it. How an engine counts its load is tested in
 * test/media/kurento/load.test.ts, and placement on real media servers in test/src.
 */
export class FakeServer extends FakeMedia {
  up = true;
  readonly load = { pipelines: 0, endpoints: 0 };

  constructor(
    readonly url: string,
    readonly region?: string,
  ) {
    super();
  }

  /** Counts a pipeline when it is asked for, as each engine must. */
  override openPipeline(listener: PipelineListener): Promise<ServerPipeline> {
    this.load.pipelines += 1;
    return super.openPipeline(listener);
  }
}
