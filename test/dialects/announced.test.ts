import { expect } from 'chai';
import { io } from 'socket.io-client';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';
import { Page } from './compeit/page.js';
import { ConciergeClient } from './concierge/concierge-client.js';
import { TestClient } from './easyrtc/test-client.js';
import { OrchestratorClient } from './orchestrator/orchestrator-stage.js';

const adminToken = 'secret-token';
const bytes = 'AAEC/w==';

/** docs/access.md#what-the-server-says. */
describe('a text of the server', () => {
  const stage = new ServiceStage({ adminToken, orchestrator: { foreignChat: true } });
  let kurt: RpcClient;
  let kim: RpcClient;
  let easy: TestClient;
  let vera: OrchestratorClient;
  let ada: ConciergeClient;
  let page: Page;
  before(async () => {
    const url = await stage.start();
    kurt = await RpcClient.connect(url);
    await kurt.request('joinRoom', { room: 'hall', user: 'kurt', features: ['streams'] });
    kim = await RpcClient.connect(url);
    await kim.request('joinRoom', { room: 'hall', user: 'kim' });
    easy = await TestClient.connect(stage.origin, {});
    await easy.authenticate({ username: 'easy', roomJoin: { hall: { roomName: 'hall' } } });
    const options = { forceNew: true, reconnection: false, transports: ['websocket'] };
    vera = new OrchestratorClient(io(`${stage.origin}/orchestrator`, options));
    await vera.connected;
    await vera.get('Login', { userName: 'vera' });
    const [session] = Object.values(await vera.get('GetSessions', {})) as { sessionId: string }[];
    await vera.get('JoinSession', { sessionId: session?.sessionId });
    ada = await ConciergeClient.connect(url, 'ws', ['ert-concierge'], {});
    await ada.identify({ name: 'ada', version: '0.1.0' });
    await ada.subscribe('hall');
    page = await Page.connect(stage.origin);
    page.emit('join_room', { room: 'hall' });
    await page.take('room_joined', undefined);
  });
  after(async () => {
    for (const client of [kurt, kim, easy, ada, page]) client.cut();
    vera.socket.disconnect();
    await stage.stop();
  });

  async function send(body: object): Promise<number> {
    const headers = { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' };
    const url = `${stage.service.url}api/v1/rooms/hall/messages`;
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status;
  }

  function undelivered(name: string): number {
    return stage.service.dialects.find((dialect) => dialect.name === name)?.state.undelivered ?? 0;
  }

  it('is told everybody in the words of each protocol', async () => {
    expect(await send({ text: 'The hall closes' })).to.equal(204);
    const said = { room: 'hall', user: '', name: '', message: 'The hall closes' };
    for (const client of [kurt, kim]) expect(await client.notified('sendMessage')).to.deep.equal(said);
    const message = await easy.take(({ msgData }) => msgData === ('The hall closes' as unknown));
    expect(message).to.include({ msgType: 'message', targetRoom: 'hall' }).and.not.have.property('senderEasyrtcid');
    const server = { id: 0, email: null, name: 'Server' };
    expect(await page.take('room_message')).to.deep.equal({ user: server, type: 'chat', data: 'The hall closes' });
    const heard = await vera.heard();
    const words = { messageFrom: '', messageFromName: '', message: 'The hall closes' };
    expect(heard.filter(([name]) => name === 'MessageSent')).to.deep.equal([['MessageSent', words]]);
    expect(undelivered('concierge'), 'its messages come from clients alone').to.equal(1);
  });

  it('may be for some, and nobody else learns of it', async () => {
    const id = page.id;
    expect(await send({ text: 'Only you', to: ['kim', `${id}`] })).to.equal(404);
    const target = [...(stage.rooms.find('hall')?.participants ?? [])].find(
      ({ attributes }) => attributes.dialect === 'compeit',
    );
    expect(await send({ text: 'Only you', to: ['kim', target?.id, 'kim'] })).to.equal(204);
    expect(await kim.notified('sendMessage')).to.include({ message: 'Only you' });
    expect(await page.take('room_message')).to.include({ data: 'Only you' });
    for (const client of [kurt, kim]) {
      await client.settle();
      expect(client.notifications.filter(({ method }) => method === 'sendMessage')).to.deep.equal([]);
    }
    expect((await vera.heard()).filter(([name]) => name === 'MessageSent')).to.deep.equal([]);
  });

  it('that is data goes to clients that know of it, and to nobody else', async () => {
    expect(await send({ topic: 'score', data: bytes })).to.equal(204);
    expect(await kurt.notified('data')).to.deep.equal({ from: '', topic: 'score', data: bytes });
    expect(await send({ topic: 'score', data: bytes, to: 'kim' })).to.equal(204);
    for (const client of [kurt, kim]) {
      await client.settle();
      expect(client.notifications.filter(({ method }) => method === 'data')).to.deep.equal([]);
    }
  });
});
