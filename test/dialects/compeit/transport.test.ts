import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect as connectTcp } from 'node:net';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { until } from '../../support/until.js';
import { OldWindow } from './old-client.js';
import type { OldSocket } from './old-client.js';
import { Page, endpoint, handshake } from './page.js';
import { CompeitStage, useStage } from './stage.js';

const oldTransports = ['websocket', 'xhr-polling'] as const;

/** Resolves with the body, or throws with the status. */
async function ask(url: string, init: RequestInit = {}): Promise<{ status: number; body: string; headers: Headers }> {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.text(), headers: response.headers };
}

/** @returns how an attempt at a WebSocket ended: opened, or the status of its refusal */
function attempt(url: string, headers = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url.replace('http', 'ws'), { headers });
    socket.on('message', (data: Buffer) => {
      resolve(data.toString());
      socket.terminate();
    });
    socket.on('unexpected-response', (_request, response) => {
      resolve(String(response.statusCode));
      socket.terminate();
    });
    socket.on('error', () => undefined);
  });
}

describe('COMPEIT §2.5 polls that are held longer than a test runs', () => {
  const { stage } = useStage({ compeit: { pollMs: 60_000, closeTimeoutMs: 60_000 } });
  const polling = (sid: string): string => `${stage.url}/socket.io/1/xhr-polling/${sid}`;

  /** Resolves when the server has got the next request and holds it, or has answered it. */
  const arrival = (): Promise<void> =>
    new Promise((resolve) => {
      const onRequest = (): void => {
        unsubscribe('http.server.request.start', onRequest);
        setImmediate(resolve);
      };
      subscribe('http.server.request.start', onRequest);
    });

  it('holds a poll until there are packets, replaces it by a newer one, and ends with a broken one', async () => {
    const sid = await handshake(stage.url);
    expect((await ask(polling(sid))).body).to.equal('1::');
    const older = ask(polling(sid));
    await arrival();
    const newer = ask(`${polling(sid)}/?t=2`);
    expect((await older).body, 'the newer one takes its place').to.equal('8::');
    expect((await ask(polling(sid), { method: 'POST', body: `1::${endpoint}` })).body).to.equal('1');
    expect((await newer).body, 'what is sent in one turn goes in one answer').to.match(
      /^\ufffd\d+\ufffd1::\/connection_agent\ufffd\d+\ufffd5::\/connection_agent:\{"name":"connected"/,
    );
    expect(stage.gateway.state.connections).to.equal(1);
    const abort = new AbortController();
    const broken = fetch(polling(sid), { signal: abort.signal }).catch(() => undefined);
    await arrival();
    abort.abort();
    await broken;
    await stage.nothingRemains();
    expect((await ask(polling(sid))).body).to.equal('7:::1+0');
  });
});

describe('COMPEIT §2 the transport', () => {
  const { stage, pages } = useStage({
    compeit: {
      pollMs: 150,
      closeTimeoutMs: 400,
      handshakeMs: 400,
      heartbeatIntervalMs: 50,
      heartbeatTimeoutMs: 1_000,
      maxQueuedPackets: 50,
    },
    allowedOrigins: ['https://good.example'],
  });

  async function connect(transport: (typeof oldTransports)[number] = 'websocket'): Promise<Page> {
    const page = await Page.connect(stage.url, transport);
    pages.push(page);
    return page;
  }

  const polling = (sid: string): string => `${stage.url}/socket.io/1/xhr-polling/${sid}`;

  it('answers the handshake with an id that cannot be guessed, the timeouts in whole seconds, and its transports', async () => {
    const { body, headers } = await ask(`${stage.url}/socket.io/1/?t=1&jsonp=alert`);
    expect(body).to.match(/^[\w-]{24}:1:1:websocket,xhr-polling$/);
    expect(headers.get('content-type')).to.match(/^text\/plain/);
    expect(headers.get('cache-control')).to.equal('no-store');
    expect((await ask(`${stage.url}/socket.io/1`, { method: 'POST' })).status).to.equal(200);
    for (const transport of ['jsonp-polling', 'htmlfile', 'flashsocket', '__proto__']) {
      expect((await ask(`${stage.url}/socket.io/1/${transport}/${body.split(':')[0] ?? ''}`)).status).to.equal(400);
    }
    expect((await ask(`${stage.url}/socket.io/1/a/b/c`)).status).to.equal(404);
  });

  it('takes a body that overtakes the first poll', async () => {
    const sid = await handshake(stage.url);
    expect(await ask(polling(sid), { method: 'POST', body: `1::${endpoint}` })).to.include({ status: 200, body: '1' });
    expect((await ask(polling(sid))).body).to.match(
      /^\ufffd3\ufffd1::\ufffd\d+\ufffd1::\/connection_agent\ufffd\d+\ufffd5::\/connection_agent:\{"name":"connected"/,
    );
  });

  it('leaves newer clients and all other paths to other handlers', async () => {
    expect((await ask(`${stage.url}/socket.io/?EIO=4&transport=polling`)).body).to.match(/^0\{"sid"/);
    expect((await ask(`${stage.url}/socket.io/socket.io.js`)).status).to.equal(200);
    expect((await ask(`${stage.url}/elsewhere`)).body).to.contain('Nothing is served at this path');
  });

  it('forgets a session that nobody opens', async () => {
    const sid = await handshake(stage.url);
    await until(
      'it is unknown',
      async () => (await ask(polling(sid), { method: 'POST', body: '2::' })).body === '7:::1+0',
    );
  });

  it('serves no unknown session, and tells its client to start over', async () => {
    expect(await attempt(`${stage.url}/socket.io/1/websocket/unknown`)).to.equal('7:::1+0');
    expect((await ask(polling('unknown'))).body).to.equal('7:::1+0');
    expect(await attempt(`${stage.url}/socket.io/1/nonsense/unknown`)).to.equal('400');
  });

  it('allows one transport for a session, and the first is not disturbed', async () => {
    for (const transport of oldTransports) {
      const page = await connect(transport);
      expect(await attempt(`${stage.url}/socket.io/1/websocket/${page.sid}`)).to.equal('400');
      if (transport === 'websocket') {
        expect((await ask(polling(page.sid))).status).to.equal(400);
        expect((await ask(polling(page.sid), { method: 'POST', body: '0::' })).status).to.equal(400);
      }
      await page.join(1);
    }
  });

  it('accepts pages of its own host and of allowed origins, and no others', async () => {
    const host = new URL(stage.url).host;
    const origins: [string, number][] = [
      [stage.url, 200],
      [host, 200],
      [`http://${host.toUpperCase()}`, 200],
      ['https://good.example', 200],
      ['https://bad.example', 403],
      [`${stage.url}.bad.example`, 403],
      ['null', 403],
      ['not a stage.url', 403],
      ['http://', 403],
      ['http://[', 403],
    ];
    for (const [origin, status] of origins) {
      const answer = await ask(`${stage.url}/socket.io/1/`, { headers: { origin } });
      expect(answer.status, origin).to.equal(status);
      expect(answer.headers.get('access-control-allow-origin')).to.equal(status === 200 ? origin : null);
      expect(answer.headers.get('vary')).to.equal('Origin');
      expect((await ask(polling('x'), { method: 'OPTIONS', headers: { origin } })).status, origin).to.equal(status);
      const refused = (await attempt(`${stage.url}/socket.io/1/websocket/x`, { origin })) === '403';
      expect(refused, `a WebSocket of ${origin}`).to.equal(status === 403);
    }
  });

  it('echoes and greets when a namespace is connected, each time, and knows no other namespaces', async () => {
    for (const transport of oldTransports) {
      const page = await connect(transport);
      page.raw(`1::${endpoint}?colour=red`);
      expect(await page.take('connected')).to.deep.equal({ user: { id: page.id, name: `Guest ${page.id}` } });
      page.raw('1::/other', '5::/other:{"name":"connect"}');
      await until('it is refused', () => page.packets.includes('7::/other:2'));
      await page.join(1);
      page.raw(`0::${endpoint}`);
      await until('the page has left', () => stage.gateway.state.connections === 0);
      page.raw(`5::${endpoint}:{"name":"connect"}`, `1::${endpoint}`);
      const { user } = (await page.take('connected')) as { user: { id: number } };
      expect(user.id, 'somebody new').to.be.greaterThan(page.id);
      expect(page.events.filter(({ name }) => name === 'connected')).to.have.lengthOf(3);
      page.cut();
      await stage.nothingRemains();
    }
  });

  it('sends the acknowledgements that clients want, at once or after the handler', async () => {
    for (const transport of oldTransports) {
      const page = await connect(transport);
      const seen = page.packets.length;
      page.raw(`5:1+:${endpoint}:{"name":"leave_room"}`, `5:2:${endpoint}:{"name":"nothing"}`, '3:3::text', '4:4::{}');
      await until('all are acknowledged', () => page.packets.includes('6:::4'));
      const acks = page.packets.slice(seen).filter((packet) => packet.startsWith('6'));
      expect(acks).to.deep.equal([`6::${endpoint}:1+[null]`, `6::${endpoint}:2`, '6:::3', '6:::4']);
      await page.take('room_left');
    }
  });

  it('ends a session that does not poll any more, or for which too many packets wait', async () => {
    const silent = await Page.connect(stage.url, 'xhr-polling');
    silent.stop();
    await stage.nothingRemains();
    const sid = await handshake(stage.url);
    await ask(polling(sid));
    const flood = Array.from({ length: 60 }, () => `1::${endpoint}`);
    await ask(polling(sid), {
      method: 'POST',
      body: flood.map((text) => `\ufffd${text.length}\ufffd${text}`).join(''),
    });
    await stage.nothingRemains();
    expect((await ask(polling(sid))).body).to.equal('7:::1+0');
  });

  it('sends heartbeats, and drops a WebSocket that is silent', async () => {
    const page = await connect();
    await until(
      'it has lived longer than the timeout',
      () => page.packets.filter((text) => text === '2::').length > 22,
    );
    expect(page.closed).to.equal(false);
    page.raw = () => undefined;
    await page.gone();
    await stage.nothingRemains();
  });

  it('ends a session at once when its client disconnects', async () => {
    for (const farewell of ['0::', '0', 'request', 'sync request']) {
      const page = await connect();
      await page.join(1);
      if (farewell === 'request') await ask(`${stage.url}/socket.io/1/websocket/${page.sid}?disconnect`);
      else if (farewell === 'sync request') await ask(`${stage.url}/socket.io/1//${page.sid}/?disconnect=1`);
      else page.raw(farewell);
      await page.gone();
      await stage.nothingRemains();
    }
  });

  it('survives a client that closes and then resets its connection', async () => {
    const { port } = new URL(stage.url);
    for (let round = 0; round < 3; round += 1) {
      const sid = await handshake(stage.url);
      const tcp = connectTcp(Number(port), '127.0.0.1');
      tcp.on('error', () => undefined);
      tcp.write(
        `GET /socket.io/1/websocket/${sid} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      );
      await new Promise((resolve) => tcp.once('data', resolve));
      tcp.write(Buffer.from([0x88, 0x80, 1, 2, 3, 4]));
      tcp.resetAndDestroy();
    }
    await (await connect()).join(1);
  });
});

describe('COMPEIT §2 the transport, with the old client', () => {
  for (const transport of oldTransports) {
    it(`connects over ${transport}, sends, reconnects when it is cut, and leaves`, async () => {
      const stage = new CompeitStage({ compeit: { pollMs: 200 } });
      const url = await stage.start();
      const events: [string, unknown][] = [];
      const window = new OldWindow(url);
      const open = (name: string): OldSocket => {
        const socket = window.connect(`${url}${endpoint}?name=${name}`, {
          transports: [transport],
          'reconnection delay': 20,
        });
        for (const event of ['connected', 'room_joined', 'user_joined', 'user_left', 'room_message', 'disconnect']) {
          socket.on(event, (argument) => events.push([`${name} ${event}`, argument]));
        }
        socket.on('connected', () => {
          socket.emit('join_room', { room: 5 });
        });
        return socket;
      };
      const count = (what: string): number => events.filter(([event]) => event === what).length;
      try {
        const ann = open('Ann');
        await until('Ann is there', () => count('Ann room_joined') === 1);
        const bob = open('Bob');
        await until('Bob is there', () => count('Ann user_joined') === 1);
        expect(ann.socket.transport.name).to.equal(transport);
        ann.emit('room_message', { type: 'chat', data: 'hällo 😀' });
        await until('the text is there', () => count('Bob room_message') === 1);
        expect(events.find(([event]) => event === 'Bob room_message')?.[1]).to.include({ data: 'hällo 😀' });

        const lost = ann.socket.transport;
        if (lost.websocket) lost.websocket.close();
        else await fetch(`${url}/socket.io/1/xhr-polling/${ann.socket.sessionid}?disconnect`);
        await until('Bob is told that Ann left', () => count('Bob user_left') === 1);
        await until('Ann has reconnected', () => count('Ann room_joined') === 2);
        bob.disconnect();
        await until('Ann is told that Bob left', () => count('Ann user_left') === 1);
        ann.disconnect();
        await until('Ann has left too', () => stage.gateway.state.connections === 0);
        for (const { socket } of [ann, bob]) socket.disconnect();
        await stage.nothingRemains();
      } finally {
        await stage.stop();
      }
    });
  }
});
