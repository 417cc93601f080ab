import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { z } from 'zod';

const request = z.object({
  id: z.number(),
  method: z.string(),
  params: z
    .object({
      object: z.string().optional(),
      type: z.string().optional(),
      operation: z.string().optional(),
      operationParams: z.record(z.string(), z.unknown()).optional(),
      constructorParams: z.record(z.string(), z.unknown()).optional(),
      sessionId: z.string().optional(),
      operations: z.array(z.looseObject({ id: z.number() })).optional(),
    })
    .default({}),
});
export type Request = z.infer<typeof request>;

/** The name of the method `connect`, for `connect` is an operation as well. */
export const resume = 'connect session';

/** What is done with a request instead of answering it as usual. */
export type Script = (request: Request, answer: () => void, socket: WebSocket) => void;

export const sdpAnswer = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  '',
].join('\r\n');

/**
 * Speaks the Kurento protocol over a real WebSocket, carries no media, and misbehaves where a test tells it to: what the
 * adapter has to survive (no answer, a late one, a socket dropped at a bad moment, nonsense) cannot be had from a healthy
 * media server at the moment a test needs it.
 */
export class ScriptedServer {
  readonly requests: Request[] = [];
  readonly objects = new Set<string>();
  readonly #scripts = new Map<string, Script>();
  #server: WebSocketServer | undefined;
  readonly #tags = new Map<string, Map<string, string>>();
  #sessions = new Set<string>();
  port = 0;
  capabilities: readonly string[] = ['transactions'];
  /** The types of elements that it says it can create. */
  factories: readonly string[] = ['WebRtcEndpoint', 'RecorderEndpoint'];
  /** Whether WebSocket pings are answered. */
  autoPong = true;

  get url(): string {
    return `ws://127.0.0.1:${this.port}/kurento`;
  }

