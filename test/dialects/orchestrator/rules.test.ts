import { expect } from 'chai';
import { until } from '../../support/until.js';
import { OrchestratorStage, nothingRemains } from './orchestrator-stage.js';
import type { OrchestratorClient } from './orchestrator-stage.js';

const left = ({ userId }: OrchestratorClient) => [
  'SessionUpdated',
  { eventId: 'USER_LEFT_SESSION', eventData: { userId } },
];
const closed = ['SessionClosed', {}];

describe('the Orchestrator’s rules', () => {
  // The sessions of all tests have one name.
  const stage = new OrchestratorStage({ evictionMs: 0 });
  let ada: OrchestratorClient;
  let bob: OrchestratorClient;
  let eve: OrchestratorClient;

  before(() => stage.start());
  after(() => stage.stop());
  beforeEach(async () => {
    ada = await stage.user('ada');
    bob = await stage.user('bob', '/');
    eve = await stage.user('eve');
  });
  afterEach(async () => {
    await stage.empty();
    expect(stage.remains).to.deep.equal(nothingRemains);
  });

  async function master(of: OrchestratorClient): Promise<unknown> {
    return (await of.get('GetSessionInfo', {})).sessionMaster;
  }

  /** All three clients in a session of ada's, without notices so far. */
  async function together(): Promise<string> {
    const sessionId = await ada.makes('demo');
    await bob.get('JoinSession', { sessionId });
    await eve.get('JoinSession', { sessionId });
    for (const client of [ada, bob, eve]) await client.heard().then(() => undefined);
    return sessionId;
  }

  it('an id that is no session’s is refused without a look at each room', async () => {
    const { rooms } = stage;
    const each = rooms[Symbol.iterator].bind(rooms);
    let looks = 0;
    rooms[Symbol.iterator] = () => {
      looks += 1;
      return each();
    };
    try {
      for (const name of ['JoinSession', 'DeleteSession']) {
        expect(await ada.code(name, { sessionId: 'nobody knows it' })).to.equal(503);
      }
      expect(looks).to.equal(0);
    } finally {
      rooms[Symbol.iterator] = each;
    }
  });

  describe('identity', () => {
    it('a name in use is refused, and is free when its user has left', async () => {
      const other = await stage.connect();
      expect(await other.code('Login', { userName: 'ada' })).to.equal(205);
      expect(await ada.code('GetSessions', {})).to.equal(0);
      ada.socket.disconnect();
      await until('ada is gone', async () => (await other.code('Login', { userName: 'ada' })) === 0);
    });

    it('another name on the same connection logs the first user out', async () => {
      await together();
      const { userId } = await ada.get('Login', { userName: 'ada the second' });
      expect(userId).not.to.equal(ada.userId);
      expect(await bob.heard()).to.deep.equal([left(ada), closed]);
      expect(await bob.code('GetUserData', { userId: ada.userId })).to.equal(1301);
      expect(await bob.code('GetUserData', { userId })).to.equal(0);
    });

    it('a refused login changes nothing', async () => {
      const sessionId = await together();
      expect(await ada.code('Login', { userName: 'bob' })).to.equal(205);
      expect(await ada.code('Login', {})).to.equal(204);
      expect((await ada.get('GetSessionInfo', {})).sessionId).to.equal(sessionId);
    });

    it('names of built-in members are ordinary names', async () => {
      const proto = await stage.user('__proto__');
      const userDataJson = '{"__proto__":{"x":1},"constructor":2}';
      expect(JSON.stringify(await proto.get('UpdateUserDataJson', { userDataJson }))).to.equal(userDataJson);
      const session = await proto.makes('__proto__');
      expect(JSON.stringify(await proto.get('DeclareDataStream', '__proto__'))).to.contain('{"__proto__":{');
      await proto.get('RegisterForDataStream', proto.userId, 'constructor');
      proto.socket.emit('SendData', 'constructor', Buffer.from('x'));
      expect(await proto.next()).to.deep.equal(['DataReceived', proto.userId, 'constructor', Buffer.from('x')]);
      expect(await ada.get('GetSessions', {})).to.have.property(session);
      expect(({} as { x?: number }).x).to.equal(undefined);
    });
  });

  describe('sessions', () => {
    it('stay while they are empty, until their administrator leaves', async () => {
      const sessionId = await ada.makes('demo');
      await ada.get('LeaveSession', {});
      expect(await bob.get('GetSessions', {})).to.have.keys(sessionId);
      expect((await bob.get('JoinSession', { sessionId })).sessionMaster).to.equal(bob.userId);
      await bob.get('LeaveSession', {});
      ada.socket.disconnect();
      await until('the session is gone', async () => Object.keys(await bob.get('GetSessions', {})).length === 0);
    });

    it('may have the same name', async () => {
      const ids = [await ada.makes('demo'), await bob.makes('demo')];
      const sessions = await eve.get('GetSessions', {});
      expect(sessions).to.have.keys(ids);
      expect(Object.values(sessions).map((session) => (session as { sessionName: string }).sessionName)).to.deep.equal([
        'demo',
        'demo',
      ]);
      expect(stage.rooms.names).to.deep.equal(['demo', ids[1]]);
    });

    it('a user is in one session: making a session leaves the former one', async () => {
      await together();
      const second = await bob.makes('second');
      expect(await ada.heard()).to.deep.equal([left(bob)]);
      expect((await bob.get('GetSessionInfo', {})).sessionId).to.equal(second);
    });

    it('a session that cannot be made changes nothing for anybody', async () => {
      const sessionId = await together();
      expect(await bob.code('AddSession', { sessionName: 'x', sessionProtocol: 'webrtc' })).to.equal(404);
      expect((await bob.get('GetSessionInfo', {})).sessionId).to.equal(sessionId);
      expect(await ada.heard()).to.deep.equal([]);
    });

    it('a user that leaves gets the answer before the others are told, and no notice', async () => {
      await together();
      const order: string[] = [];
      bob.socket.once('SessionUpdated', () => order.push('bob is told'));
      await ada.get('LeaveSession', {}).then(() => order.push('ada is answered'));
      expect(await bob.next()).to.deep.equal(left(ada));
      expect(await ada.heard()).to.deep.equal([]);
      expect(order).to.have.members(['ada is answered', 'bob is told']);
    });
  });

  describe('the master', () => {
    it('is the user that has been there longest; a user that comes back is the last', async () => {
      const sessionId = await together();
      expect(await master(eve)).to.equal(ada.userId);
      await ada.get('LeaveSession', {});
      expect(await master(eve)).to.equal(bob.userId);
      await ada.get('JoinSession', { sessionId });
      expect(await master(eve)).to.equal(bob.userId);
      bob.socket.disconnect();
      await until('bob is gone', async () => (await master(ada)) === eve.userId);
      expect(await ada.code('SendSceneEventToAllUsers', 'x')).to.equal(3012);
      expect(await eve.code('SendSceneEventToAllUsers', 'x')).to.equal(0);
    });

    it('may send scene events to itself', async () => {
      await together();
      await ada.get('SendSceneEventToMaster', 'a');
      await ada.get('SendSceneEventToUser', ada.userId, 'b');
      const event = (sceneEventData: string) => ({ sceneEventFrom: ada.userId, sceneEventData });
      expect(await ada.heard()).to.deep.equal([
        ['SceneEventToMaster', event('a')],
        ['SceneEventToUser', event('b')],
      ]);
    });
  });

  describe('closing', () => {
    for (const [how, go] of [
      ['logs out', (client: OrchestratorClient) => client.ask('Logout', {}).then(() => undefined)],
      ['disconnects', (client: OrchestratorClient) => Promise.resolve(void client.socket.disconnect())],
    ] as const) {
      it(`when the administrator ${how}, they leave, and then their sessions close, once`, async () => {
        await together();
        await go(ada);
        for (const client of [bob, eve]) {
          expect(await client.next()).to.deep.equal(left(ada));
          expect(await client.next()).to.deep.equal(closed);
          expect(await client.heard()).to.deep.equal([]);
        }
        expect(await bob.get('GetSessions', {})).to.deep.equal({});
      });
    }

    it('closes all sessions of an administrator, also those they have left', async () => {
      const first = await ada.makes('first');
      await bob.get('JoinSession', { sessionId: first });
      await ada.makes('second');
      await bob.heard();
      await ada.get('Logout', {});
      expect(await bob.heard()).to.deep.equal([closed]);
    });

    it('lets members send LeaveSession once, or join another session directly', async () => {
      await together();
      await ada.get('Logout', {});
      expect(await bob.code('GetSessionInfo', {})).to.equal(700);
      expect(await bob.code('SendMessageToAll', { message: 'x' })).to.equal(800);
      expect(await bob.code('LeaveSession', {})).to.equal(0);
      expect(await bob.code('LeaveSession', {})).to.equal(800);
      expect(await eve.makes('elsewhere')).to.be.a('string');
    });

    it('lets members do so too when the room is closed or they are evicted', async () => {
      await together();
      const room = stage.rooms.find('demo');
      const participant = room?.find(bob.userId);
      if (participant) room?.evict(participant);
      expect(await bob.heard()).to.deep.equal([closed]);
      expect(await ada.heard()).to.deep.equal([left(bob)]);
      expect(await bob.code('LeaveSession', {})).to.equal(0);
      room?.close('an administrator closed it');
      for (const client of [ada, eve]) {
        expect((await client.heard()).at(-1)).to.deep.equal(closed);
        expect(await client.code('LeaveSession', {})).to.equal(0);
      }
      expect(await ada.code('GetSessionInfo', {})).to.equal(700);
      expect(await ada.get('GetSessions', {})).to.deep.equal({});
    });
  });

  describe('data streams', () => {
    const packet = Buffer.from([1, 2, 3]);
    const received = (from: OrchestratorClient) => ['DataReceived', from.userId, 'k', packet];

    it('belong to users, so they work again after a change of session', async () => {
      const sessionId = await together();
      await ada.get('DeclareDataStream', 'k');
      await bob.get('RegisterForDataStream', ada.userId, 'k');
      await bob.get('LeaveSession', {});
      await ada.ask('SendData', 'k', packet);
      expect(await bob.heard(), 'not while elsewhere').to.deep.equal([]);
      await bob.get('JoinSession', { sessionId });
      await ada.ask('SendData', 'k', packet);
      expect(await bob.heard()).to.deep.equal([received(ada)]);
    });

    it('may be the user’s own', async () => {
      await together();
      await ada.get('RegisterForDataStream', ada.userId, 'k');
      await ada.get('RegisterForDataStream', ada.userId, 'k');
      await ada.ask('SendData', 'k', packet);
      expect(await ada.heard()).to.deep.equal([received(ada)]);
      await ada.get('UnregisterFromDataStream', ada.userId, 'k');
      await ada.get('UnregisterFromDataStream', ada.userId, 'k');
    });

    it('reach everybody who registered, at either namespace, in order', async () => {
      await together();
      for (const client of [bob, eve]) await client.get('RegisterForDataStream', ada.userId, 'k');
      const packets = Array.from({ length: 50 }, (_, index) => Buffer.from([index]));
      for (const each of packets) ada.socket.emit('SendData', 'k', each);
      await ada.heard();
      for (const client of [bob, eve]) {
        expect((await client.heard()).map(([, , , data]) => data)).to.deep.equal(packets);
      }
    });

    it('are relayed without a copy of the bytes', async () => {
      await together();
      const server = [...stage.door.namespace('/orchestrator').sockets.values()];
      const seen: unknown[] = [];
      const sent: unknown[] = [];
      for (const socket of server) {
        socket.onAny((_name: string, ...content: unknown[]) => seen.push(content[1]));
        socket.onAnyOutgoing((_name: string, ...content: unknown[]) => sent.push(content[2]));
      }
      await eve.get('RegisterForDataStream', ada.userId, 'k');
      seen.splice(0);
      sent.splice(0);
      const large = Buffer.alloc(2_000_000, 9);
      ada.socket.emit('SendData', 'k', large);
      expect(await eve.next()).to.deep.equal(['DataReceived', ada.userId, 'k', large]);
      expect(sent).to.have.length(1);
      expect(sent[0]).to.equal(seen[0]);
    });

    it('are forgotten with their user', async () => {
      await together();
      await bob.get('RegisterForDataStream', eve.userId, 'k');
      await eve.get('Logout', {});
      expect((await bob.get('DeclareDataStream', 'x')).remoteDataStreams).to.deep.equal({});
    });
  });
});
