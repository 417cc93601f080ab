import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Socket as ServerSocket } from 'socket.io';
import { io } from 'socket.io-client';
import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client';
import { Doors } from '../../../transport/doors.js';
import { SocketIoDoor } from '../../../transport/socket-io/door.js';
import { doorsOptions } from '../../support/gate.js';
import { until } from '../../support/until.js';

describe('the socket.io door', () => {
  const http = createServer();
  const options = doorsOptions({ maxConnections: 3, allowedOrigins: ['https://good.example'] });
  const doors = new Doors(http, { ...options, otherwise: (_request, response) => response.end('something else') });
  const door = new SocketIoDoor({
    path: '/socket.io',
    maxPacketBytes: 1000,
    firstRequestMs: options.firstMessageMs,
    gate: options.gate,
    hasPlace: () => doors.hasPlace,
  });
  const open: Socket[] = [];
  let url = '';

  before(async () => {
    doors.mount('/socket.io', door);
    for (const name of ['one', 'two']) {
      door.register({
        name,
        claims: (event) => event.startsWith(name),
        accept: (socket: ServerSocket) => {
          socket.on(`${name} hello`, (answer: (text: string) => void) => {
            answer(`this is ${name}`);
          });
        },
      });
    }
    door.namespace('/own').on('connection', (socket) => socket.emit('welcome', 'to its own'));
    await once(http.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });
  after(async () => {
    await doors.close();
    http.close();
  });
  afterEach(async () => {
    for (const socket of open.splice(0)) socket.disconnect();
    await until('nobody is connected', () => door.connections === 0);
  });

  function connect(namespace = '/', options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
    const socket = io(url + namespace, { forceNew: true, reconnection: false, ...options });
    open.push(socket);
    return socket;
  }

  async function connected(namespace?: string, options?: Partial<ManagerOptions & SocketOptions>): Promise<Socket> {
    const socket = connect(namespace, options);
    await new Promise((resolve, reject) => {
      socket.once('connect', () => {
        resolve(undefined);
      });
      socket.once('connect_error', reject);
    });
    return socket;
  }

  it('gives a client of the default namespace to the protocol of its first event, over either transport', async () => {
    for (const transports of [['websocket'], ['polling']]) {
      const two = await connected('/', { transports });
      expect(await two.timeout(1000).emitWithAck('two hello')).to.equal('this is two');
      const one = await connected('/', { transports });
      expect(await one.timeout(1000).emitWithAck('one hello')).to.equal('this is one');
      one.disconnect();
      two.disconnect();
    }
  });

  it('keeps a client with its first protocol', async () => {
    const socket = await connected();
    expect(await socket.timeout(1000).emitWithAck('one hello')).to.equal('this is one');
    socket.emit('two hello');
    expect(await socket.timeout(1000).emitWithAck('one hello'), 'it is still there').to.equal('this is one');
    expect(socket.listeners('two hello')).to.deep.equal([]);
  });

  it('has namespaces that belong to one protocol', async () => {
    const socket = connect('/own');
    const welcome = await new Promise((resolve) => socket.once('welcome', resolve));
    expect(welcome).to.equal('to its own');
    expect(socket.connected).to.equal(true);
    const unknown = await connected('/unknown').then(() => 'connected', String);
    expect(unknown).to.equal('Error: Invalid namespace');
  });

  it('serves the script of its clients, and leaves other paths to other handlers', async () => {
    const script = await fetch(`${url}/socket.io/socket.io.js`);
    expect(script.headers.get('content-type')).to.match(/^application\/javascript/);
    expect(await (await fetch(`${url}/elsewhere`)).text()).to.equal('something else');
    expect(await (await fetch(`${url}/socket.iodine`)).text()).to.equal('something else');
  });

  it('refuses pages of other origins', async () => {
    const from = (origin: string): Promise<string> =>
      connected('/', { extraHeaders: { origin } }).then(
        () => 'connected',
        () => 'refused',
      );
    expect(await from('https://bad.example')).to.equal('refused');
    expect(await from('https://good.example')).to.equal('connected');
  });

  it('accepts no more clients than the limit', async () => {
    const sockets = [await connected(), await connected(), await connected()];
    const refused = await connected().then(
      () => 'connected',
      () => 'refused',
    );
    expect(refused).to.equal('refused');
    // A client with the id of an unknown session does not count as a known client.
    for (const name of ['', 'unknown']) {
      const { ok } = await fetch(`${url}/socket.io/?EIO=4&transport=polling&sid=${name}`);
      expect(ok, `with the session "${name}"`).to.equal(false);
    }
    expect(door.connections).to.equal(3);
    sockets[0]?.disconnect();
    await until('one is gone', () => door.connections === 2);
    await connected();
  });

  it('ends a client that sends too long a packet', async () => {
    const socket = await connected('/', { transports: ['websocket'] });
    const other = await connected('/', { transports: ['websocket'] });
    const reason = new Promise((resolve) => socket.once('disconnect', resolve));
    socket.emit('one hello', 'x'.repeat(2000));
    expect(await reason).to.equal('transport close');
    expect(await other.timeout(1000).emitWithAck('one hello'), 'others go on').to.equal('this is one');
  });
});