  async start(): Promise<this> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: this.port, autoPong: this.autoPong });
    this.#server = server;
    server.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => {
        this.#received(socket, data.toString());
      });
    });
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    return this;
  }

  /** Stops listening; every socket is cut. The next `start` listens on the same port. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    for (const socket of server.clients) socket.terminate();
    server.close();
    await once(server, 'close');
  }

  /** How many sockets are open. */
  get sockets(): number {
    return this.#server?.clients.size ?? 0;
  }

  /** As a new process would: nothing of what was is known any more. */
  forget(): void {
    this.objects.clear();
    this.#tags.clear();
    this.#sessions = new Set();
  }

  drop(): void {
    for (const socket of this.#server?.clients ?? []) socket.terminate();
  }

  /** `what`: a method, `resume`, or the operation of an `invoke`. */
  on(what: string, script: Script): void {
    this.#scripts.set(what, script);
  }

  off(what: string): void {
    this.#scripts.delete(what);
  }

  /** As if a client had asked for it whose socket has gone. */
  execute(method: string, params: object): void {
    this.#answer(request.parse({ id: 0, method, params }));
  }

  /** Their keys. */
  tagsOf(object: string): string[] {
    return [...(this.#tags.get(object)?.keys() ?? [])];
  }

  send(text: string): void {
    for (const socket of this.#server?.clients ?? []) socket.send(text);
  }

  event(object: string, type: string, data: unknown): void {
    const value = { object, type, data };
    this.send(JSON.stringify({ jsonrpc: '2.0', method: 'onEvent', params: { value } }));
  }

  /** As if another client had released it: children first, and everybody who listens to the server manager is told. */
  releasedByAnother(object: string): void {
    const ids = [...this.objects].filter((id) => id.startsWith(object)).sort((a, b) => b.length - a.length);
    for (const objectId of ids) {
      this.objects.delete(objectId);
      this.event('manager_ServerManager', 'ObjectDestroyed', { objectId, source: 'manager_ServerManager', tags: [] });
    }
  }

  /** Requests of that name, in the order of their arrival. */
  received(what: string): Request[] {
    return this.requests.filter((each) => nameOf(each) === what);
  }

  #received(socket: WebSocket, text: string): void {
    const parsed = request.parse(JSON.parse(text));
    this.requests.push(parsed);
    const answer = () => {
      socket.send(JSON.stringify({ id: parsed.id, jsonrpc: '2.0', ...this.#answer(parsed) }));
    };
    const script = this.#scripts.get(nameOf(parsed));
    if (script) script(parsed, answer, socket);
    else answer();
  }

  #answer({ method, params }: Request): object {
    const { object = '', sessionId = randomUUID() } = params;
    if (method === 'connect' && !this.#sessions.has(sessionId))
      return error(40007, 'INVALID_SESSION', 'Invalid session');
    this.#sessions.add(sessionId);
    const result = (value: unknown) => ({ result: { sessionId, value } });
    switch (method) {
      case 'ping':
        return { result: { value: 'pong' } };
      case 'describe':
        if (!this.#knows(object)) return unknown(object);
        return { result: { sessionId, ...classOf(object) } };
      case 'create':
        return result(this.#create(params));
      case 'release':
        for (const id of this.objects) if (id.startsWith(object)) this.objects.delete(id);
        return { result: { sessionId } };
      case 'subscribe':
      case 'invoke':
        if (!this.#knows(object)) return unknown(object);
        if (params.operation === 'getChildren') return result(this.#childrenOf(object));
        if (params.operation === 'getInfo') return result(this.#info);
        if (params.operation?.endsWith('Tag') || params.operation === 'getTags')
          return result(this.#tagged(object, params.operationParams ?? {}, params.operation));
        return result(method === 'subscribe' ? randomUUID() : valueOf(params.operation));
      case 'transaction':
        return result(this.#run(params.operations ?? [], sessionId));
      default:
        return { result: { sessionId, serverId: 'scripted' } };
    }
  }

  /** All of them: none fails. */
  #run(operations: readonly object[], sessionId: string): object[] {
    const answers: object[] = [];
    const values: unknown[] = [];
    for (const operation of operations) {
      const text = JSON.stringify(operation).replaceAll(/"newref:(\d+)"/g, (_, index) =>
        JSON.stringify(values[Number(index)]),
      );
      const inner = request.parse(JSON.parse(text));
      const answer = this.#answer({ ...inner, params: { ...inner.params, sessionId } });
      values.push(z.object({ result: z.object({ value: z.unknown().optional() }) }).parse(answer).result.value);
      answers.push({ id: inner.id, jsonrpc: '2.0', ...answer });
    }
    return answers;
  }

  #tagged(object: string, { key = '', value = '' }: Record<string, unknown>, operation: string): unknown {
    const tags = this.#tags.get(object) ?? new Map<string, string>();
    this.#tags.set(object, tags);
    if (operation === 'addTag') tags.set(String(key), String(value));
    if (operation === 'removeTag') tags.delete(String(key));
    return operation === 'getTags' ? [...tags].map(([key, value]) => ({ key, value })) : null;
  }

  get #info(): object {
    const { capabilities, factories } = this;
    const modules = [
      { name: 'elements', factories },
      { name: 'filters', factories: ['FaceOverlayFilter', 'GStreamerFilter'] },
    ];
    return { type: 'KMS', version: 'scripted', capabilities, modules };
  }

  #knows(object: string): boolean {
    return object === 'manager_ServerManager' || this.objects.has(object);
  }

  #childrenOf(object: string): string[] {
    return [...this.objects].filter((id) => id.startsWith(`${object}/`));
  }

  #create({ type = '', constructorParams }: Request['params']): string {
    const parent = constructorParams?.mediaPipeline;
    const id = `${typeof parent === 'string' ? `${parent}/` : ''}${randomUUID()}_kurento.${type}`;
    this.objects.add(id);
    return id;
  }
}

export function error(code: number, type: string, message: string): object {
  return { error: { code, data: { type }, message } };
}

function unknown(object: string): object {
  return error(40101, 'MEDIA_OBJECT_NOT_FOUND', `Object '${object}' not found`);
}

function nameOf({ method, params }: Request): string {
  if (method === 'connect') return resume;
  return method === 'invoke' ? (params.operation ?? '') : method;
}

function valueOf(operation: string | undefined): unknown {
  return operation === 'processOffer' || operation === 'processRestartOffer' ? sdpAnswer : null;
}

function classOf(object: string): object {
  const [, type = 'ServerManager'] = /_kurento\.(\w+)$/.exec(object) ?? [];
  return { type, qualifiedType: `kurento.${type}`, hierarchy: [] };
}
