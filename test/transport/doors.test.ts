import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { Doors } from '../../transport/doors.js';
import type { Mount } from '../../transport/doors.js';
import { RawClient } from '../doors/plain-doors.js';
import { doorsOptions } from '../support/gate.js';

describe('the doors of the HTTP server', () => {
  const http = createServer();
  const refused: string[] = [];
  const doors = new Doors(http, {
    ...doorsOptions({ maxConnections: 1 }, ({ path, reason }) => refused.push(`${path}: ${reason}`)),
    otherwise: (_request, response) => response.end('otherwise'),
  });
  let url = '';

  before(async () => {
    doors.mount('/plain', (_request, response) => response.end('plain'));
    doors.mount('/plain/deeper', (_request, response) => response.end('deeper'));
    doors.open('/plain/socket', () => undefined);
    await once(http.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });
  after(async () => {
    await doors.close();
    http.close();
  });

  const text = async (path: string): Promise<string> => (await fetch(url + path)).text();
  const upgraded = (path: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = new WebSocket(url.replace('http', 'ws') + path);
      socket.once('open', () => {
        socket.close();
        resolve('open');
      });
      socket.once('error', (error) => {
        resolve(error.message);
      });
    });

  it('hand plain requests to the handler with the longest prefix', async () => {
    expect(await text('/plain')).to.equal('plain');
    expect(await text('/plain/a/b?c')).to.equal('plain');
    expect(await text('/plain/deeper/a')).to.equal('deeper');
    expect(await text('/plainer')).to.equal('otherwise');
  });

  it('refuse an upgrade where plain requests are served, and accept it where a WebSocket is', async () => {
    expect(await upgraded('/plain/a')).to.equal('Unexpected server response: 404');
    expect(refused).to.deep.equal(['/plain/a: there is no WebSocket here']);
    expect(await upgraded('/plain/socket')).to.equal('open');
  });

  it('count the clients of mounts, and close them once each, wherever they are mounted', async () => {
    let closed = 0;
    const mount: Mount = {
      connections: 1,
      request: (_request, response) => response.end('mount'),
      upgrade: (_request, socket) => socket.end('HTTP/1.1 418 I am a mount\r\nContent-Length: 0\r\n\r\n'),
      close: () => {
        closed += 1;
        return Promise.resolve();
      },
    };
    const own = createServer();
    const others = new Doors(own, doorsOptions({ maxConnections: 2 }));
    expect(others.hasPlace).to.equal(true);
    others.mount('/a', mount);
    others.mount('/b', mount);
    expect(others.hasPlace, 'counted once').to.equal(true);
    others.mount('/c', { ...mount });
    expect(others.hasPlace).to.equal(false);
    await others.close();
    expect(closed).to.equal(2);
  });

  it('keep an idle connection once more as long when the server stood still, and read what waits in it', async () => {
    const own = createServer({ keepAliveTimeout: 300 });
    const others = new Doors(own, { ...doorsOptions(), otherwise: (_request, response) => response.end('here') });
    await once(own.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(own.address() as AddressInfo).port}`;
    const [waiting, late] = [new RawClient(url), new RawClient(url)];
    const get = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
    for (const client of [waiting, late]) {
      client.send(get);
      await client.answered(1);
    }
    waiting.send(get);
    // The request is in the socket by now. No timer runs meanwhile, and nothing is read.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_700);
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    late.send(get);
    for (const client of [waiting, late]) {
      await client.answered(2);
      expect(client.statuses).to.deep.equal(['200', '200']);
      await client.closed();
    }
    await others.close();
    own.close();
  });
});
