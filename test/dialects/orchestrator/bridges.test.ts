import { expect } from 'chai';
import { RpcClient } from '../../support/rpc-client.js';
import { until } from '../../support/until.js';
import { OrchestratorStage, nothingRemains, withStage } from './orchestrator-stage.js';
import type { OrchestratorClient } from './orchestrator-stage.js';

describe('the Orchestrator’s sessions and the room protocol’s rooms', () => {
  const stage = new OrchestratorStage({ orchestrator: { foreignChat: true, defaultScenario: 'pilot-0' } });
  const conferees: RpcClient[] = [];
  let ada: OrchestratorClient;

  before(() => stage.start());
  after(() => stage.stop());
  beforeEach(async () => {
    ada = await stage.user('ada');
  });
  afterEach(async () => {
    for (const each of conferees.splice(0)) {
      await each.request('leaveRoom').catch(() => undefined);
      await each.close();
    }
    await stage.empty();
    await until('nothing remains', () => stage.rooms.names.length === 0);
    expect(stage.remains).to.deep.equal(nothingRemains);
  });

  async function conferee(room: string, user: string): Promise<RpcClient> {
    const client = await RpcClient.connect(`${stage.url}/`);
    conferees.push(client);
    await client.request('joinRoom', { room, user });
    return client;
  }

  const none = { url_gen: '', url_audio: '', url_pcc: '' };
  const outsider = (userName: string) => ({ userId: userName, userName, userData: {}, sfuData: none });
  const joined = (userName: string) => [
    'SessionUpdated',
    { eventId: 'USER_JOINED_SESSION', eventData: { userId: userName, userData: outsider(userName) } },
  ];
  const left = (userId: string) => ['SessionUpdated', { eventId: 'USER_LEFT_SESSION', eventData: { userId } }];

  async function listed(of: OrchestratorClient = ada): Promise<{ sessionId: string; sessionName: string }[]> {
    return Object.values(await of.get('GetSessions', {})) as { sessionId: string; sessionName: string }[];
  }

  it('a conference room is a session of the default scenario, which a VR client can enter', async () => {
    const carl = await conferee('meeting', 'carl');
    const [session] = await listed();
    expect(session).to.deep.equal({
      sessionId: session?.sessionId,
      sessionName: 'meeting',
      sessionProtocol: 'socketio',
      scenarioId: 'pilot-0',
      sessionUsers: ['member-1'],
      sessionUserDefinitions: [{ ...outsider(''), userId: 'member-1' }],
    });
    expect((await listed())[0]?.sessionId, 'its id stays').to.equal(session?.sessionId);
    const { sessionUsers, sessionMaster } = await ada.get('JoinSession', { sessionId: session?.sessionId });
    expect(sessionUsers).to.deep.equal(['carl', ada.userId]);
    expect(sessionMaster).to.equal(ada.userId);
    expect(await carl.notified('participantJoined')).to.include({ id: 'ada' });
    expect(await ada.get('GetUserData', { userId: 'carl' })).to.deep.equal({});
    await ada.get('LeaveSession', {});
    expect(await carl.notified('participantLeft')).to.deep.equal({ name: 'ada' });
  });

  it('a session is a conference room; joins and leaves are told', async () => {
    const sessionId = await ada.makes('demo');
    const carl = await RpcClient.connect(`${stage.url}/`);
    conferees.push(carl);
    expect((await carl.request('joinRoom', { room: 'demo', user: 'carl' })).value).to.deep.equal([{ id: 'ada' }]);
    expect(await ada.next()).to.deep.equal(joined('carl'));
    expect((await ada.get('GetSessionInfo', {})).sessionUsers).to.deep.equal([ada.userId, 'carl']);
    await carl.request('leaveRoom');
    expect(await ada.next()).to.deep.equal(left('carl'));
    expect((await listed())[0]?.sessionId).to.equal(sessionId);
  });

  it('a participant of another protocol never becomes master, and cannot receive scene events', async () => {
    const sessionId = await ada.makes('demo');
    const bob = await stage.user('bob');
    await conferee('demo', 'carl');
    await bob.get('JoinSession', { sessionId });
    await ada.get('LeaveSession', {});
    expect((await bob.get('GetSessionInfo', {})).sessionMaster).to.equal(bob.userId);
    expect(await bob.code('SendSceneEventToUser', 'carl', 'x')).to.equal(700);
    expect(await bob.code('RegisterForDataStream', 'carl', 'k')).to.equal(0);
    await bob.get('LeaveSession', {});
    expect(await ada.get('GetSessionInfo', {})).not.to.have.property('sessionMaster');
    expect(await ada.code('DeleteSession', { sessionId }), 'somebody is inside').to.equal(504);
  });

  it('when the administrator leaves, the session ends for this protocol only', async () => {
    const sessionId = await ada.makes('demo');
    const bob = await stage.user('bob');
    const carl = await conferee('demo', 'carl');
    await bob.get('JoinSession', { sessionId });
    await bob.heard();
    await ada.get('Logout', {});
    expect(await bob.heard()).to.deep.equal([left(ada.userId), ['SessionClosed', {}]]);
    expect(await carl.notified('participantLeft')).to.deep.equal({ name: 'ada' });
    expect(await carl.notified('participantLeft')).to.deep.equal({ name: 'bob' });
    const [rest] = await listed(bob);
    expect(rest).to.include({ sessionName: 'demo' }).and.not.have.property('sessionAdministrator');
    expect(rest?.sessionId).not.to.equal(sessionId);
    expect(await bob.code('JoinSession', { sessionId })).to.equal(503);
    expect(await bob.code('DeleteSession', { sessionId: rest?.sessionId })).to.equal(501);
  });

  it('texts to all are chat, both ways; other messages stay in this protocol', async () => {
    await ada.makes('demo');
    const carl = await conferee('demo', 'carl');
    await ada.next();
    await ada.get('SendMessageToAll', { message: { no: 'text' } });
    await ada.get('SendMessageToAll', { message: 'hello' });
    expect(await carl.notified('sendMessage')).to.include({ user: 'ada', message: 'hello' });
    expect((await ada.heard()).length, 'the sender is told of both').to.equal(2);
    await carl.request('sendMessage', { userMessage: 'carl', roomMessage: 'demo', message: 'hi' });
    expect(await ada.heard()).to.deep.equal([
      ['MessageSent', { messageFrom: 'carl', messageFromName: 'carl', message: 'hi' }],
    ]);
  });

  it('a private text to a participant whose protocol has none is refused', async () => {
    await ada.makes('demo');
    await conferee('demo', 'carl');
    expect(await ada.code('SendMessage', { userId: 'carl', message: 'psst' })).to.equal(802);
    expect(await ada.code('SendMessage', { userId: 'carl', message: {} })).to.equal(802);
  });

  it('a session whose name is taken by a room gets a room named after its id', async () => {
    await conferee('demo', 'carl');
    const sessionId = await ada.makes('demo');
    expect(stage.rooms.names).to.deep.equal(['demo', sessionId]);
    expect(stage.rooms.find(sessionId)?.title).to.equal('demo');
    expect((await listed()).map(({ sessionName }) => sessionName)).to.deep.equal(['demo', 'demo']);
  });

  it('a user is known by their id and by no other, whatever a participant of another protocol is called', async () => {
    const bob = await stage.user('bob');
    await conferee('demo', ada.userId);
    const [session] = await listed(bob);
    const { sessionUsers } = await bob.get('JoinSession', { sessionId: session?.sessionId });
    const [stranger] = sessionUsers as string[];
    expect(stranger).not.to.equal(ada.userId);
    expect(await bob.get('GetSessionInfo', {})).to.include({ sessionAdministrator: stranger });
    expect(await bob.code('RegisterForDataStream', ada.userId, 'k'), 'not in the session').to.equal(700);
    expect(await bob.code('RegisterForDataStream', stranger, 'k')).to.equal(0);
    const joining = await ada.get('JoinSession', { sessionId: session?.sessionId });
    expect(joining.sessionUsers).to.deep.equal([stranger, bob.userId, ada.userId]);
    await bob.heard();
    expect(await ada.code('SendMessage', { userId: bob.userId, message: 'psst' })).to.equal(0);
    expect(await bob.heard()).to.deep.equal([
      ['MessageSent', { messageFrom: ada.userId, messageFromName: 'ada', message: 'psst' }],
    ]);
    expect(await bob.code('SendMessage', { userId: ada.userId, message: { not: 'a text' } })).to.equal(0);
    expect((await ada.heard()).at(-1)?.[0]).to.equal('MessageSent');
    await ada.get('LeaveSession', {});
    expect(await bob.heard()).to.deep.equal([left(ada.userId)]);
    expect((await bob.get('GetSessionInfo', {})).sessionUsers, 'the same as before').to.deep.equal([
      stranger,
      bob.userId,
    ]);
  });

  it('nothing is kept about rooms of other protocols while no user is logged in, and a session keeps its id', async () => {
    for (const room of ['one', 'two']) await conferee(room, 'carl');
    expect(stage.gateway.shownRooms).to.equal(0);
    const [first] = await listed();
    expect(stage.gateway.shownRooms).to.equal(2);
    const three = await conferee('three', 'carl');
    await listed();
    expect(stage.gateway.shownRooms).to.equal(3);
    await three.request('leaveRoom');
    expect(stage.gateway.shownRooms).to.equal(2);
    await ada.get('Logout', {});
    expect(stage.gateway.shownRooms).to.equal(0);
    const bob = await stage.user('bob');
    expect((await bob.get('JoinSession', { sessionId: first?.sessionId })).sessionName).to.equal('one');
    expect(stage.gateway.shownRooms).to.equal(1);
  });

  it('users of the same name get different names in a protocol that identifies people by name', async () => {
    const adaToo = await conferee('demo', 'ada');
    const [session] = await listed();
    await ada.get('JoinSession', { sessionId: session?.sessionId });
    expect(await adaToo.notified('participantJoined')).to.include({ id: `ada-${ada.userId.slice(0, 4)}` });
  });
});

