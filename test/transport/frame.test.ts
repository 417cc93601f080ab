import { expect } from 'chai';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { WebSocket } from 'ws';
import type { Connection } from '../../transport/connection.js';
import { Doors } from '../../transport/doors.js';
import { textFrame } from '../../transport/frame.js';
import { doorsOptions } from '../support/gate.js';

/** The frames are made by this server and read by the WebSocket library. */
describe('frames made by this server', () => {
  const http = createServer();
  const doors = new Doors(http, doorsOptions({ maxMessageLength: 1_000, maxQueuedBytes: 10_000_000 }));
  let webSocket: WebSocket;
  let connection: Connection;
  let heard: string[];

  beforeEach(async () => {
    const accepted = new Promise<Connection>((resolve) => {
      doors.open('/', resolve);
    });
    if (!http.listening) await once(http.listen(0, '127.0.0.1'), 'listening');
    webSocket = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/`);
    heard = [];
    webSocket.on('message', (data: Buffer) => heard.push(data.toString()));
    [connection] = await Promise.all([accepted, once(webSocket, 'open')]);
    connection.listen({ text: () => undefined, binary: () => undefined, closed: () => undefined });
  });

  after(async () => {
    await doors.close();
    http.close();
  });

  it('carry texts with every length of header and of every alphabet', async () => {
    const texts = ['', 'a', 'x'.repeat(125), 'x'.repeat(126), 'é'.repeat(100), 'x'.repeat(65_535), '🦉'.repeat(40_000)];
    for (const text of texts) connection.send(textFrame(text));
    connection.close(1000, 'done');
    const [code] = (await once(webSocket, 'close')) as [number];
    expect(heard).to.deep.equal(texts);
    expect(code).to.equal(1000);
  });

  it('arrive before the close frame, and none after it', async () => {
    connection.send(textFrame('last words'));
    connection.close(4000, 'reason');
    connection.send(textFrame('too late'));
    const [code, reason] = (await once(webSocket, 'close')) as [number, Buffer];
    expect(heard).to.deep.equal(['last words']);
    expect([code, reason.toString()]).to.deep.equal([4000, 'reason']);
  });

  it('do not mix with the pongs of the library', async () => {
    const pongs = new Promise<void>((resolve) => {
      let left = 50;
      webSocket.on('pong', () => {
        left -= 1;
        if (left === 0) resolve();
      });
    });
    for (let n = 0; n < 50; n += 1) {
      webSocket.ping(String(n));
      connection.send(textFrame(`text ${n}`));
    }
    await pongs;
    connection.close(1000, '');
    await once(webSocket, 'close');
    expect(heard).to.deep.equal(Array.from({ length: 50 }, (_, n) => `text ${n}`));
  });
});
