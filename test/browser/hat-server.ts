import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { EmbeddedEngine } from '../support/embedded-engine.js';

const request = z.looseObject({
  id: z.number(),
  method: z.string(),
  params: z
    .looseObject({
      object: z.string().optional(),
      type: z.string().optional(),
      operation: z.string().optional(),
      operationParams: z.record(z.string(), z.unknown()).optional(),
      sessionId: z.string().optional(),
    })
    // A ping may have none.
    .optional(),
});
const answered = z.looseObject({
  id: z.number().optional(),
  result: z.looseObject({ value: z.unknown().optional() }).optional(),
});
const info = z.looseObject({ modules: z.array(z.looseObject({ factories: z.array(z.string()) })) });

/**
 * The embedded engine behind a proxy that claims to have the filter for hats. No media server that a test can start has this filter. A
 * PassThrough replaces it: video goes through it unchanged.
 */
export class HatServer {
  /** The images that filters were given, as the server named them. */
  readonly images: unknown[] = [];
  /** The ids of those that are not released. */
  readonly filters = new Set<string>();
  readonly #engine: EmbeddedEngine;
  readonly #proxy = new WebSocketServer({ host: '127.0.0.1', port: 0 });

  private constructor(engine: EmbeddedEngine) {
    this.#engine = engine;
    this.#proxy.on('connection', (near) => {
      this.#relay(near, new WebSocket(engine.url));
    });
  }

  static async start(): Promise<HatServer> {
    const server = new HatServer(await EmbeddedEngine.start());
    await once(server.#proxy, 'listening');
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#proxy.address() as AddressInfo).port}/kurento`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#proxy.clients) socket.terminate();
    this.#proxy.close();
    await this.#engine.stop();
  }

  #relay(near: WebSocket, far: WebSocket): void {
    const infos = new Set<number>();
    const creations = new Set<number>();
    const open = once(far, 'open');
    near.on('message', (data: Buffer) => {
      const message = request.parse(JSON.parse(data.toString()));
      const { id, method, params = {} } = message;
      if (params.operation === 'setOverlayedImage') {
        this.images.push(params.operationParams?.uri);
        near.send(JSON.stringify({ jsonrpc: '2.0', id, result: { value: null, sessionId: params.sessionId } }));
        return;
      }
      if (params.operation === 'getInfo') infos.add(id);
      if (method === 'create' && params.type === 'FaceOverlayFilter') {
        creations.add(id);
        params.type = 'PassThrough';
      }
      if (method === 'release') this.filters.delete(params.object ?? '');
      void open.then(() => {
        far.send(JSON.stringify(message));
      });
    });
    far.on('message', (data: Buffer) => {
      const message = answered.parse(JSON.parse(data.toString()));
      const { id = -1, result } = message;
      if (infos.delete(id)) offerHats(message);
      if (creations.delete(id)) this.filters.add(String(result?.value));
      near.send(JSON.stringify(message));
    });
    near.on('close', () => {
      far.terminate();
    });
    far.on('close', () => {
      near.terminate();
    });
  }
}

function offerHats(answer: z.infer<typeof answered>): void {
  const { value } = answer.result ?? {};
  const [module] = info.parse(value).modules;
  Reflect.set(value as object, 'modules', [
    { ...module, factories: [...(module?.factories ?? []), 'FaceOverlayFilter'] },
  ]);
}
