import { once } from 'node:events';
import { expect } from 'chai';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { until } from '../../support/until.js';
import { ask } from './http.js';
import { OldWindow } from './old-client.js';
import { Page, endpoint } from './page.js';
import { CompeitStage } from './stage.js';

/** A client that sends nothing any more, although its connection is not closed. */
type Silent = (url: string) => Promise<void>;

const silences: [string, Silent][] = [
  [
    'a WebSocket',
    async (url) => {
      const page = await Page.connect(url, 'websocket', 'name=Silent');
      await page.join(17);
      // No answer to a heartbeat is sent.
      page.raw = () => undefined;
    },
  ],
  [
    'polling',
    async (url) => {
      const page = await Page.connect(url, 'xhr-polling', 'name=Silent');
      await page.join(17);
      page.stop();
    },
  ],
  [
    'newer Socket.IO',
    async (url) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket&name=Silent`);
      socket.on('error', () => undefined);
      await once(socket, 'open');
      socket.send(`40${endpoint},`);
      for (let text = ''; !text.startsWith('40');) text = String((await once(socket, 'message'))[0]);
      socket.send(`42${endpoint},["join_room",{"room":17}]`);
    },
  ],
];

describe('COMPEIT §2.6 a client that is silent', () => {
  const times = { intervalMs: 100, timeoutMs: 300 };
  const stage = new CompeitStage(
    { compeit: { pollMs: 200, closeTimeoutMs: 600, heartbeatIntervalMs: times.intervalMs, heartbeatTimeoutMs: 600 } },
    { heartbeat: times },
  );
  let url = '';
  before(async () => {
    url = await stage.start();
  });
  after(() => stage.stop());

  for (const [transport, fallSilent] of silences) {
    it(`over ${transport} is dropped, and the others are told that it left`, async () => {
      const bob = await Page.connect(url, 'websocket', 'name=Bob');
      await bob.join(17);
      await fallSilent(url);
      expect(await bob.take('user_joined')).to.have.nested.include({ 'user.name': 'Silent' });
      expect(await bob.take('user_left')).to.have.nested.include({ 'user.name': 'Silent' });
      bob.cut();
      await stage.nothingRemains();
    });
  }
});

interface Returning {
  readonly socket: {
    on(event: string, listener: (...args: unknown[]) => void): unknown;
    emit(event: string, ...args: unknown[]): unknown;
  };
  /** Breaks the connection without closing it. */
  readonly lose: () => unknown;
  readonly leave: () => unknown;
}

/** Clients as pages load them, which reconnect by themselves. */
const returning: [string, (url: string) => Returning][] = [
  ...(['websocket', 'xhr-polling'] as const).map((transport): [string, (url: string) => Returning] => [
    `Socket.IO 0.9, ${transport}`,
    (url) => {
      const options = { transports: [transport], 'reconnection delay': 20 };
      const socket = new OldWindow(url).connect(`${url}${endpoint}?name=Ann`, options);
      const lose = (): void => {
        const { sessionid, transport: carrier } = socket.socket;
        if (carrier.websocket) carrier.websocket.close();
        else void ask(`${url}/socket.io/1/xhr-polling/${sessionid}?disconnect`);
      };
      return {
        socket,
        lose,
        leave: () => {
          socket.socket.disconnect();
        },
      };
    },
  ]),
  ...(['websocket', 'polling'] as const).map((transport): [string, (url: string) => Returning] => [
    `Socket.IO 4, ${transport}`,
    (url) => {
      const options = { forceNew: true, reconnectionDelay: 20, transports: [transport], query: { name: 'Ann' } };
      const socket = io(url + endpoint, options);
      return { socket, lose: () => socket.io.engine.close(), leave: () => socket.disconnect() };
    },
  ]),
];

describe('COMPEIT §2.8 a client whose connection is cut', () => {
  for (const [client, open] of returning) {
    it(`reconnects by itself as a new user, and joins and sends again (${client})`, async () => {
      const stage = new CompeitStage({ compeit: { pollMs: 200 } });
      const url = await stage.start();
      try {
        const ids: number[] = [];
        const news: unknown[] = [];
        const bob = await Page.connect(url, 'websocket', 'name=Bob');
        await bob.join(17);
        const { socket, lose, leave } = open(url);
        socket.on('connected', (greeting) => {
          ids.push((greeting as { user: { id: number } }).user.id);
          socket.emit('join_room', { room: 17 });
        });
        socket.on('room_joined', () => {
          socket.emit('server_message', { type: 'kurento', data: { event: 'send_start', offerSdp: 'v=0 offer' } });
        });
        socket.on('server_message', (message) => news.push((message as { event: string }).event));
        for (const round of [0, 1, 2]) {
          expect(await bob.take('user_joined')).to.have.nested.include({ 'user.id': ids[round] ?? 0 });
          await until('the client sends', () => news.length === round + 1);
          bob.kurento('receive_start', { offerSdp: 'v=0 offer', sender: ids[round] });
          await bob.take('server_message', 'receive_started');
          if (round === 2) break;
          lose();
          expect(await bob.take('server_message', 'sender_stopped')).to.include({ sender: ids[round] });
          expect(await bob.take('user_left')).to.have.nested.include({ 'user.id': ids[round] });
        }
        expect(news).to.deep.equal(['send_started', 'send_started', 'send_started']);
        expect(new Set(ids).size, 'each time somebody new').to.equal(3);
        leave();
        expect(await bob.take('user_left')).to.have.nested.include({ 'user.id': ids[2] });
        bob.cut();
        await stage.nothingRemains();
      } finally {
        await stage.stop();
      }
    });
  }
});
