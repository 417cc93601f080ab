import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect } from 'chai';
import { OldSocketIoDoor } from '../../../dialects/compeit/transport/door.js';
import type { Admission } from '../../../dialects/compeit/transport/door.js';
import { configOf } from '../../../src/config.js';
import { DoorFigures } from '../../../transport/door-figures.js';
import { testGate } from '../../support/gate.js';
import { until } from '../../support/until.js';
import { Page, handshake } from './page.js';
import { useStage } from './stage.js';
import { token, tokenSecret } from './token.js';

/** Holds every check of a signature up. */
class HeldVerification {
  readonly #subtle = globalThis.crypto.subtle;
  reached = 0;
  /** Lets those that wait go on, and all that come. */
  open: () => void = () => undefined;

  constructor() {
    const verify = this.#subtle.verify.bind(this.#subtle);
    const opened = new Promise<void>((resolve) => (this.open = resolve));
    this.#subtle.verify = async (...given) => {
      this.reached += 1;
      await opened;
      return verify(...given);
    };
  }

  end(): void {
    this.open();
    Reflect.deleteProperty(this.#subtle, 'verify');
  }
}

describe('COMPEIT §3.1 while a token is being verified', () => {
  let now = Date.now();
  const { stage, pages } = useStage({ compeit: { tokenSecret } }, { now: () => now });
  const query = (account: string): string => `token=${token({ sub: account, name: account })}`;
  let held: HeldVerification | undefined;
  const hold = (): HeldVerification => (held = new HeldVerification());
  afterEach(() => {
    held?.end();
    held = undefined;
  });

  it('what a newer client sends waits, and is done in order', async () => {
    const verification = hold();
    const page = Page.begin(stage.url, query('ann'));
    pages.push(page);
    page.emit('join_room', { room: 17 });
    for (const data of [1, 2, 3]) page.emit('room_message', { type: 'chat', data });
    await until('it is being verified', () => verification.reached === 1);
    expect(stage.gateway.state.connections).to.equal(0);
    verification.open();
    for (const name of ['connected', 'room_joined']) await page.take(name);
    for (const data of [1, 2, 3]) expect(await page.take('room_message')).to.include({ data });
    expect(page.events.map(({ name }) => name)).to.deep.equal([
      'connected',
      'room_joined',
      ...['room_message', 'room_message', 'room_message'],
    ]);
  });

  it('a newer client that goes is not let in', async () => {
    const verification = hold();
    const page = Page.begin(stage.url, query('ann'));
    await until('it is being verified', () => verification.reached === 1);
    page.cut();
    await until('the server has noticed', () => stage.service.socketIo.connections === 0);
    verification.open();
    // One that comes later is in, so the first one would be, too.
    const other = await Page.connect(stage.url, 'socket.io', query('bob'));
    pages.push(other);
    expect(stage.gateway.state.connections).to.equal(1);
  });

  it('a client of old that goes has no session', async () => {
    const verification = hold();
    const { hostname, port } = new URL(stage.url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET /socket.io/1/?${query('ann')} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
    await until('it is being verified', () => verification.reached === 1);
    expect(stage.gateway.sessions).to.equal(0);
    socket.resetAndDestroy();
    const waiting = handshake(stage.url, query('bob'));
    await until('another is being verified, after the first one has gone', () => verification.reached === 2);
    verification.open();
    await waiting;
    expect(stage.gateway.sessions).to.equal(1);
    await fetch(`${stage.url}/socket.io/1/xhr-polling/${await waiting}?disconnect`);
  });

  it('a token that runs out between the handshake and the namespace sends the client away', async () => {
    const exp = Math.ceil(now / 1_000) + 60;
    const page = new Page();
    pages.push(page);
    await page.open(stage.url, 'websocket', `token=${token({ sub: 'ann', exp })}`);
    now = exp * 1_000;
    page.raw('1::/connection_agent');
    await until('it is sent away', () => page.packets.includes('0::'));
    expect(page.events).to.deep.equal([]);
    await page.gone();
  });
});

describe('COMPEIT §2.1 the handshake, while the client is being admitted', () => {
  const http = createServer();
  const waiting: ((admission: Admission) => void)[] = [];
  const door = new OldSocketIoDoor({
    ...configOf({ compeit: { maxSessionsPerAddress: 2 } }).compeit,
    path: '/socket.io/1',
    gate: testGate(),
    figures: new DoorFigures('compeit'),
    firstRequestMs: 30_000,
    messageMs: 60_000,
    hasPlace: () => true,
    admit: () => new Promise((resolve) => waiting.push(resolve)),
  });
  const sockets: Socket[] = [];
  const statuses: string[] = [];

  before(async () => {
    http.on('request', (request, response) => {
      door.request(request, response);
    });
    await once(http.listen(0, '127.0.0.1'), 'listening');
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await door.close();
    http.close();
  });

  const connections = (): Promise<number> =>
    new Promise((resolve) => {
      http.getConnections((_error, count) => {
        resolve(count);
      });
    });
  const begin = async (): Promise<Socket> => {
    const { port } = http.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => statuses.push(bytes.toString().slice(9, 12)));
    const before = waiting.length;
    socket.write(`GET /socket.io/1/ HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    await until('it waits', () => waiting.length > before);
    return socket;
  };

  it('makes no session for one that has gone, and none too many of one address', async () => {
    const gone = await begin();
    for (let index = 0; index < 3; index += 1) await begin();
    gone.resetAndDestroy();
    await until('the server has noticed', async () => (await connections()) === 3);
    for (const admit of waiting.splice(0)) admit({ namespaces: new Map() });
    await until('all are answered', () => statuses.length === 3);
    expect(statuses.sort()).to.deep.equal(['200', '200', '503']);
    expect(door.connections).to.equal(2);
  });
});
