import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import { expect } from 'chai';
import type { Socket as ServerSocket } from 'socket.io';
import { io } from 'socket.io-client';
import { DoorFigures } from '../../../transport/door-figures.js';
import { SocketIoClient } from '../../../transport/socket-io/client.js';
import type { SocketIoClientOptions } from '../../../transport/socket-io/client.js';
import { SocketIoDoor } from '../../../transport/socket-io/door.js';
import { testGate } from '../../support/gate.js';
import { until } from '../../support/until.js';
import { stalled } from '../../support/stalled.js';

/** The members that these tests use of both generations of socket.io's client. */
interface TestSocket {
  readonly connected: boolean;
  on(event: string, listener: (...content: never[]) => void): unknown;
  emit(event: string, ...content: unknown[]): unknown;
  disconnect(): unknown;
  readonly io: {
    readonly engine: { readonly transport: unknown; on(event: 'upgrade', listener: () => void): unknown };
  };
}
type Connect = (url: string, options: object) => TestSocket;

const require = createRequire(import.meta.url);
/** The client of socket.io 2, the last with only Engine.IO 3. The package has no types. */
const ioOfOld = require('socket.io-client-2') as Connect;

const generations: readonly [string, Connect][] = [
  ['Engine.IO 4', (url, options) => io(url, options)],
  ['Engine.IO 3', ioOfOld],
];

