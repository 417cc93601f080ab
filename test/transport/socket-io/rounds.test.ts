import { once } from 'node:events';
import { expect } from 'chai';
import type { Socket as ServerSocket } from 'socket.io';
import { Manager } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { ServiceStage } from '../../support/service-stage.js';
import { patienceMs, until } from '../../support/until.js';

/** What a client does in a namespace between entering and leaving it. */
interface Visit {
  readonly what: string;
  readonly namespace: string;
  /** A namespace that the client stays in, so that the connection goes on. */
  readonly meanwhile: string;
  readonly rounds: number;
  readonly stay: (socket: Socket) => Promise<unknown>;
}

const ask = (socket: Socket, ...request: [event: string, ...content: unknown[]]): Promise<unknown> =>
  socket.timeout(patienceMs).emitWithAck(...request);

const visits: readonly Visit[] = [
  {
    what: 'that says nothing',
    namespace: '/',
    meanwhile: '/vr',
    rounds: 50,
    stay: () => Promise.resolve(),
  },
  {
    what: 'of EasyRTC',
    namespace: '/',
    meanwhile: '/vr',
    rounds: 1000,
    stay: (socket) => ask(socket, 'easyrtcAuth', { msgType: 'authenticate', msgData: { apiVersion: '1.1.1-beta' } }),
  },
  {
    what: 'of the Orchestrator in the default namespace',
    namespace: '/',
    meanwhile: '/vr',
    rounds: 50,
    stay: (socket) => ask(socket, 'GetOrchestratorVersion', {}),
  },
  {
    what: 'of the Orchestrator in its own namespace',
    namespace: '/vr',
    meanwhile: '/',
    rounds: 50,
    stay: (socket) => ask(socket, 'GetOrchestratorVersion', {}),
  },
  {
    what: 'of COMPEIT',
    namespace: '/connection_agent',
    meanwhile: '/',
    rounds: 50,
    stay: (socket) => ask(socket, 'leave_room'),
  },
];

describe('a connection of socket.io that goes on', function () {
  this.timeout(60_000);
  const stage = new ServiceStage({ orchestrator: { namespace: '/vr' } });
  /** The one that the test has opened. */
  let served: ServerSocket['conn'] | undefined;
  let manager: Manager | undefined;

  before(async () => {
    await stage.start();
    for (const name of ['/', '/vr', '/connection_agent']) {
      stage.service.socketIo.namespace(name).on('connection', ({ conn }) => (served = conn));
    }
  });
  afterEach(() => {
    manager?._close();
  });
  after(() => stage.stop());

  /** Listeners by event, on the connection and on its transport. */
  function listeners(): Record<string, number> {
    const counts: Record<string, number> = {};
    const { transport } = served as unknown as { transport: NodeJS.EventEmitter };
    for (const [prefix, emitter] of [
      ['', served as unknown as NodeJS.EventEmitter],
      ['transport ', transport],
    ] as const) {
      for (const event of emitter.eventNames()) counts[prefix + String(event)] = emitter.listenerCount(event);
    }
    return counts;
  }

  for (const transport of ['websocket', 'polling']) {
    for (const { what, namespace, meanwhile, rounds: most, stay } of visits) {
      const rounds = transport === 'polling' ? 50 : most;
      it(`keeps nothing of a client ${what} that entered and left ${rounds} times, by ${transport}`, async () => {
        const connection = new Manager(stage.origin, { transports: [transport], reconnection: false });
        manager = connection;
        const anchor = connection.socket(meanwhile);
        await until('the connection is open', () => anchor.connected);
        const round = async (): Promise<void> => {
          const socket = connection.socket(namespace);
          await new Promise<void>((resolve, reject) => {
            socket.once('connect', resolve);
            socket.once('connect_error', reject);
          });
          await stay(socket);
          // A client that enters again before the server has seen it leave is disconnected by the library.
          const [present] = stage.service.socketIo.namespace(namespace).sockets.values();
          if (!present) throw new Error('it is not there');
          const left = once(present, 'disconnect');
          socket.disconnect();
          await left;
        };
        await round();
        const after = listeners();
        for (let done = 1; done < rounds; done += 1) await round();
        expect(listeners(), 'after all rounds').to.deep.equal(after);
      });
    }
  }
});
