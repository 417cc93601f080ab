import { once } from 'node:events';
import { WebSocket } from 'ws';
import { z } from 'zod';

const answerSchema = z.object({
  id: z.union([z.number(), z.string(), z.null()]),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }).optional(),
});
export type Answer = z.infer<typeof answerSchema>;

const resultSchema = z.object({ sessionId: z.string().optional(), value: z.unknown().optional() });

/** docs/protocols/kurento-media.md#11-error-codes */
const objectNotFound = 40_101;
/** A KMS lists nothing as one empty name. */
const ids = z.array(z.string()).transform((all) => all.filter((id) => id !== ''));

const eventSchema = z.object({
  method: z.literal('onEvent'),
  params: z.object({
    value: z.object({ type: z.string(), object: z.string(), data: z.record(z.string(), z.unknown()) }),
  }),
});
export type KurentoEvent = z.infer<typeof eventSchema>['params']['value'];

/** A bare client of the Kurento protocol: sends what it is told, keeps everything that comes. */
export class KurentoSocket {
  readonly events: KurentoEvent[] = [];
  readonly frames: string[] = [];
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #listeners = new Set<() => void>();
  #unmatched: Answer[] = [];
  #next = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      this.#received(data.toString());
    });
  }

  static async open(url: string): Promise<KurentoSocket> {
    const socket = new WebSocket(url);
    await once(socket, 'open');
    return new KurentoSocket(socket);
  }

  get socket(): WebSocket {
    return this.#socket;
  }

  request(method: string, params?: unknown): Promise<Answer> {
    const id = this.#next++;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, jsonrpc: '2.0', method, params }));
    return answer;
  }

  /** The value of a request that has to succeed. */
  async value(method: string, params: unknown): Promise<unknown> {
    const answer = await this.request(method, params);
    if (answer.error) throw new Error(`${method}: ${answer.error.code} ${answer.error.message}`);
    return resultSchema.parse(answer.result).value;
  }

  async create(type: string, constructorParams: Record<string, unknown> = {}): Promise<string> {
    return z.string().parse(await this.value('create', { type, constructorParams, properties: {} }));
  }

  invoke(object: string, operation: string, operationParams: Record<string, unknown> = {}): Promise<unknown> {
    return this.value('invoke', { object, operation, operationParams });
  }

  /** What the media server holds (docs/protocols/kurento-media.md#5-servermanager). */
  async pipelines(): Promise<string[]> {
    return ids.parse(await this.invoke('manager_ServerManager', 'getPipelines'));
  }

  /** Of a pipeline: its endpoints. */
  async children(pipeline: string): Promise<string[]> {
    return ids.parse(await this.invoke(pipeline, 'getChildren'));
  }

  /** Those of several pipelines. One that is released meanwhile has none. */
  async childrenOf(pipelines: readonly string[]): Promise<string[]> {
    const all = pipelines.map(async (object) => {
      const { result, error } = await this.request('invoke', { object, operation: 'getChildren' });
      if (error?.code === objectNotFound) return [];
      if (error) throw new Error(`getChildren: ${error.code} ${error.message}`);
      return ids.parse(resultSchema.parse(result).value);
    });
    return (await Promise.all(all)).flat();
  }

  subscribe(object: string, ...types: string[]): Promise<unknown> {
    return Promise.all(types.map((type) => this.value('subscribe', { object, type })));
  }

  /** Sends text as it is; resolves with the next answer that belongs to no request. */
  async raw(data: string | Buffer): Promise<Answer> {
    this.#socket.send(data);
    await this.until(() => this.#unmatched.length > 0);
    const [answer, ...rest] = this.#unmatched;
    this.#unmatched = rest;
    if (!answer) throw new Error('no answer');
    return answer;
  }

  async event(type: string, object?: string): Promise<KurentoEvent> {
    const find = (): KurentoEvent | undefined =>
      this.events.find((event) => event.type === type && (!object || event.object === object));
    await this.until(() => find() !== undefined);
    return find() ?? Promise.reject(new Error('the event is gone'));
  }

  /** Resolves as soon as the condition holds; looks whenever something comes. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        const listener = (): void => {
          this.#listeners.delete(listener);
          resolve();
        };
        this.#listeners.add(listener);
      });
    }
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === this.#socket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #received(text: string): void {
    this.frames.push(text);
    const message: unknown = JSON.parse(text);
    const event = eventSchema.safeParse(message);
    if (event.success) this.events.push(event.data.params.value);
    else this.#answered(answerSchema.parse(message));
    for (const listener of [...this.#listeners]) listener();
  }

  #answered(answer: Answer): void {
    const waiting = typeof answer.id === 'number' ? this.#waiting.get(answer.id) : undefined;
    if (waiting && typeof answer.id === 'number') {
      this.#waiting.delete(answer.id);
      waiting(answer);
    } else {
      this.#unmatched.push(answer);
    }
  }
}
