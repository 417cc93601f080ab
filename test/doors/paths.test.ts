import { Agent } from 'node:https';
import { connect } from 'node:net';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { send } from '../support/http.js';
import { DoorStage } from './stage.js';

/** The first request of each door that is a WebSocket. */
const webSocketPaths = [
  '/room',
  '/concierge',
  '/ws',
  '/socket.io/?EIO=4&transport=websocket',
  '/socket.io/?EIO=3&transport=websocket',
  '/socket.io/1/websocket/nobody',
];

/** As Java's HttpClient and `curl --http2` ask on plain HTTP. */
const h2c = {
  Connection: 'Upgrade, HTTP2-Settings',
  Upgrade: 'h2c',
  'HTTP2-Settings': 'AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
};

/** Sends bytes on one connection, and resolves with all that came until so many answers are there. */
function exchange(origin: string, bytes: string, answers: number): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let got = '';
    socket.on('data', (chunk: Buffer) => {
      got += chunk.toString('latin1');
      if (got.split('HTTP/1.1 ').length > answers) socket.end();
    });
    socket.once('error', reject);
    socket.once('close', () => {
      resolve(got);
    });
    socket.write(bytes);
  });
}

describe('The paths of the server below PATH_PREFIX=/meet', function () {
  this.timeout(60_000);
  const stage = new DoorStage({ pathPrefix: '/meet', closeEndpoint: 'token', adminToken: 'secret' });
  before(() => stage.start());
  after(() => stage.stop());
  beforeEach(() => {
    stage.lines.length = 0;
  });

  const upgraded = (path: string, protocols: readonly string[] = [], headers = {}): Promise<string> =>
    new Promise((resolve) => {
      const socket = new WebSocket(stage.origin.replace('http', 'ws') + path, [...protocols], { headers });
      socket.once('open', () => {
        socket.close();
        resolve('open');
      });
      socket.once('error', (error) => {
        resolve(error.message);
      });
    });

  it('several slashes are one, as in what the original page asks for', async () => {
    for (const path of ['/meet//getAllRooms', '//meet/getAllRooms', '/meet///api//v1/rooms', '/meet//socket.io//1/']) {
      expect((await send(stage.origin + path)).status, path).to.equal(200);
    }
    for (const path of ['/meet//room', '//meet//room']) expect(await upgraded(path), path).to.equal('open');
    expect(await upgraded('/meet//concierge', ['ert-concierge'])).to.equal('open');
    expect(await upgraded('/meet//socket.io//?EIO=4&transport=websocket')).to.equal('open');
  });

  it('empty parts below a mount stay, as Socket.IO 0.9 asks', async () => {
    const { text } = await send(`${stage.origin}/meet//socket.io/1/`);
    const [sid = ''] = text.split(':');
    expect((await send(`${stage.origin}/meet//socket.io//1//${sid}/?disconnect=1`)).status).to.equal(200);
    expect((await send(`${stage.origin}/meet/socket.io/1/xhr-polling/${sid}`)).text).to.equal('7:::1+0');
  });

  it('slashes in the query stay as they are', async () => {
    const headers = { Authorization: 'Bearer secret' };
    const { status, text } = await send(`${stage.origin}/meet//close?room=a//b`, { headers });
    expect(status).to.equal(404);
    expect(text).to.include('a//b');
  });

  it('a request that names the whole URL is served as one that names the path', async () => {
    const path = 'http://meet.example/meet/getAllRooms';
    expect((await send(stage.origin, { path })).status).to.equal(200);
  });

  for (const path of webSocketPaths) {
    it(`a plain request for ${path} is 426, with what the operator has to set`, async () => {
      for (const method of ['GET', 'HEAD']) {
        const { status, headers, text } = await send(`${stage.origin}/meet${path}`, { method });
        expect(status, method).to.equal(426);
        expect(headers.upgrade).to.equal('websocket');
        if (method === 'GET') expect(text).to.include('the proxy in front of it did not pass the upgrade');
      }
    });
  }

  it('a proxy that does not pass upgrades is one warning, however many clients try', async () => {
    const own = new DoorStage();
    await own.start();
    try {
      for (const path of [...webSocketPaths, ...webSocketPaths]) await send(own.origin + path);
      const warnings = own.lines.filter(({ level }) => level === 'warn');
      expect(warnings).to.have.length(1);
      expect(warnings[0]?.fields).to.have.property('reason').that.includes('did not pass the upgrade');
      expect(warnings[0]?.fields).to.have.property('remedy').that.includes('Upgrade');
    } finally {
      await own.stop();
    }
  });

  it('Upgrade: h2c is ignored', async () => {
    for (const path of ['/meet/healthz', '/meet/getAllRooms', '/meet/socket.io/?EIO=4&transport=polling', '/meet/']) {
      const plain = await send(stage.origin + path);
      const { status, headers } = await send(stage.origin + path, { headers: h2c });
      expect(status, path).to.equal(plain.status);
      expect(headers['content-type'], path).to.equal(plain.headers['content-type']);
    }
    expect((await send(`${stage.origin}/meet/room`, { headers: h2c })).status).to.equal(426);
    expect((await send(`${stage.origin}/meet/nothing`, { headers: h2c })).status).to.equal(404);
    expect(stage.lines.filter(({ message }) => message !== 'a client was refused')).to.deep.equal([]);
  });

  it('Upgrade: h2c is ignored on a connection that stays, and with a body', async () => {
    const lines = Object.entries(h2c).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `Host: meet.example\r\n${lines.join('')}`;
    const ask = `GET /meet/getAllRooms HTTP/1.1\r\n${head}\r\n`;
    const opened = (await send(`${stage.origin}/meet/socket.io/?EIO=4&transport=polling`)).text;
    const [, sid = ''] = /"sid":"([^"]+)"/.exec(opened) ?? [];
    const body = '40';
    const post =
      `POST /meet/socket.io/?EIO=4&transport=polling&sid=${sid} HTTP/1.1\r\n${head}` +
      `Content-Type: text/plain;charset=UTF-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const got = await exchange(stage.origin, Array<string>(12).fill(ask).join('') + post + ask, 14);
    const statuses = got.split('HTTP/1.1 ').slice(1);
    expect(statuses.map((answer) => answer.slice(0, 3))).to.deep.equal(Array<string>(14).fill('200'));
    expect(statuses[12]).to.match(/ok$/);
  });

  it('Upgrade: h2c is ignored over TLS, and on a connection that is used again', async () => {
    const own = new DoorStage({ tls: 'self-signed' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    try {
      const url = await own.start();
      for (let asked = 0; asked < 12; asked += 1) {
        expect((await send(`${url}getAllRooms`, { headers: h2c, agent })).status).to.equal(200);
      }
    } finally {
      agent.destroy();
      await own.stop();
    }
  });

  it('OPTIONS is answered on every path', async () => {
    const paths = ['/', '/meet', '/meet/', '/meet/nothing', '/meet/index.html', '/meet/client/', '/elsewhere'];
    for (const path of [...paths, ...webSocketPaths.map((each) => `/meet${each}`), '/meet/connection_agent']) {
      const { status, headers } = await send(stage.origin + path, { method: 'OPTIONS' });
      expect(status, path).to.be.within(200, 204);
      if (!path.includes('/socket.io')) expect(headers, path).to.have.property('allow');
    }
    const { status } = await send(stage.origin, { path: '*', method: 'OPTIONS' });
    expect(status, 'of the server as a whole').to.equal(204);
    const answer = await exchange(stage.origin, 'OPTIONS / HTTP/1.0\r\n\r\n', 1);
    expect(answer, 'as haproxy asks').to.match(/^HTTP\/1\.1 204 /);
  });
});
