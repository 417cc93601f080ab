import { connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { expect } from 'chai';
import { until } from '../../support/until.js';
import { ask } from './http.js';
import { Page, handshake, transports } from './page.js';
import { CompeitStage, useStage } from './stage.js';
import { stalled } from '../../support/stalled.js';

const offer = 'v=0 offer';

describe('COMPEIT §2.9 what a client may not', () => {
  const { stage, pages } = useStage({
    compeit: { maxQueuedBytes: 2_000_000, maxNegotiations: 2, maxSessionsPerAddress: 20 },
    allowedOrigins: ['https://good.example'],
    maxTextBytes: 600_000,
  });

  async function join(name: string, transport = transports[0]): Promise<Page> {
    const page = await Page.connect(stage.url, transport, `name=${name}`);
    pages.push(page);
    await page.join(17);
    return page;
  }

  const polling = (sid: string): string => `${stage.url}/socket.io/1/xhr-polling/${sid}`;

  for (const transport of transports) {
    it(`is reading too slowly over ${transport}: it is put out, and nobody else notices`, async () => {
      const ann = await join('Ann');
      const bob = await join('Bob', transport);
      const { client: slow } = await stalled(() => join('Slow', transport));
      slow.stop();
      const text = 'x'.repeat(500_000);
      let said = 0;
      while (stage.gateway.state.connections === 3 && said < 10) {
        said += 1;
        ann.emit('room_message', { type: 'chat', data: `${said} ${text}` });
        for (const page of [ann, bob]) {
          const { data } = (await page.take('room_message')) as { data: string };
          expect(data).to.equal(`${said} ${text}`);
        }
      }
      const left = (): unknown[] => bob.events.filter(({ name }) => name === 'user_left').map(({ args }) => args[0]);
      await until('he hears that somebody left', () => left().length > 0);
      expect(left()).to.deep.equal([{ user: { id: slow.id, email: null, name: 'Slow' } }]);
      ann.emit('room_message', { type: 'chat', data: 'and on' });
      expect(await bob.take('room_message')).to.include({ data: 'and on' });
    });
  }

  it('is sending a binary frame: it is put out, and nobody else', async () => {
    const ann = await join('Ann');
    const bob = await join('Bob');
    bob.sendBinary();
    await bob.gone();
    expect(await ann.take('user_left')).to.have.nested.include({ 'user.id': bob.id });
    await ann.join(17);
  });

  it('is sending a frame or body that is too long: it is put out, and nobody else', async () => {
    const strict = new CompeitStage({ compeit: { maxPacketBytes: 2_000 } });
    const address = await strict.start();
    try {
      const other = await Page.connect(address);
      for (const transport of ['websocket', 'xhr-polling'] as const) {
        const page = await Page.connect(address, transport);
        page.raw('x'.repeat(3_000));
        await page.gone();
      }
      await until('only one is left', () => strict.gateway.state.connections === 1);
      await other.join(1);
    } finally {
      await strict.stop();
    }
  });

  it('is negotiating without end: what is too much is refused, and what it has goes on', async () => {
    const ann = await join('Ann');
    const bob = await join('Bob');
    ann.kurento('send_start', { offerSdp: offer });
    await ann.take('server_message', 'send_started');
    bob.kurento('receive_start', { offerSdp: offer, sender: ann.id });
    await bob.take('server_message', 'receive_started');

    const answer = stage.media.holdNext('answer');
    bob.kurento('send_start', { offerSdp: 'v=0 first' });
    await answer.reached;
    for (let index = 0; index < 200; index += 1) bob.kurento('send_start', { offerSdp: 'v=0 second' });
    bob.kurento('receive_start', { offerSdp: offer, sender: ann.id });
    const refusals = await bob.rest();
    expect(refusals).to.have.lengthOf(200);
    for (const { args } of refusals) {
      expect(args[0]).to.have.nested.include({ type: 'kurento', event: 'error', 'data.code': 'media_error' });
    }
    expect(refusals.at(-1)?.args[0]).to.have.nested.include({ 'data.request': 'receive_start', 'data.sender': ann.id });
    answer.open();
    expect(await bob.take('server_message')).to.deep.include({
      event: 'send_started',
      data: { sdp_answer: 'v=0 answer to v=0 second' },
    });
    // The reception whose replacement was refused is still there.
    ann.kurento('send_stop');
    expect(await bob.take('server_message')).to.include({ event: 'sender_stopped', sender: ann.id });
  });

  it('is waiting for more senders than it may', async () => {
    const ann = await join('Ann');
    const others = [await join('B'), await join('C'), await join('D')];
    for (const { id } of others) ann.kurento('receive_start', { offerSdp: offer, sender: id });
    expect(await ann.take('server_message', 'error')).to.have.nested.include({
      'data.code': 'not_sending',
      'data.sender': others[2]?.id,
    });
    others[0]?.kurento('send_start', { offerSdp: offer });
    expect(await ann.take('server_message')).to.have.nested.include({
      event: 'receive_started',
      'data.sender': others[0]?.id,
    });
  });

  it('is sending many bodies at a time', async () => {
    const page = await join('Ann', 'xhr-polling');
    const { hostname, port } = new URL(stage.url);
    const sockets = Array.from({ length: 12 }, () => connectTcp(Number(port), hostname));
    const answers: string[] = [];
    for (const socket of sockets) {
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => answers.push(bytes.toString().split('\r\n', 1)[0] ?? ''));
      const { pathname } = new URL(polling(page.sid));
      socket.write(`POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 10\r\n\r\n2:`);
    }
    await until('four are refused', () => answers.filter((line) => line.includes(' 429 ')).length === 4);
    for (const socket of sockets) socket.write('::::::::');
    await until('the others are answered', () => answers.filter((line) => line.includes(' 200 ')).length === 8);
    for (const socket of sockets) socket.destroy();
    await page.join(17);
  });

  it('is leaving with something due: nothing of its session stays', async () => {
    const sid = await handshake(stage.url);
    await ask(polling(sid));
    await ask(polling(sid), { body: '1::/connection_agent' });
    expect(stage.gateway.state.connections).to.equal(1);
    await ask(`${polling(sid)}?disconnect`);
    await stage.nothingRemains();
  });

  it('is having more sessions than one address may', async () => {
    const sids: string[] = [];
    const full = await (async () => {
      for (;;) sids.push(await handshake(stage.url));
    })().catch((error: unknown) => String(error));
    expect(full).to.include('503');
    expect(sids).to.have.lengthOf(20);
    await Promise.all(sids.map((sid) => ask(`${stage.url}/socket.io/1//${sid}/?disconnect=1`)));
    const page = new Page();
    await page.open(stage.url, 'websocket');
    pages.push(page);
  });

  it('is being a page of another origin, with a newer client either', async () => {
    for (const [origin, refusal] of [
      ['https://bad.example', 'websocket error'],
      ['https://good.example', ''],
    ] as const) {
      const page = Page.begin(stage.url, '', { origin });
      if (refusal === '') await page.take('connected');
      else await page.gone();
      expect(page.refusal).to.equal(refusal);
      page.cut();
    }
    await stage.nothingRemains();
    const open = new CompeitStage();
    const address = await open.start();
    try {
      const page = Page.begin(address, '', { origin: 'https://bad.example' });
      await page.gone();
      expect(page.refusal).to.equal('websocket error');
      const of = await Page.connect(address, 'socket.io', '', { origin: address });
      of.cut();
    } finally {
      await open.stop();
    }
  });

  it('is confusing the server with a host that is none', async () => {
    const { hostname, port } = new URL(stage.url);
    const socket = connectTcp(Number(port), hostname);
    socket.write('GET /socket.io/1/ HTTP/1.1\r\nHost: a b\r\nOrigin: not a stage.url\r\n\r\n');
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    expect(bytes.toString()).to.match(/^HTTP\/1\.1 403 /);
    socket.destroy();
  });
});
