import { expect } from 'chai';
import type { Agent } from '../../../dialects/compeit/agent.js';
import { Refusal } from '../../../dialects/compeit/errors.js';
import { Message } from '../../../dialects/compeit/message.js';
import { adminToken, asAdmin } from '../../support/administrator.js';
import { RpcClient } from '../../support/rpc-client.js';
import { useServer } from '../../support/server.js';
import { ask } from './http.js';
import { Page, handshake, transports } from './page.js';
import { CompeitStage } from './stage.js';

const offer = 'v=0 offer';

describe('COMPEIT with BRIDGE=false', () => {
  const server = useServer({ bridge: false, adminToken });
  const url = (): string => server().url.replace(/\/$/, '');

  it('has rooms of its own, listed with its name before them', async () => {
    const ann = await Page.connect(url(), 'websocket', 'name=Ann');
    const bob = await Page.connect(url(), 'socket.io', 'name=Bob');
    const kay = await RpcClient.connect(server().url);
    await ann.join(17);
    const { value } = await kay.request('joinRoom', { user: 'Kay', room: '17' });
    expect(value, 'the user is alone').to.deep.equal([]);
    await bob.join('17');
    expect(await ann.take('user_joined')).to.have.nested.include({ 'user.name': 'Bob' });
    expect(await bob.take('user_joined')).to.have.nested.include({ 'user.name': 'Ann' });
    ann.emit('room_message', { type: 'chat', data: 'among us' });
    expect(await bob.take('room_message')).to.include({ data: 'among us' });
    await kay.request('sendMessage', { message: 'to nobody', userMessage: 'Kay', roomMessage: '17' });
    await kay.settle();
    expect(JSON.stringify([ann.events, bob.events]))
      .to.not.include('Kay')
      .and.not.include('to nobody');
    expect(JSON.stringify(kay.frames)).to.not.include('among us').and.not.include('Ann');
    const rooms = JSON.parse((await ask(`${url()}/getAllRooms`)).body) as string[];
    expect(rooms).to.have.members(['compeit:17', '17']);
    for (const page of [ann, bob]) page.cut();
    await kay.close();
  });

  it('counts no undelivered texts, because its pages accept any text', async () => {
    const { body } = await ask(`${url()}/healthz`, asAdmin);
    const { dialects } = JSON.parse(body) as { dialects: { name: string }[] };
    expect(dialects.find(({ name }) => name === 'compeit')).to.have.keys('name', 'connections');
    const metrics = (await ask(`${url()}/metrics`, asAdmin)).body;
    expect(metrics).to.match(/connections\{door="compeit"\} \d/);
    expect(metrics).to.match(/undelivered_texts_total\{door="easyrtc"\} 0/);
    expect(metrics).to.not.match(/undelivered_texts_total\{door="compeit"\}/);
  });
});

describe('COMPEIT with COMPEIT_ENABLED=false', () => {
  const server = useServer({ compeit: { enabled: false }, adminToken });

  it('is not served, on old and new transports', async () => {
    const url = server().url.replace(/\/$/, '');
    expect(await handshake(url).catch((error: unknown) => String(error))).to.match(/^Error: 400 /);
    const page = Page.begin(url);
    await page.gone();
    expect(page.refusal).to.equal('Invalid namespace');
    expect((await ask(`${url}/healthz`, asAdmin)).body)
      .to.include('easyrtc')
      .and.not.include('compeit');
    const kay = await RpcClient.connect(server().url);
    await kay.request('joinRoom', { user: 'Kay', room: '17' });
    await kay.close();
  });
});