describe('the Orchestrator’s sessions, with chat of other protocols switched off', () => {
  const stage = new OrchestratorStage();
  before(() => stage.start());
  after(() => stage.stop());

  it('its clients do not get it, and it is counted', async () => {
    const ada = await stage.user('ada');
    await ada.makes('demo');
    const carl = await RpcClient.connect(`${stage.url}/`);
    await carl.request('joinRoom', { room: 'demo', user: 'carl' });
    await ada.next();
    await carl.request('sendMessage', { userMessage: 'carl', roomMessage: 'demo', message: 'hi' });
    expect(await ada.heard()).to.deep.equal([]);
    expect(stage.gateway.state.undelivered).to.equal(1);
    await ada.get('SendMessageToAll', { message: 'hello' });
    expect((await carl.notified('sendMessage')).user).to.equal('carl');
    expect((await carl.notified('sendMessage')).user).to.equal('ada');
    await carl.close();
  });
});

describe('the Orchestrator’s sessions, with BRIDGE=false', () => {
  const stage = new OrchestratorStage({ bridge: false });
  before(() => stage.start());
  after(() => stage.stop());

  it('they have their own rooms', async () => {
    const ada = await stage.user('ada');
    const carl = await RpcClient.connect(`${stage.url}/`);
    await carl.request('joinRoom', { room: 'demo', user: 'carl' });
    await ada.makes('demo');
    expect(stage.rooms.names).to.deep.equal(['demo', 'orchestrator:demo']);
    expect(Object.values(await ada.get('GetSessions', {}))).to.have.length(1);
    await carl.close();
  });
});

for (const [roomList, others] of [
  ['admin', ['demo']],
  ['off', []],
] as const) {
  describe(`the Orchestrator’s sessions with ROOM_LIST=${roomList}`, () => {
    it('are listed to their members and administrators, and to others as far as guests need it', async () => {
      await withStage({ roomList }, async (stage) => {
        const carl = await RpcClient.connect(`${stage.url}/`);
        await carl.request('joinRoom', { room: 'meeting', user: 'carl' });
        const [ada, bob] = [await stage.user('ada'), await stage.user('bob')];
        const sessionId = await ada.makes('demo');
        const namesFor = async (client: OrchestratorClient): Promise<string[]> => {
          const sessions = Object.values(await client.get('GetSessions', {})) as { sessionName: string }[];
          return sessions.map(({ sessionName }) => sessionName);
        };
        expect(await namesFor(ada)).to.deep.equal(['demo']);
        expect(await namesFor(bob)).to.deep.equal(others);
        await bob.get('JoinSession', { sessionId });
        expect(await namesFor(bob), 'once inside').to.deep.equal(['demo']);
        await bob.get('LeaveSession', {});
        expect(await namesFor(bob)).to.deep.equal(others);
        await carl.request('leaveRoom');
        await carl.close();
      });
    });
  });
}