const turnIsOver = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a client of socket.io', () => {
  const http = createServer();
  const door = new SocketIoDoor({
    path: '/socket.io',
    maxPacketBytes: 1_000_000,
    firstRequestMs: 30_000,
    gate: testGate(),
    hasPlace: () => true,
  });
  const sockets: TestSocket[] = [];
  const connections = new Set<Socket>();
  const accepted: ServerSocket[] = [];
  let url = '';

  before(async () => {
    http.on('connection', (connection) => connections.add(connection));
    http.on('request', (request, response) => {
      door.request(request, response);
    });
    http.on('upgrade', (request, socket, head) => {
      door.upgrade(request, socket, head);
    });
    for (const name of ['/', '/own']) door.namespace(name).on('connection', (socket) => accepted.push(socket));
    await once(http.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });
  after(async () => {
    await door.close();
    http.close();
    // A WebSocket whose client has gone without the closing handshake waits 30 s for it.
    for (const connection of connections) connection.destroy();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.disconnect();
    accepted.length = 0;
    await until('nobody is connected', () => door.connections === 0);
  });

  /** Both ends of a new connection. */
  async function pair(
    connect: Connect,
    namespace: string,
    transports: readonly string[],
    options: Partial<SocketIoClientOptions> = {},
  ): Promise<{ socket: TestSocket; client: SocketIoClient; received: unknown[][]; lost: string[] }> {
    const socket = connect(url + namespace, { transports, forceNew: true, reconnection: false });
    sockets.push(socket);
    const received: unknown[][] = [];
    const lost: string[] = [];
    socket.on('news', (...content: unknown[]) => {
      const acknowledge = content.at(-1);
      received.push(typeof acknowledge === 'function' ? content.slice(0, -1) : content);
      if (typeof acknowledge === 'function') (acknowledge as (text: string) => void)('taken');
    });
    socket.on('disconnect', (reason: string) => lost.push(reason));
    await until('it is connected', () => socket.connected && accepted.some(({ nsp }) => nsp.name === namespace));
    const at = accepted.findIndex(({ nsp }) => nsp.name === namespace);
    const [serverSide] = accepted.splice(at, 1);
    if (!serverSide) throw new Error('not accepted');
    // For so long Engine.IO waits for a last poll, in ms. A client that has just changed to a WebSocket never sends one.
    Object.assign(serverSide.conn.transport, { closeTimeout: 100 });
    const client = new SocketIoClient(serverSide, {
      figures: new DoorFigures('test'),
      maxWaitingBytes: 1_000_000,
      ...options,
    });
    return { socket, client, received, lost };
  }

  for (const [generation, connect] of generations) {
    for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
      for (const namespace of ['/', '/own']) {
        it(`of ${generation} understands ready-made packets by ${transports.join(' and ')} at ${namespace}`, async () => {
          const { socket, client, received } = await pair(connect, namespace, transports);
          const content = [{ text: 'é 😀 "\\ \u2028' }, ['[', 1.5, null], 'text', 7];
          for (const each of content) {
            client.emitJson('news', JSON.stringify(each));
            client.emit('news', each);
          }
          await until('all is there', () => received.length === 2 * content.length);
          expect(received).to.deep.equal(content.flatMap((each) => [[each], [each]]));
          // The acknowledgements arrived and did no harm.
          const back = once(client.socket as unknown as NodeJS.EventEmitter, 'back');
          socket.emit('back', 'still there');
          expect(await back).to.deep.equal(['still there']);
          await until('nothing waits', () => client.waiting === 0);
        });
      }

      it(`of ${generation} gets what was sent before the end by ${transports.join(' and ')}, and nothing after`, async () => {
        const { socket, client, received } = await pair(connect, '/', transports);
        client.emitJson('news', '1');
        client.end();
        client.emitJson('news', '2');
        client.emit('news', 3);
        expect(client.isOpen).to.equal(false);
        await until('it has noticed', () => !socket.connected);
        expect(received).to.deep.equal([[1]]);
      });
    }
  }

  for (const [generation, connect] of generations) {
    it(`of ${generation} gets what was sent before the end while it changes from polling to a WebSocket`, async () => {
      let client: SocketIoClient | undefined;
      door.namespace('/').once('connection', (serverSide: ServerSocket) => {
        client = new SocketIoClient(serverSide, { figures: new DoorFigures('test'), maxWaitingBytes: 1_000_000 });
      });
      const socket = connect(url, { transports: ['polling', 'websocket'], forceNew: true, reconnection: false });
      sockets.push(socket);
      const received: unknown[] = [];
      socket.on('news', (content: unknown) => received.push(content));
      let gone = false;
      socket.on('disconnect', () => (gone = true));
      // The client polls no more and has said so, and the server has not read it yet.
      socket.io.engine.on('upgrade', () => {
        client?.emitJson('news', '1');
        client?.end();
      });
      await until('it has noticed', () => gone);
      expect(received).to.deep.equal([1]);
    });
  }

  it('counts the bytes that wait, of all kinds of packets, until they are sent', async () => {
    const { client } = await pair(generations[0]?.[1] ?? ioOfOld, '/', ['websocket']);
    expect(client.waiting).to.equal(0);
    client.emitJson('news', '"é"');
    const text = Buffer.byteLength('20["news","é"]');
    expect(client.waiting).to.equal(text);
    client.emit('news', Buffer.alloc(1_000));
    expect(client.waiting).to.be.within(text + 1_000, text + 1_100);
    await until('nothing waits', () => client.waiting === 0);
  });

  for (const [what, options] of [
    ['bytes', { maxWaitingBytes: 10_000 }],
    ['packets', { maxWaitingPackets: 10 }],
  ] as const) {
    it(`tells once, at the end of the turn, that too many ${what} wait, and sends nothing afterwards`, async () => {
      let overruns = 0;
      const onOverrun = (): void => {
        overruns += 1;
        client.cut();
      };
      const { client, socket, received } = await pair(io, '/', ['websocket'], { ...options, onOverrun });
      for (let index = 0; index < 10; index += 1) client.emitJson('news', '1');
      await until('they are there', () => received.length === 10);
      expect(client.isOpen).to.equal(true);
      const words = JSON.stringify('x'.repeat(950));
      for (let index = 0; index < 20; index += 1) client.emitJson('news', words);
      expect(client.isOpen).to.equal(false);
      expect(overruns).to.equal(0);
      await turnIsOver();
      await turnIsOver();
      expect(overruns).to.equal(1);
      await until('it has noticed', () => !socket.connected);
      expect(received.length).to.be.at.most(10 + 11);
    });
  }

  it('only reports that it is behind if its owner decides the rest, and catches up', async () => {
    const { client, received } = await pair(io, '/', ['websocket'], { maxWaitingBytes: 10_000 });
    const words = JSON.stringify('x'.repeat(20_000));
    client.emitJson('news', words);
    expect(client.isBehind).to.equal(true);
    expect(client.isOpen).to.equal(true);
    await until('it has caught up', () => received.length === 1 && !client.isBehind);
    client.emitJson('news', '1');
    await until('it goes on', () => received.length === 2);
  });

  it('that does not read has its bytes counted until it reads again', async () => {
    const made = await stalled(() => pair(io, '/', ['websocket'], { maxWaitingBytes: 1_000_000 }));
    const { client, received } = made.client;
    const words = JSON.stringify('x'.repeat(500_000));
    let sent = 0;
    for (; sent < 10 && !client.isBehind; sent += 1) {
      client.emitJson('news', words);
      await turnIsOver();
    }
    expect(client.isBehind).to.equal(true);
    made.resume();
    await until('all is there', () => received.length === sent && client.waiting === 0);
  });

  it('shares its connection with another namespace, which stays when it ends', async () => {
    const options = { transports: ['websocket'], reconnection: false };
    const one = io(url, options);
    const other = one.io.socket('/own', {});
    other.connect();
    sockets.push(one, other);
    await until('both are accepted', () => accepted.length === 2);
    const clients = accepted
      .splice(0)
      .map((socket) => new SocketIoClient(socket, { figures: new DoorFigures('test'), maxWaitingBytes: 1_000 }));
    const received: string[] = [];
    one.on('news', (text: string) => received.push(`one ${text}`));
    other.on('news', (text: string) => received.push(`other ${text}`));
    for (const client of clients) client.emitJson('news', '"a"');
    await until('both heard', () => received.length === 2);
    one.disconnect();
    await until('one is gone', () => clients.some(({ isOpen }) => !isOpen));
    clients.find(({ isOpen }) => isOpen)?.emitJson('news', '"b"');
    await until('the other is told', () => received.includes('other b'));
    expect(clients[0]?.socket.conn.listenerCount('packetCreate'), 'nobody listens for the one that went').to.equal(1);
  });

  it('reports a packet that is too long, and that a client sends bytes', async () => {
    let tooLong = 0;
    const { client, socket } = await pair(io, '/', ['websocket'], {
      maxPacketBytes: 1_000,
      onTooLong: () => {
        tooLong += 1;
      },
    });
    const back = async (...content: unknown[]): Promise<void> => {
      const heard = once(client.socket as unknown as NodeJS.EventEmitter, 'back');
      socket.emit('back', ...content);
      await heard;
    };
    const brackets = Buffer.byteLength('2["back",""]');
    await back('x'.repeat(1_000 - brackets));
    await back('é'.repeat((1_000 - brackets) / 2));
    expect(tooLong).to.equal(0);
    expect(client.sendsBytes).to.equal(false);
    await back('x'.repeat(1_001 - brackets));
    expect(tooLong).to.equal(1);
    await back('é'.repeat((1_002 - brackets) / 2));
    expect(tooLong).to.equal(2);
    await back(Buffer.alloc(1_000));
    expect(tooLong).to.equal(2);
    expect(client.sendsBytes).to.equal(true);
    await back(Buffer.alloc(1_001));
    expect(tooLong).to.equal(3);
  });
});
