import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import reconnectWs from 'reconnect-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { until } from '../support/until.js';

describe('reconnect-ws', () => {
  let server: WebSocketServer;
  let sockets: WebSocket[];
  let port: number;
  let socket: reconnectWs.ReconnectingSocket | undefined;

  beforeEach(async () => {
    port = 0;
    await listen();
  });

  afterEach(async () => {
    socket?.disconnect();
    await stop();
  });

  async function listen(): Promise<void> {
    sockets = [];
    server = new WebSocketServer({ host: '127.0.0.1', port });
    server.on('connection', (accepted) => sockets.push(accepted));
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  }

  async function stop(): Promise<void> {
    for (const accepted of server.clients) accepted.terminate();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }

  interface Seen {
    readonly streams: reconnectWs.Stream[];
    readonly texts: string[];
    readonly events: string[];
    readonly faults: unknown[];
  }

  function connect(): Seen {
    const seen: Seen = { streams: [], texts: [], events: [], faults: [] };
    socket = reconnectWs({}, (stream) => {
      seen.streams.push(stream);
      stream.on('data', (text: string) => seen.texts.push(text));
    });
    for (const event of ['connection', 'connect', 'disconnect', 'reconnect', 'fail'])
      socket.on(event, () => seen.events.push(event));
    socket.connect(`ws://127.0.0.1:${port}`, {
      onOpen: () => seen.events.push('open'),
      onClose: (reason) => seen.events.push(`close ${reason}`),
      onFault: (fault) => seen.faults.push(fault),
    });
    return seen;
  }

  it('hands over a stream that sends and receives texts', async () => {
    const { streams, texts } = connect();
    await until('there is a stream', () => streams.length === 1);
    expect(socket?.connected).to.be.true;
    const received = once(sockets[0] ?? server, 'message') as Promise<[Buffer, boolean]>;
    streams[0]?.send('{"id":1}');
    const [data, isBinary] = await received;
    expect([data.toString(), isBinary]).to.deep.equal(['{"id":1}', false]);
    sockets[0]?.send(Buffer.from('in a binary frame'));
    await until('the text is there', () => texts.length === 1);
    expect(texts).to.deep.equal(['in a binary frame']);
  });

  it('a refused connection is tried again until there is one', async () => {
    await stop();
    const { streams, events } = connect();
    await until('some attempts have failed', () => events.length >= 3);
    expect(new Set(events)).to.deep.equal(new Set(['close ECONNREFUSED']));
    await listen();
    await until('there is a stream', () => streams.length === 1);
    expect(events.slice(-3)).to.deep.equal(['open', 'connection', 'connect']);
  });

  it('a lost connection is told and made again, with a new stream', async () => {
    const { streams, events } = connect();
    await until('there is a stream', () => streams.length === 1 && sockets.length === 1);
    sockets[0]?.close(1001, 'going away');
    await until('there is another', () => streams.length === 2);
    expect(events).to.deep.equal(
      ['open', 'connection', 'connect', 'disconnect', 'close closed with 1001 going away', 'reconnect'].concat([
        'open',
        'connection',
        'connect',
      ]),
    );
  });

  it('what the other side has not answered when the connection goes is answered with an error, and nothing else', async () => {
    const { streams, texts } = connect();
    await until('there is a stream', () => streams.length === 1 && sockets.length === 1);
    const received: string[] = [];
    sockets[0]?.on('message', (data: Buffer) => received.push(data.toString()));
    for (const text of ['{"id":1}', '{"id":2}', '{"method":"a notification"}', 'no JSON', '{"id":3}'])
      streams[0]?.send(text);
    await until('all have arrived', () => received.length === 5);
    sockets[0]?.send('{"id":2,"result":{}}');
    await until('one is answered', () => texts.length === 1);
    sockets[0]?.terminate();
    await until('all are answered', () => texts.length === 3);
    streams[0]?.send('{"id":4}');
    await until('the one after is answered', () => texts.length === 4);
    const answers = texts.slice(1).map((text) => JSON.parse(text) as unknown);
    const error = { code: -32001, message: 'Connection lost' };
    expect(answers).to.deep.equal([1, 3, 4].map((id) => ({ jsonrpc: '2.0', id, error })));
  });

  it('an answer that is none of JSON-RPC 2.0 is replaced by an error, everything else is handed on', async () => {
    const { streams, texts } = connect();
    await until('there is a stream', () => streams.length === 1 && sockets.length === 1);
    const id = 1;
    const error = { code: 1, message: 'refused' };
    const unreadable = [
      { id, error },
      { jsonrpc: '2.0', id },
      { jsonrpc: '2.0', id, result: {}, error },
      { jsonrpc: '2.0', id, result: null },
      { jsonrpc: '2.0', id, error: { ...error, dest: 'somebody else' } },
    ];
    const readable = [
      { jsonrpc: '2.0', id, error },
      { jsonrpc: '2.0', id, result: { value: null } },
      { jsonrpc: '2.0', id, method: 'a request of its own' },
      { jsonrpc: '2.0', method: 'a notification' },
      { id: 'of nobody' },
    ];
    for (const [index, answer] of [...unreadable, ...readable].entries()) {
      streams[0]?.send(JSON.stringify({ id }));
      sockets[0]?.send(JSON.stringify(answer));
      await until('it has arrived', () => texts.length === index + 1);
    }
    const replacement = { code: -32002, message: 'The answer is none of JSON-RPC 2.0' };
    expect(texts.map((text) => JSON.parse(text) as unknown)).to.deep.equal([
      ...unreadable.map(() => ({ jsonrpc: '2.0', id, error: replacement })),
      ...readable,
    ]);
  });

  it('what a receiver throws is told and harms nothing', async () => {
    const { streams, texts, faults } = connect();
    await until('there is a stream', () => streams.length === 1 && sockets.length === 1);
    streams[0]?.prependListener('data', (text: string) => {
      if (text === 'bad') throw new Error('as scripted');
    });
    sockets[0]?.send('bad');
    sockets[0]?.send('good');
    await until('the good one is there', () => texts.length === 1);
    expect(texts).to.deep.equal(['good']);
    expect(faults.map(String)).to.deep.equal(['Error: as scripted']);
  });

  it('disconnecting ends it: no more attempts, no more events', async () => {
    const { streams, events } = connect();
    await until('there is a stream', () => streams.length === 1 && sockets.length === 1);
    const closed = once(sockets[0] ?? server, 'close');
    socket?.disconnect();
    socket?.disconnect();
    await closed;
    expect(socket).to.include({ connected: false, reconnect: false });
    expect(events).to.deep.equal(['open', 'connection', 'connect', 'disconnect']);
  });

  it('disconnecting during an attempt ends it as well', async () => {
    const { streams } = connect();
    socket?.disconnect();
    const next = connect();
    await until('another one is connected', () => next.streams.length === 1);
    expect(streams).to.be.empty;
  });
});
