import { expect } from 'chai';
import { JsonLog } from '../../../../media/embedded/log.js';
import { ObjectServer } from '../../../../media/embedded/object-server.js';
import { Methods } from '../../../../media/embedded/protocol/methods.js';
import { ProtocolServer } from '../../../../media/embedded/protocol/protocol-server.js';
import type { ProtocolServerOptions } from '../../../../media/embedded/protocol/protocol-server.js';
import { Pulse } from '../../../../media/embedded/objects/pulse.js';
import { FakeTransports } from '../fake-transports.js';
import type { Answer } from '../../../../tools/kurento-socket.js';
import { KurentoSocket } from '../../../../tools/kurento-socket.js';

export const endpointLimit = 20;

/** A real server on a real socket; the transports below it are fakes, so that no packet leaves. */
export class Server {
  readonly transports = new FakeTransports(endpointLimit);
  readonly errors: string[] = [];
  readonly warnings: string[] = [];
  readonly pulse = new Pulse(() => this.now);
  readonly media: ObjectServer;
  readonly protocol: ProtocolServer;
  now = 0;
  url = '';

  constructor(options: ProtocolServerOptions = {}) {
    const log = new JsonLog('warn', (line) => {
      (line.includes('"level":"warn"') ? this.warnings : this.errors).push(line);
    });
    this.media = new ObjectServer({ transports: this.transports, log, pulse: this.pulse, gcPeriodMs: 240_000 });
    this.protocol = new ProtocolServer(
      new Methods(this.media, (_method, error) => this.errors.push(String(error))),
      log,
      options,
    );
  }

  async listen(): Promise<void> {
    this.url = await this.protocol.listen('127.0.0.1', 0);
  }

  close(): void {
    this.protocol.close();
    this.media.stop();
  }
}

export function expectError(answer: Answer, code: number, type: string | undefined, message?: string | RegExp): void {
  expect(answer.result).to.equal(undefined);
  expect(answer.error?.code).to.equal(code);
  expect(answer.error?.data).to.deep.equal(type === undefined ? undefined : { type });
  if (typeof message === 'string') expect(answer.error?.message).to.equal(message);
  else if (message) expect(answer.error?.message).to.match(message);
}

export const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** A server and a client, new for each test of the suite it is called in; in the end nothing may be left. */
export class ProtocolStage {
  readonly #open: KurentoSocket[] = [];
  #server: Server | undefined;
  #client: KurentoSocket | undefined;

  constructor(options: ProtocolServerOptions = {}) {
    beforeEach(async () => {
      this.#server = new Server(options);
      await this.#server.listen();
      this.#client = await this.connect();
    });
    afterEach(async () => {
      const { server } = this;
      for (const socket of this.#open.splice(0)) await socket.close();
      server.close();
      expect(server.errors).to.deep.equal([]);
      expect(server.transports.count, 'transports that remain').to.equal(0);
      expect(server.media.objects.size, 'objects that remain').to.equal(0);
    });
  }

  get server(): Server {
    return this.#server ?? expect.fail('there is a server while a test runs');
  }

  get client(): KurentoSocket {
    return this.#client ?? expect.fail('there is a client while a test runs');
  }

  async connect(): Promise<KurentoSocket> {
    const socket = await KurentoSocket.open(this.server.url);
    this.#open.push(socket);
    return socket;
  }

  async pipelineWithEndpoint(options: Record<string, unknown> = {}): Promise<{ pipeline: string; endpoint: string }> {
    const pipeline = await this.client.create('MediaPipeline');
    return { pipeline, endpoint: await this.client.create('WebRtcEndpoint', { mediaPipeline: pipeline, ...options }) };
  }

  invoke(object: string, operation: string, operationParams?: Record<string, unknown>): Promise<Answer> {
    return this.client.request('invoke', { object, operation, operationParams });
  }
}
