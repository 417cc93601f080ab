import { expect } from 'chai';
import { configOf } from '../../src/config.js';
import type { GivenConfig } from '../../src/config.js';
import { startMedia } from '../../src/media.js';
import type { StartedMedia } from '../../src/media.js';
import { ScriptedServer } from '../media/kurento/scripted-server.js';
import { EndpointEvents, PipelineEvents } from '../support/media-listeners.js';
import { RecordingLog } from '../support/recording-log.js';
import { until } from '../support/until.js';

/** What KMS does with the limits is told in docs/media.md. A scripted server shows what is asked of it. */
describe('limits of video on a Kurento media server', () => {
  let server: ScriptedServer;
  let media: StartedMedia | undefined;

  beforeEach(async () => {
    server = await new ScriptedServer().start();
  });
  afterEach(async () => {
    await media?.stop();
    await server.stop();
  });

  async function limitsWith(given: GivenConfig): Promise<Record<string, unknown>> {
    media = await startMedia(configOf({ ...given, kmsUris: [server.url] }), new RecordingLog());
    await until('it is connected', () => server.sockets > 0);
    const pipeline = await media.engine.openPipeline(new PipelineEvents(), 'r');
    await pipeline.createEndpoint({}, new EndpointEvents());
    const set = server.requests.filter(({ params }) => params.operation?.endsWith('VideoSendBandwidth') ?? false);
    const recv = server.requests.filter(({ params }) => params.operation?.endsWith('VideoRecvBandwidth') ?? false);
    return Object.assign({}, ...[...set, ...recv].map(({ params }) => params.operationParams)) as Record<
      string,
      unknown
    >;
  }

  it('both are taken off when nothing is configured, since its own default holds every picture small', async () => {
    expect(await limitsWith({})).to.deep.equal({ maxVideoSendBandwidth: 0, maxVideoRecvBandwidth: 0 });
  });

  it('one that is configured is set beside the other, which is taken off', async () => {
    expect(await limitsWith({ publisherMaxVideoKbps: 2000 })).to.deep.equal({
      maxVideoSendBandwidth: 0,
      maxVideoRecvBandwidth: 2000,
    });
  });
});
