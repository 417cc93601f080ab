import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { z } from 'zod';

/** What a collector is sent (opentelemetry-proto, ExportTraceServiceRequest as JSON), as far as tests look at it. */
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

/** Takes the traces that servers send. */
export class Collector {
  readonly #server: Server;
  readonly #bodies: { readonly path: string | undefined; readonly body: unknown }[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void json(request).then((body) => {
        this.#bodies.push({ path: request.url, body });
        response.setHeader('Content-Type', 'application/json').end('{}');
      });
    });
  }

  static async start(): Promise<Collector> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Collector(server);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get text(): string {
    return JSON.stringify(this.#bodies);
  }

  get service(): string | undefined {
    const [first] = this.#resources;
    return first?.resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue;
  }

  /** @returns all spans that came. The last ones are sent when the server stops */
  async stop() {
    await new Promise((resolve) => this.#server.close(resolve));
    return this.#resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  }

  get #resources() {
    return this.#bodies
      .filter(({ path }) => path === '/v1/traces')
      .flatMap(({ body }) => traces.parse(body).resourceSpans);
  }
}
