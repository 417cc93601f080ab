import { expect } from 'chai';
import { io } from 'socket.io-client';
import { ConciergeGateway } from '../../dialects/concierge/gateway.js';
import { EasyRtcGateway } from '../../dialects/easyrtc/gateway.js';
import { OrchestratorGateway } from '../../dialects/orchestrator/gateway.js';
import type { Participant } from '../../rooms/index.js';
import { joinAtOnce } from '../rooms/stage.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';
import { until } from '../support/until.js';
import { Page } from './compeit/page.js';
import { ConciergeClient } from './concierge/concierge-client.js';
import { TestClient } from './easyrtc/test-client.js';
import { OrchestratorClient } from './orchestrator/orchestrator-stage.js';

class Stage extends ServiceStage {
  /** What the dialects hold about rooms and people of other dialects, and about their own clients. */
  get held(): object {
    const concierge = this.dialect(ConciergeGateway).remains;
    const orchestrator = this.dialect(OrchestratorGateway);
    return {
      concierge: [concierge.identities, concierge.groups],
      easyrtc: this.dialect(EasyRtcGateway).outsiders,
      orchestrator: [orchestrator.shownRooms, orchestrator.remains.users],
    };
  }
}

const nothing = { concierge: [0, 0], easyrtc: 0, orchestrator: [0, 0] };
const rooms = ['one', 'two', 'three'];
const users = ['ana', 'bob', 'cleo', 'dora'];

describe('participants of other dialects (outsiders)', () => {
  const stage = new Stage();
  const clients: RpcClient[] = [];
  before(() => stage.start());
  after(() => stage.stop());

  async function join(room: string, user: string): Promise<RpcClient> {
    const client = await RpcClient.connect(stage.service.url);
    clients.push(client);
    await client.request('joinRoom', { room, user });
    return client;
  }

  before(async () => {
    for (const room of rooms) for (const user of users) await join(room, user);
  });
  after(async () => {
    for (const client of clients.splice(0)) client.send({ jsonrpc: '2.0', id: 'last', method: 'closeSession' });
    await until('nobody is left', () => stage.rooms.names.length === 0);
  });
  afterEach(async () => {
    await until('nothing is held', () => JSON.stringify(stage.held) === JSON.stringify(nothing));
  });

  it('nobody at the other doors: nothing is held about them, whoever comes and goes', async () => {
    expect(stage.held).to.deep.equal(nothing);
    const eva = await join('one', 'eva');
    expect(stage.held).to.deep.equal(nothing);
    await eva.request('leaveRoom');
    await join('four', 'ana');
    expect(stage.held).to.deep.equal(nothing);
  });

  it('a Concierge client finds every room and everybody, and what was held is dropped with it', async () => {
    const client = await ConciergeClient.connect(stage.service.url, 'ws', ['ert-concierge'], {});
    await client.identify({ name: 'ana', version: '0.1.0' });
    expect(stage.held).to.deep.include({ concierge: [1, 0] });
    await client.ask({ type: 'GROUP_FETCH_ALL' });
    const people = rooms.length * users.length + 1;
    expect(stage.held).to.deep.include({ concierge: [people + 1, rooms.length + 1] });
    const late = await join('two', 'late');
    expect(stage.held).to.deep.include({ concierge: [people + 2, rooms.length + 1] });
    await late.request('leaveRoom');
    expect(stage.held).to.deep.include({ concierge: [people + 1, rooms.length + 1] });
    client.cut();
  });

  it('an EasyRTC client knows those in its own room', async () => {
    const client = await TestClient.connect(stage.origin, {});
    await client.authenticate({ roomJoin: { two: { roomName: 'two' } } });
    expect(stage.held).to.deep.include({ easyrtc: users.length });
    const late = await join('two', 'late');
    expect(stage.held).to.deep.include({ easyrtc: users.length + 1 });
    await late.request('leaveRoom');
    expect(stage.held).to.deep.include({ easyrtc: users.length });
    client.cut();
  });

  it('an Orchestrator user knows the rooms that it has listed', async () => {
    const options = { forceNew: true, reconnection: false, transports: ['websocket'] };
    const client = new OrchestratorClient(io(`${stage.origin}/orchestrator`, options));
    await client.connected;
    await client.get('Login', { userName: 'ana' });
    expect(stage.held).to.deep.include({ orchestrator: [0, 1] });
    await client.get('GetSessions');
    expect(stage.held).to.deep.include({ orchestrator: [rooms.length + 1, 1] });
    client.socket.disconnect();
  });

  it('a COMPEIT page knows those in its own room, by ids that it is told', async () => {
    const page = await Page.connect(stage.origin);
    page.emit('join_room', { room: 'two' });
    await page.take('room_joined', undefined);
    const told: unknown[] = [];
    for (const name of users) {
      const { user } = (await page.take('user_joined')) as { user: { id: number; name: string } };
      expect(user.name).to.equal(name);
      told.push(user.id);
    }
    expect(new Set(told).size).to.equal(users.length);
    page.cut();
  });

  it('any number of the same name get different names, each after few attempts', async () => {
    const attributes = { displayName: 'guest', dialect: 'test', hearsPrivateTexts: true };
    const crowd: Participant[] = [];
    for (let index = 0; index < 2_000; index += 1) {
      const newcomer = { id: `same-${index}`, attributes };
      crowd.push(joinAtOnce(stage.rooms, 'crowd', newcomer, () => () => undefined));
    }
    const client = await ConciergeClient.connect(stage.service.url, 'ws', ['ert-concierge'], {});
    await client.identify({ name: 'guest', version: '0.1.0' });
    await client.subscribe('crowd');
    const answer = await client.ask({ type: 'CLIENT_FETCH_ALL' });
    const names = (answer.clients as { name: string }[])
      .map(({ name }) => name)
      .filter((name) => name.startsWith('guest'));
    expect(names).to.have.length(crowd.length + 1);
    expect(new Set(names).size).to.equal(names.length);
    for (const name of names) expect(name).to.match(/^guest(-same|-[\da-f]{4}|-[\da-f]{8})?$/);
    client.cut();
    for (const each of crowd) each.leave();
  });
});
