import { expect } from 'chai';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { OrchestratorGateway } from '../../../dialects/orchestrator/gateway.js';
import type { ParentLog } from '../../../log.js';
import type { GivenConfig } from '../../../src/config.js';
import { createLog } from '../../../src/log.js';
import type { SocketIoDoor } from '../../../transport/socket-io/door.js';
import { ServiceStage } from '../../support/service-stage.js';
import { until } from '../../support/until.js';

type Line = readonly [level: string, message: string, fields: object];

/** The answer to a request. */
export interface Answer {
  readonly error: number;
  readonly message: string;
  readonly body: Record<string, unknown>;
  readonly commandId?: unknown;
}

/** The Orchestrator's protocol and the room protocol over the same rooms, from the socket to the domain. */
export class OrchestratorStage extends ServiceStage {
  /** How often the server was told to stop. */
  terminations = 0;
  /** Log lines as [level, message, fields]. */
  readonly logged: readonly Line[];
  /** The names of all events that clients got, `SessionUpdated` by its `eventId`. */
  readonly told = new Set<string>();
  readonly #clients: OrchestratorClient[] = [];

  constructor(options: GivenConfig = {}) {
    const logged: Line[] = [];
    super(
      { ...options, orchestrator: { dumpData: true, ...options.orchestrator } },
      { log: logTo(logged), terminate: () => (this.terminations += 1) },
    );
    this.logged = logged;
  }

  get gateway(): OrchestratorGateway {
    return this.dialect(OrchestratorGateway);
  }

  get door(): SocketIoDoor {
    return this.service.socketIo;
  }

  get url(): string {
    return this.origin;
  }

  async connect(namespace = '/orchestrator', transports = ['websocket']): Promise<OrchestratorClient> {
    const client = new OrchestratorClient(
      io(this.url + namespace, { forceNew: true, reconnection: false, transports }),
    );
    this.#clients.push(client);
    client.socket.onAny((name: string, content: unknown) => {
      this.told.add(name === 'SessionUpdated' ? (content as { eventId: string }).eventId : name);
    });
    await client.connected;
    return client;
  }

  /** A client that is logged in. */
  async user(name: string, namespace?: string): Promise<OrchestratorClient> {
    const client = await this.connect(namespace);
    const { body } = await client.ask('Login', { userName: name });
    client.userId = body.userId as string;
    return client;
  }

  /** What is left of all clients. */
  get remains(): object {
    return { ...this.gateway.remains, rooms: this.rooms.names.length, clients: this.gateway.state.connections };
  }

  /** Disconnects every client, and waits until nothing is left of them. */
  async empty(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.socket.disconnect();
    await until('nobody is connected', () => this.gateway.state.connections === 0);
  }
}

/** Keeps every line, and prints errors. */
function logTo(lines: Line[]): ParentLog {
  const log = createLog('error', 'text');
  const at = (level: 'error' | 'warn' | 'info' | 'debug') => (message: string, fields?: object) => {
    lines.push([level, message, fields ?? {}]);
    log[level](message, fields);
  };
  const kept: ParentLog = {
    ...{ error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') },
    child: () => kept,
  };
  return kept;
}

export const nothingRemains = { users: 0, sessions: 0, streams: 0, rooms: 0, clients: 0 };

/** A stage with its own options, for one test. */
export async function withStage(
  options: GivenConfig,
  test: (stage: OrchestratorStage) => Promise<void>,
): Promise<void> {
  const stage = new OrchestratorStage(options);
  await stage.start();
  try {
    await test(stage);
    await stage.empty();
    expect(stage.remains).to.deep.equal(nothingRemains);
  } finally {
    await stage.stop();
  }
}

/** One socket.io client and its notices. */
export class OrchestratorClient {
  readonly socket: Socket;
  readonly connected: Promise<void>;
  userId = '';
  /** Notices that were not taken yet, as [name, ...arguments]. */
  readonly notices: unknown[][] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    this.connected = new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    socket.onAny((name: string, ...content: unknown[]) => this.notices.push([name, ...content]));
  }

  /** Sends a request; resolves with its answer. */
  ask(name: string, ...content: unknown[]): Promise<Answer> {
    return this.socket.timeout(3000).emitWithAck(name, ...content) as Promise<Answer>;
  }

  /** As `ask`, for a request that must succeed. Resolves with the body. */
  async get(name: string, ...content: unknown[]): Promise<Answer['body']> {
    const { error, message, body } = await this.ask(name, ...content);
    if (error !== 0) throw new Error(`${name}: ${error} ${message}`);
    return body;
  }

  /** As `ask`. Resolves with the error code. */
  async code(name: string, ...content: unknown[]): Promise<number> {
    return (await this.ask(name, ...content)).error;
  }

  /** Takes the next notice. Waits if there is none. */
  async next(): Promise<unknown[]> {
    await until('a notice comes', () => this.notices.length > 0);
    return this.notices.shift() ?? [];
  }

  /** Takes all notices that the server sent before it answers a new request. */
  async heard(): Promise<unknown[][]> {
    await this.ask('GetOrchestratorVersion', {});
    return this.notices.splice(0);
  }

  /** Makes a session; resolves with its id. */
  async makes(sessionName: string, more: object = {}): Promise<string> {
    const body = await this.get('AddSession', { sessionName, scenarioDefinition: { scenarioId: 's' }, ...more });
    return body.sessionId as string;
  }
}