describe('COMPEIT §4.4 with COMPEIT_SENDER_STOPPED_DATA=true', () => {
  const stage = new CompeitStage({ compeit: { senderStoppedData: true } });
  let url = '';
  before(async () => {
    url = await stage.start();
  });
  after(() => stage.stop());

  for (const transport of transports) {
    it(`tells pages which sender stopped, in the form that corrected pages read (${transport})`, async () => {
      const ann = await Page.connect(url, transport);
      const bob = await Page.connect(url, transport);
      for (const page of [ann, bob]) await page.join(17);
      const sender = ann.id;
      const told = { type: 'kurento', event: 'sender_stopped', sender, data: { sender } };
      for (const way of ['send_stop', 'leave'] as const) {
        ann.kurento('send_start', { offerSdp: offer });
        await ann.take('server_message', 'send_started');
        bob.kurento('receive_start', { offerSdp: offer, sender });
        await bob.take('server_message', 'receive_started');
        if (way === 'leave') ann.cut();
        else ann.kurento('send_stop');
        expect(await bob.take('server_message')).to.deep.equal(told);
      }
      bob.cut();
      await stage.nothingRemains();
    });
  }
});

/** All code that one more type of messages needs. */
const votes: Agent = {
  type: 'vote',
  attend(user) {
    let given = 0;
    return {
      request(data) {
        if (data !== 'count') throw new Refusal('bad_request', 'votes can be counted, no more');
        user.send(new Message('server_message', { type: 'vote', event: 'counted', data: { given } }));
      },
      roomMessage(data) {
        given += 1;
        return data === 'secret';
      },
      userMessage: (_to, data) => data === 'secret',
      joined() {
        user.send(new Message('server_message', { type: 'vote', event: 'open', data: {} }));
      },
      stop() {
        given = 0;
      },
    };
  },
};

describe('COMPEIT §1 an agent of another type', () => {
  const stage = new CompeitStage({}, { agents: [votes] });
  let url = '';
  before(async () => {
    url = await stage.start();
  });
  after(() => stage.stop());

  for (const transport of transports) {
    it(`gets the messages of its type, decides which are relayed, and answers (${transport})`, async () => {
      const ann = await Page.connect(url, transport);
      const bob = await Page.connect(url, transport);
      for (const page of [ann, bob]) {
        await page.join(17);
        expect(await page.take('server_message')).to.deep.equal({ type: 'vote', event: 'open', data: {} });
      }
      ann.emit('room_message', { type: 'vote', data: 'secret' });
      ann.emit('user_message', { to: bob.id, type: 'vote', data: 'secret' });
      ann.emit('room_message', { type: 'vote', data: 'open' });
      ann.emit('user_message', { to: bob.id, type: 'vote', data: 'open' });
      ann.emit('room_message', { type: 'other', data: 'relayed' });
      expect(await bob.take('room_message')).to.include({ type: 'vote', data: 'open' });
      expect(await bob.take('user_message')).to.include({ type: 'vote', data: 'open' });
      expect(await bob.take('room_message')).to.include({ type: 'other' });
      expect(JSON.stringify(bob.events)).to.not.include('secret');
      ann.emit('server_message', { type: 'vote', data: 'count' });
      expect(await ann.take('server_message')).to.deep.include({ event: 'counted', data: { given: 2 } });
      ann.emit('server_message', { type: 'vote', data: 'stuff' });
      expect(await ann.take('server_message')).to.deep.include({ type: 'vote', event: 'error' });
      ann.emit('leave_room');
      await ann.take('room_left');
      ann.emit('server_message', { type: 'vote', data: 'count' });
      expect(await ann.take('server_message')).to.deep.include({ event: 'counted', data: { given: 0 } });
      for (const page of [ann, bob]) page.cut();
      await stage.nothingRemains();
    });
  }
});

describe('COMPEIT §3.5 a room in which something was set before', () => {
  it('admits a page when a filter is set for all', async () => {
    const stage = new CompeitStage();
    const url = await stage.start();
    try {
      const kay = await RpcClient.connect(`${url}/`);
      await kay.request('joinRoom', { user: 'Kay', room: '17' });
      await stage.rooms.find('17')?.setFilter({ type: 'marker', imageUrl: '', index: 0 });
      for (const transport of transports) {
        const page = await Page.connect(url, transport);
        await page.join(17);
        expect(await page.take('user_joined')).to.have.nested.include({ 'user.name': 'Kay' });
        page.cut();
      }
      await kay.request('leaveRoom', {});
      await stage.nothingRemains();
    } finally {
      await stage.stop();
    }
  });
});
