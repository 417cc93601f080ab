import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Context, Tracer } from '@opentelemetry/api';
import type { Log } from '../log.js';
import type { JoinOutcome, Participant, RoomsWatcher, Traced } from '../rooms/index.js';

/** Where spans go. */
export interface SpanSink {
  readonly tracer: Tracer;
  /** Sends what is due. */
  close(): Promise<void>;
}

/** How long a collector may take for the last spans when the server stops, in ms. */
const closeMs = 2_000;

/**
 * Traces what a participant's calls are made of: the join is the root of a trace, what it publishes and subscribes to follows in it, and in
 * these what the media server was asked for. Spans hold codes and durations, and no names, addresses, descriptions of media or tokens.
 */
export class Tracing implements RoomsWatcher {
  readonly #sink: SpanSink;
  readonly #joins = new WeakMap<Participant, Context>();
  /** What runs now, for calls of media servers. */
  readonly #running = new AsyncLocalStorage<Context>();

  constructor(sink: SpanSink) {
    this.#sink = sink;
  }

  /** For `RoomsOptions.traced`. */
  readonly traced: Traced = async (step, by, run) => {
    const context = this.#joins.get(by) ?? ROOT_CONTEXT;
    const span = this.#sink.tracer.startSpan(step, { attributes: doorOf(by.attributes.dialect) }, context);
    try {
      return await this.#running.run(trace.setSpan(context, span), run);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: codeOf(error) });
      throw error;
    } finally {
      span.end();
    }
  };

  joinEnded(door: string, outcome: JoinOutcome, ms: number, participant: Participant | undefined): void {
    const end = Date.now();
    const attributes = { ...doorOf(door), 'atrium.outcome': outcome };
    const span = this.#sink.tracer.startSpan(
      'join',
      { kind: SpanKind.SERVER, startTime: end - ms, attributes },
      ROOT_CONTEXT,
    );
    if (outcome !== 'joined') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
    span.end(end);
    if (participant) this.#joins.set(participant, trace.setSpan(ROOT_CONTEXT, span));
  }

  /** A media server has answered a call, or has not. What is asked for outside a publication or a subscription is not traced. */
  readonly mediaCall = (server: number, call: string, outcome: string, ms: number): void => {
    const context = this.#running.getStore();
    if (!context) return;
    const end = Date.now();
    const attributes = { 'atrium.media_server': server, 'atrium.outcome': outcome };
    const name = `media server: ${call}`;
    const span = this.#sink.tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime: end - ms, attributes }, context);
    if (outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
    span.end(end);
  };

  roomOpened(): void {
    // A join opens it.
  }

  happened(): void {
    // The steps are told as they end.
  }

  restored(): void {
    // Its participants have joined in another process: what they publish from now on begins a trace.
  }

  async close(): Promise<void> {
    await this.#sink.close();
  }
}

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
 * @param endpoint of a collector that takes OTLP over HTTP, as http://collector:4318
 * @param load for tests. @returns undefined when the packages are not installed; the log has said so
 */
export async function startTracing(
  endpoint: string,
  serviceName: string,
  log: Log,
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
  return new Tracing({
    tracer: provider.getTracer('atrium'),
    close: async () => {
      const late = new Promise<void>((resolve) => setTimeout(resolve, closeMs).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  });
}

function doorOf(door: string): Attributes {
  return { 'atrium.door': door };
}

/** A code of the rooms; what else is thrown may hold anything. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'failed';
}
