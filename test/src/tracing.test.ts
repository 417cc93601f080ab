import { expect } from 'chai';
import type { PipelineListener } from '../../media/port.js';
import { ServerFigures } from '../../media/server-figures.js';
import { startTracing } from '../../src/start-tracing.js';
import { Collector } from '../support/collector.js';
import { FakeMedia } from '../support/fake-media.js';
import { RecordingLog } from '../support/recording-log.js';
import { RpcClient } from '../support/rpc-client.js';
import { MemoryStore } from '../support/memory-store.js';
import { ServiceStage } from '../support/service-stage.js';
import { testKey, tokenWith } from '../support/tokens.js';

/** Counts a call as a media server that is asked for a pipeline. */
class CountingMedia extends FakeMedia {
  constructor(readonly figures: ServerFigures) {
    super();
  }

  override async openPipeline(listener: PipelineListener): ReturnType<FakeMedia['openPipeline']> {
    const pipeline = await super.openPipeline(listener);
    this.figures.took('create MediaPipeline', 'ok', 3);
    return pipeline;
  }
}

describe('OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  it('sends a join, what is published, and what the media server was asked for, as one trace without names', async () => {
    const sent = await Collector.start();
    const figures = new ServerFigures();
    const given = { otelExporterOtlpEndpoint: sent.endpoint };
    const stage = new ServiceStage(given, { mediaFigures: [figures] }, new CountingMedia(figures));
    const url = await stage.start();
    const [ana, ben] = [await RpcClient.connect(url), await RpcClient.connect(url)];
    await ana.request('joinRoom', { user: 'ana', room: 'garden' });
    expect(await ben.refusal('joinRoom', { user: 'ana', room: 'garden' })).to.equal(104);
    await ana.request('publishVideo', { sdpOffer: 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n' });
    for (const client of [ana, ben]) client.cut();
    await stage.stop();
    const spans = await sent.stop();
    expect(sent.text)
      .to.include('/v1/traces')
      .and.to.not.match(/ana|garden|SAVPF|127\.0\.0\.1/);
    expect(sent.service).to.equal('atrium');
    const named = (name: string, code?: string) =>
      spans.find((span) => span.name === name && (span.status.message ?? undefined) === code);
    const [join, publish, call] = [named('join'), named('publish'), named('media server: create MediaPipeline')];
    expect(join?.parentSpanId ?? '').to.equal('');
    expect([publish?.traceId, publish?.parentSpanId]).to.deep.equal([join?.traceId, join?.spanId]);
    expect([call?.traceId, call?.parentSpanId]).to.deep.equal([join?.traceId, publish?.spanId]);
    expect((call?.endTimeUnixNano ?? 0n) - (call?.startTimeUnixNano ?? 0n)).to.equal(3_000_000n);
    expect(named('join', 'participant-exists')?.traceId).to.be.a('string').that.does.not.equal(join?.traceId);
  });

  it('goes on with the trace of the client, and has its token, its hook, its connection, recordings and webhooks in it', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const parentSpanId = 'b7ad6b7169203331';
    const sent = await Collector.start();
    const given = {
      otelExporterOtlpEndpoint: sent.endpoint,
      keys: testKey,
      webhookUrls: [`${sent.endpoint}/hooks`],
      webhookKey: 'test',
      firstIsModerator: true,
    };
    const options = { authorize: () => Promise.resolve(undefined), recordings: new MemoryStore() };
    const stage = new ServiceStage(given, options);
    const url = await stage.start();
    const ana = await RpcClient.connect(url, { headers: { traceparent: `00-${traceId}-${parentSpanId}-01` } });
    const token = tokenWith({ sub: 'ana', video: { roomJoin: true, room: 'garden', roomRecord: true } });
    await ana.request('joinRoom', { user: 'ana', room: 'garden', token, features: ['recording'] });
    await ana.request('publishVideo', { sdpOffer: 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n' });
    for (const { listener } of stage.media.endpoints) {
      listener.connectionChanged?.(true);
      for (const isFlowing of [true, false, true]) listener.mediaChanged?.(isFlowing);
    }
    const { recording } = await ana.request('startRecording');
    const { id } = recording as { readonly id: string };
    await ana.request('stopRecording', { id });
    ana.cut();
    await stage.stop();
    const spans = await sent.stop();
    const named = (name: string) => spans.find((span) => span.name === name);
    const [join, publish] = [named('join'), named('publish')];
    expect([join?.traceId, join?.parentSpanId]).to.deep.equal([traceId, parentSpanId]);
    for (const name of ['auth', 'hook', 'admit', 'publish'])
      expect([name, named(name)?.parentSpanId]).to.deep.equal([name, join?.spanId]);
    for (const name of ['ice', 'first packet']) {
      const ofName = spans.filter((span) => span.name === name);
      expect(ofName.map((span) => span.parentSpanId)).to.deep.equal([publish?.spanId]);
    }
    for (const name of ['recording', 'webhook']) expect(named(name)?.traceId, name).to.be.a('string');
  });

  it('says what to install when the packages are missing, and the server goes on', async () => {
    const log = new RecordingLog();
    const missing = (name: string) => Promise.reject(new Error(`Cannot find package '${name}'`));
    expect(await startTracing('http://127.0.0.1:4318', 'atrium', log, () => undefined, missing)).to.equal(undefined);
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]?.fields).to.have.property('install').that.includes('@opentelemetry/sdk-trace-base');
  });
});
