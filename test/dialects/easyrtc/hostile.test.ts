import { expect } from 'chai';
import { until } from '../../support/until.js';
import { EasyRtcStage } from './stage.js';
import { codeOf } from './test-client.js';
import { stalled } from '../../support/stalled.js';

describe('EasyRTC §15 hostile and broken input', () => {
  const stage = EasyRtcStage.use({ maxQueuedBytes: 2_000_000, maxRequestBurst: 100_000 });

  it('a packet of 0.9 MB passes, one of 1.1 MB ends the connection', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    const message = { msgType: 'x', targetEasyrtcid: ben.id };
    expect(await ana.refusal('easyrtcMsg', { ...message, msgData: 'x'.repeat(900_000) })).to.equal('ack');
    expect((await ben.pushed('x')).msgData).to.have.lengthOf(900_000);
    ana.socket.emit('easyrtcMsg', { ...message, msgData: 'x'.repeat(1_100_000) }, () => undefined);
    await ana.closed;
    await ben.settle();
    expect(ben.pushes.filter(({ event }) => event === 'easyrtcMsg')).to.deep.equal([]);
  });

  it('the first packet of a client has the same limit', async () => {
    const ana = await stage.connect();
    const msgData = { apiVersion: '1', credential: { ticket: 'x'.repeat(1_100_000) } };
    ana.socket.emit('easyrtcAuth', { msgType: 'authenticate', msgData }, () => undefined);
    await ana.closed;
    expect(stage.rooms.names).to.deep.equal([]);
    await stage.enter({ credential: { ticket: 'x'.repeat(900_000) } });
  });

  it('arguments after the first are ignored, except the callback', async () => {
    const ana = await stage.enter();
    const reply: unknown = await ana.socket.timeout(5000).emitWithAck('easyrtcCmd', { msgType: 'getRoomList' }, 1, {});
    expect(codeOf(reply as never)).to.equal('roomList');
  });

  it('bytes in a message are relayed', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    await ana.ask('easyrtcMsg', { msgType: 'x', msgData: { bytes: Buffer.from('abc') }, targetEasyrtcid: ben.id });
    expect(String((await ben.pushed('x')).msgData?.bytes)).to.equal('abc');
    expect(await ana.refusal('easyrtcCmd', Buffer.from('abc'))).to.equal('MSG_REJECT_BAD_TYPE');
  });

  it('bytes in a value that is kept are kept as their JSON', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    const type = { bytes: Buffer.from('abc') };
    const reply = await ana.command('setPresence', { setPresence: { type } });
    const kept = { bytes: { type: 'Buffer', data: [97, 98, 99] } };
    const updateClient = reply.msgData?.roomData?.default?.clientListDelta?.updateClient;
    expect(updateClient?.[ana.id]?.presence.type).to.deep.equal(kept);
    const news = await ben.pushed('roomData');
    expect(news.msgData?.roomData?.default?.clientListDelta?.updateClient?.[ana.id]?.presence.type).to.deep.equal(kept);
  });

  it('a request with deeply nested data is answered, whether it is relayed or not', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    // The client cannot encode the data, so the packet is written by hand.
    const text = (body: string): string => `4${body}`;
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const { engine } = ana.socket.io;
    const answers: string[] = [];
    engine.on('packet', ({ data }: { data?: unknown }) => answers.push(String(data)));
    const send = (id: number, event: string, message: string): void => {
      // Engine.IO sends this text unchanged.
      (engine as unknown as { write(text: string): void }).write(text(`2${id}["${event}",${message}]`).slice(1));
    };
    send(9001, 'easyrtcMsg', `{"msgType":"x","targetEasyrtcid":"${ben.id}","msgData":${deep}}`);
    send(9002, 'easyrtcCmd', `{"msgType":"setPresence","msgData":{"setPresence":{"type":${deep}}}}`);
    send(
      9003,
      'easyrtcCmd',
      `{"msgType":"setRoomApiField","msgData":{"setRoomApiField":{"roomName":"default","field":${deep}}}}`,
    );
    for (const id of [9001, 9002, 9003]) {
      await until(`an answer to ${id}`, () => answers.some((answer) => answer.startsWith(`3${id}[`)));
    }
    expect(answers.find((answer) => answer.startsWith('39003'))).to.include('MSG_REJECT_BAD_SIZE');
    await ben.settle();
  });

  it('a slow reader is dropped, and the others are told that it left', async () => {
    const ana = await stage.enter();
    const { client: ben } = await stalled(() => stage.enter());
    const message = { msgType: 'x', msgData: 'x'.repeat(500_000), targetEasyrtcid: ben.id };
    let last = 'ack';
    for (let index = 0; index < 100 && last === 'ack'; index += 1) last = await ana.refusal('easyrtcMsg', message);
    expect(last).to.equal('MSG_REJECT_GEN_FAIL');
    await ana.take((push) => push.msgData?.roomData?.default?.clientListDelta?.removeClient?.[ben.id] !== undefined);
  });

  it('a client that acknowledges nothing is served nevertheless', async () => {
    const ana = await stage.enter();
    const ben = await stage.enter();
    ben.socket.off('easyrtcMsg');
    let count = 0;
    ben.socket.on('easyrtcMsg', () => (count += 1));
    for (let index = 0; index < 11_000; index += 1) {
      ana.socket.emit('easyrtcMsg', { msgType: 'x', targetEasyrtcid: ben.id }, () => undefined);
      if (index % 1000 === 999) await ana.settle();
    }
    await until('all are there', () => count === 11_000);
  });

  it('clients of Engine.IO 3 are admitted', async () => {
    // Scripts of Socket.IO 1 and 2 ask with credentials, so the origin is named.
    const origin = new URL(stage.url).origin;
    const answer = await fetch(`${stage.url}/socket.io/?EIO=3&transport=polling`, { headers: { origin } });
    expect(await answer.text()).to.match(/^\d+:0\{"sid"/);
    expect(answer.headers.get('access-control-allow-origin')).to.equal(origin);
    expect(answer.headers.get('access-control-allow-credentials')).to.equal('true');
  });
});

