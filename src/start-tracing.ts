import type { Attributes, Tracer } from '@opentelemetry/api';
import type { Log } from '../log.js';
import { Tracing } from './tracing.js';
import type { TracedClient } from './tracing.js';

/** How long a collector may take for the last spans when the server stops, in ms. */
const closeMs = 2_000;

/** What is used of the packages that send spans. They are loaded with the option alone, so their types are not those of the build. */
interface Packages {
  readonly base: {
    readonly BasicTracerProvider: new (options: {
      readonly resource: unknown;
      readonly spanProcessors: readonly unknown[];
    }) => {
      getTracer(name: string): Tracer;
      shutdown(): Promise<void>;
    };
    readonly BatchSpanProcessor: new (exporter: unknown, options: { readonly scheduledDelayMillis: number }) => unknown;
  };
  readonly exporter: { readonly OTLPTraceExporter: new (options: { readonly url: string }) => unknown };
  readonly resources: { resourceFromAttributes(attributes: Attributes): unknown };
}

const packages = [
  '@opentelemetry/sdk-trace-base',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
] as const;

/** How often spans are sent, in ms. */
const sendEveryMs = 2_000;

/**
 * @param client as that of `Tracing`
 * @param endpoint of a collector that takes OTLP over HTTP, as http://collector:4318
 * @param load for tests. @returns undefined when the packages are not installed; the log has said so
 */
export async function startTracing(
  endpoint: string,
  serviceName: string,
  log: Log,
  client: () => TracedClient | undefined,
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<Tracing | undefined> {
  const loaded = await Promise.all(packages.map(load)).catch((error: unknown) => {
    const install = `npm install ${packages.join(' ')}`;
    log.error('OTEL_EXPORTER_OTLP_ENDPOINT is set, and its packages are not installed: nothing is traced', {
      install,
      error,
    });
    return undefined;
  });
  if (!loaded) return undefined;
  const [base, exporter, resources] = loaded as [Packages['base'], Packages['exporter'], Packages['resources']];
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const processor = new base.BatchSpanProcessor(new exporter.OTLPTraceExporter({ url }), {
    scheduledDelayMillis: sendEveryMs,
  });
  const resource = resources.resourceFromAttributes({ 'service.name': serviceName });
  const provider = new base.BasicTracerProvider({ resource, spanProcessors: [processor] });
  log.info('traces are sent', { url });
  const sink = {
    tracer: provider.getTracer('atrium'),
    close: async () => {
      const late = new Promise<void>((resolve) => setTimeout(resolve, closeMs).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
  return new Tracing(sink, client);
}
