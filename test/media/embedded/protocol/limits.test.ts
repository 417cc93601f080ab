import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { until } from '../../../support/until.js';
import type { ProtocolServerOptions } from '../../../../media/embedded/protocol/protocol-server.js';
import { Server } from './protocol-stage.js';

/** A masked frame of a client with an empty mask (RFC 6455 §5.2). */
function frame(opcode: number, payload: Buffer): Buffer {
  const length =
    payload.length < 126 ? [payload.length | 0x80] : [126 | 0x80, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...length, 0, 0, 0, 0]), payload]);
}

const text = 1;
const ping = 9;

describe('the Kurento protocol of the embedded engine › what one client may cost', () => {
  let server: Server;
  const sockets: Socket[] = [];

  async function serve(options: ProtocolServerOptions): Promise<void> {
    server = new Server(options);
    await server.listen();
  }

  /** A WebSocket below `ws`, which would read and answer. */
  async function rawSocket(): Promise<Socket> {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    socket.on('error', () => undefined);
    const lines = ['GET /kurento HTTP/1.1', 'Host: x', 'Upgrade: websocket', 'Connection: Upgrade'];
    lines.push('Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', '', '');
    socket.write(lines.join('\r\n'));
    await once(socket, 'data');
    return socket;
  }

  /** Sends the frames again and again, and reads nothing, until the server has cut the socket. */
  async function flood(frames: Buffer): Promise<void> {
    const socket = await rawSocket();
    socket.pause();
    while (!socket.destroyed) {
      await new Promise((resolve) => socket.write(frames, resolve));
      await setImmediate();
    }
  }

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
    expect(server.errors).to.deep.equal([]);
  });

  it('a client that sends requests and does not read the answers is cut', async () => {
    await serve({ limits: { maxUnread: 100_000 } });
    const request = { id: 1, jsonrpc: '2.0', method: 'ping', params: { sessionId: 'x'.repeat(8000) } };
    await flood(Buffer.concat(Array<Buffer>(20).fill(frame(text, Buffer.from(JSON.stringify(request))))));
    expect(server.warnings.join('')).to.contain('does not read');
  });

  it('a client that pings and does not read the pongs is cut', async () => {
    await serve({ limits: { maxUnread: 100_000 } });
    await flood(Buffer.concat(Array<Buffer>(1000).fill(frame(ping, Buffer.alloc(125)))));
    await until('the server has noticed', () => server.protocol.connections === 0);
  });

  it('a client that answers pings and never completes a message is cut', async () => {
    await serve({ pingIntervalMs: 50 });
    const socket = await rawSocket();
    const begun = frame(text, Buffer.from('{'));
    // Of a message in pieces: the final bit is not set, and pongs may come between the pieces.
    begun[0] = text;
    socket.write(begun);
    const pong = frame(10, Buffer.alloc(0));
    socket.on('data', () => socket.write(pong));
    await once(socket, 'close');
  });

  it('a client that answers pings and sends nothing else stays', async () => {
    await serve({ pingIntervalMs: 20 });
    const socket = await rawSocket();
    const pong = frame(10, Buffer.alloc(0));
    let pings = 0;
    socket.on('data', () => {
      pings += 1;
      socket.write(pong);
    });
    await until('many pings were answered', () => pings > 8);
    expect(server.protocol.connections).to.equal(1);
  });

  it('a frame that is too long ends the connection', async () => {
    await serve({});
    const socket = new WebSocket(server.url);
    await once(socket, 'open');
    socket.send('x'.repeat(4 * 1024 * 1024 + 1));
    expect((await once(socket, 'close'))[0]).to.equal(1009);
  });

  for (const [what, limits] of [
    ['more requests', { maxWaiting: 10 }],
    ['longer requests', { maxWaitingText: 10_000 }],
  ] as const) {
    it(`a client that sends ${what} than may wait is told so with 1008, and none of them is executed`, async () => {
      await serve({ limits });
      const socket = new WebSocket(server.url);
      await once(socket, 'open');
      const ends = once(socket, 'close');
      const slow = { object: 'manager_ServerManager', operation: 'getUsedCpu', operationParams: { interval: 100 } };
      socket.send(JSON.stringify({ id: 0, jsonrpc: '2.0', method: 'invoke', params: slow }));
      const create = { type: 'MediaPipeline', padding: 'x'.repeat(1000) };
      for (let id = 1; id <= 30; id++)
        socket.send(JSON.stringify({ id, jsonrpc: '2.0', method: 'create', params: create }));
      expect((await ends)[0]).to.equal(1008);
      expect(server.media.objects.size).to.equal(0);
    });
  }

  it('a client whose peer is gone is noticed by pings and cut; one that answers stays', async () => {
    await serve({ pingIntervalMs: 30 });
    const gone = new WebSocket(server.url, { autoPong: false });
    const there = new WebSocket(server.url);
    let pings = 0;
    there.on('ping', () => (pings += 1));
    await Promise.all([once(gone, 'open'), once(there, 'open')]);
    // 1006: cut, not closed. Somebody who is gone answers no closing handshake.
    expect((await once(gone, 'close'))[0]).to.equal(1006);
    const before = pings;
    await until('the other one was pinged some more', () => pings > before + 5);
    expect(there.readyState).to.equal(WebSocket.OPEN);
    there.terminate();
  });
});
