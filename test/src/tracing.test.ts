import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect } from 'chai';
import { z } from 'zod';
import type { PipelineListener } from '../../media/port.js';
import { ServerFigures } from '../../media/server-figures.js';
import { startTracing } from '../../src/tracing.js';
import { FakeMedia } from '../support/fake-media.js';
import { RecordingLog } from '../support/recording-log.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';

/** What a collector is sent (opentelemetry-proto, ExportTraceServiceRequest as JSON), as far as this test looks at it. */
const attribute = z.object({
  key: z.string(),
  value: z.object({ stringValue: z.string().optional(), intValue: z.coerce.number().optional() }),
});
const traces = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              startTimeUnixNano: z.coerce.bigint(),
              endTimeUnixNano: z.coerce.bigint(),
              attributes: z.array(attribute),
              status: z.object({ code: z.number(), message: z.string().optional() }),
            }),
          ),
        }),
      ),
    }),
  ),
});

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
    const bodies: unknown[] = [];
    const collector = createServer((request, response) => {
      void json(request).then((body) => {
        bodies.push({ path: request.url, body });
        response.setHeader('Content-Type', 'application/json').end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const figures = new ServerFigures();
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const given = { otelExporterOtlpEndpoint: endpoint };
    const stage = new ServiceStage(given, { mediaFigures: [figures] }, new CountingMedia(figures));
    const url = await stage.start();
    const [ana, ben] = [await RpcClient.connect(url), await RpcClient.connect(url)];
    await ana.request('joinRoom', { user: 'ana', room: 'garden' });
    expect(await ben.refusal('joinRoom', { user: 'ana', room: 'garden' })).to.equal(104);
    await ana.request('publishVideo', { sdpOffer: 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n' });
    for (const client of [ana, ben]) client.cut();
    // The last spans are sent when the server stops.
    await stage.stop();
    collector.close();
    expect(JSON.stringify(bodies))
      .to.include('/v1/traces')
      .and.to.not.match(/ana|garden|SAVPF|127\.0\.0\.1/);
    const sent = bodies.flatMap((each) => traces.parse((each as { body: unknown }).body).resourceSpans);
    expect(sent[0]?.resource.attributes).to.deep.include({ key: 'service.name', value: { stringValue: 'atrium' } });
    const spans = sent.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    const named = (name: string, code?: string) =>
      spans.find((span) => span.name === name && (span.status.message ?? undefined) === code);
    const [join, publish, call] = [named('join'), named('publish'), named('media server: create MediaPipeline')];
    expect(join?.parentSpanId ?? '').to.equal('');
    expect([publish?.traceId, publish?.parentSpanId]).to.deep.equal([join?.traceId, join?.spanId]);
    expect([call?.traceId, call?.parentSpanId]).to.deep.equal([join?.traceId, publish?.spanId]);
    expect((call?.endTimeUnixNano ?? 0n) - (call?.startTimeUnixNano ?? 0n)).to.equal(3_000_000n);
    expect(named('join', 'participant-exists')?.traceId).to.be.a('string').that.does.not.equal(join?.traceId);
  });

  it('says what to install when the packages are missing, and the server goes on', async () => {
    const log = new RecordingLog();
    const missing = (name: string) => Promise.reject(new Error(`Cannot find package '${name}'`));
    expect(await startTracing('http://127.0.0.1:4318', 'atrium', log, missing)).to.equal(undefined);
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]?.fields).to.have.property('install').that.includes('@opentelemetry/sdk-trace-base');
  });
});