describe('EasyRTC §15 limits of this server', () => {
  const stage = EasyRtcStage.use({
    easyrtc: { loginTimeoutMs: 50, maxConnectionsPerAddress: 2, maxRooms: 2, maxMessagesPerSecond: 10 },
  });
  afterEach(() => {
    stage.now = Date.now;
  });

  it('LOGIN_TIMEOUT for a client that does not authenticate in time', async () => {
    const ana = await stage.connect();
    expect(await ana.refusal('easyrtcCmd', null)).to.equal('MSG_REJECT_NO_AUTH');
    expect(codeOf(await ana.pushed('error'))).to.equal('LOGIN_TIMEOUT');
    await ana.closed;
  });

  it('LOGIN_NO_SOCKETS for one client too many of an address', async () => {
    await stage.enter();
    await stage.enter();
    const late = await stage.connect();
    late.socket.emit('easyrtcAuth', {}, () => undefined);
    expect(codeOf(await late.pushed('error'))).to.equal('LOGIN_NO_SOCKETS');
    await late.closed;
  });

  it('MSG_REJECT for too many rooms and too many messages', async () => {
    const now = Date.now();
    stage.now = () => now;
    const ana = await stage.enter();
    const three = { one: { roomName: 'one' }, two: { roomName: 'two' } };
    expect(codeOf(await ana.command('roomJoin', { roomJoin: three }))).to.equal('MSG_REJECT_BAD_ROOM');
    for (let index = 2; index < 10; index += 1) expect(codeOf(await ana.command('getRoomList'))).to.equal('roomList');
    expect(codeOf(await ana.command('getRoomList'))).to.equal('MSG_REJECT_GEN_FAIL');
    stage.now = () => now + 1000;
    expect(codeOf(await ana.command('getRoomList'))).to.equal('roomList');
  });
});
