import { expect } from 'chai';
import { endpoints } from '../../../dialects/orchestrator/endpoints.js';
import { documentNames, notices, wireNames } from './document.js';
import type { DocumentName } from './document.js';
import { OrchestratorStage, nothingRemains } from './orchestrator-stage.js';
import type { OrchestratorClient } from './orchestrator-stage.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const none = { url_gen: '', url_audio: '', url_pcc: '' };

/** Each request under its name in the document and on the wire. */
const spellings = [
  { spelling: 'the names of the document', nameOf: (request: DocumentName): string => request },
  { spelling: 'the names of the wire', nameOf: (request: DocumentName): string => wireNames[request] },
];

describe('the Orchestrator’s requests', () => {
  it('are those of the document under both names, two under a third, and one that the document leaves out', () => {
    const others = ['RESET_ORCHESTRATOR', 'ResetOrchestrator', 'SendSceneEventToAll', 'UpdateUserData'];
    const expected = [...documentNames, ...Object.values(wireNames), ...others];
    expect(endpoints.flatMap(({ names }) => names)).to.have.members(expected);
  });
});

for (const namespace of ['/orchestrator', '/']) {
  for (const { spelling, nameOf } of spellings) {
    describe(`the Orchestrator's requests at ${namespace}, under ${spelling}`, () => {
      const stage = new OrchestratorStage({ orchestrator: { allowTerminate: true } });
      let ada: OrchestratorClient;
      let bob: OrchestratorClient;
      let session: string;
      const played = new Set<DocumentName>();
      const of = (request: DocumentName): string => {
        played.add(request);
        return nameOf(request);
      };

      before(() => stage.start());
      after(() => stage.stop());
      beforeEach(async () => {
        ada = await stage.connect(namespace);
        bob = await stage.connect(namespace);
        for (const [client, userName] of [
          [ada, 'ada'],
          [bob, 'bob'],
        ] as const) {
          const { userId } = await client.get(of('LOGIN'), { userName });
          client.userId = userId as string;
        }
        session = await ada.makes('demo', { sessionDescription: 'a demo', sessionProtocol: 'socketio' });
      });
      afterEach(async () => {
        await stage.empty();
        expect(stage.remains).to.deep.equal(nothingRemains);
      });

      /** Bob joins the session, and the notices so far are discarded. */
      async function together(): Promise<void> {
        await bob.get(of('JOIN_SESSION'), { sessionId: session });
        await ada.next();
      }

      const user = (client: OrchestratorClient, userName: string) => ({
        userId: client.userId,
        userName,
        userData: {},
        sfuData: none,
      });

      const demo = (...members: (readonly [OrchestratorClient, string])[]) => ({
        sessionId: session,
        sessionName: 'demo',
        sessionDescription: 'a demo',
        sessionProtocol: 'socketio',
        sessionAdministrator: ada.userId,
        ...(members[0] && { sessionMaster: members[0][0].userId }),
        scenarioId: 's',
        sessionUsers: members.map(([{ userId }]) => userId),
        sessionUserDefinitions: members.map(([client, name]) => user(client, name)),
      });

      it('tells the version', async () => {
        const { orchestratorVersion, revision } = await ada.get(of('GET_ORCHESTRATOR_VERSION'), {});
        expect(orchestratorVersion).to.match(/^\d+\.\d+\.\d+$/);
        expect(revision).to.be.a('string');
      });

      it('tells the time in two forms', async () => {
        const { ntpDate, ntpTimeMs } = await ada.get(of('GET_NTP_TIME'), {});
        expect(Date.parse(ntpDate as string)).to.equal(ntpTimeMs);
        expect(Math.abs((ntpTimeMs as number) - Date.now())).to.be.lessThan(5000);
      });

      it('dumps users and sessions', async () => {
        const { id, sessions, users } = await ada.get(of('DUMP_DATA'), {});
        expect(id).to.match(uuid);
        const summary: Partial<ReturnType<typeof demo>> = demo([ada, 'ada']);
        delete summary.sessionUserDefinitions;
        expect(sessions).to.deep.equal([summary]);
        expect(users).to.deep.equal([user(ada, 'ada'), { ...user(bob, 'bob'), sfuData: {} }]);
      });

      it('stops the server, if that is allowed', async () => {
        const before = stage.terminations;
        expect(await ada.get(of('TERMINATE_ORCHESTRATOR'))).to.deep.equal({});
        expect(stage.terminations).to.equal(before + 1);
      });

      it('logs in with a new id, and sends a commandId back', async () => {
        expect(ada.userId).to.match(uuid);
        expect(ada.userId).not.to.equal(bob.userId);
        expect(await ada.ask(of('LOGIN'), { userName: 'ada', commandId: 12 })).to.deep.equal({
          error: 0,
          message: 'OK',
          body: { userId: ada.userId },
          commandId: 12,
        });
      });

      it('logs out as if the connection had ended, and in again', async () => {
        await together();
        expect(await ada.get(of('LOGOUT'), {})).to.deep.equal({});
        expect(await bob.heard()).to.deep.equal([
          ['SessionUpdated', { eventId: 'USER_LEFT_SESSION', eventData: { userId: ada.userId } }],
          ['SessionClosed', {}],
        ]);
        expect(await ada.code(of('GET_SESSIONS'), {})).to.equal(204);
        expect((await ada.get(of('LOGIN'), { userName: 'ada' })).userId).not.to.equal(ada.userId);
        expect(await ada.get(of('GET_SESSIONS'), {})).to.deep.equal({});
      });

      it('keeps the data of each user, which others may read', async () => {
        await together();
        const notice = (userData: object) => [
          'SessionUpdated',
          { eventId: 'USER_DATA_UPDATED', eventData: { userId: ada.userId, userData } },
        ];
        const userDataJson = '{"hasVoice":true,"a":{"b":1}}';
        const whole = { hasVoice: true, a: { b: 1 } };
        expect(await ada.get(of('UPDATE_USER_DATA'), { userDataJson })).to.deep.equal(whole);
        expect(ada.notices.splice(0), 'the sender is told before the answer').to.deep.equal([notice(whole)]);
        expect(await ada.get(of('UPDATE_USER_DATA'), { userDataJson: { a: 2 } })).to.deep.equal({ ...whole, a: 2 });
        expect(await bob.heard()).to.deep.equal([notice(whole), notice({ ...whole, a: 2 })]);
        expect(await bob.get(of('GET_USER_DATA'), { userId: ada.userId })).to.deep.equal({ ...whole, a: 2 });
        expect(await bob.get(of('GET_USER_DATA'), {})).to.deep.equal({});
      });

      it('makes a session with its creator inside, as administrator and master', async () => {
        expect(session).to.match(uuid);
        expect(await ada.get(of('GET_SESSION_INFO'), {})).to.deep.equal(demo([ada, 'ada']));
        const added = await bob.get(of('ADD_SESSION'), { sessionName: ' demo ', scenarioDefinition: {} });
        const { userId } = bob;
        expect(added).to.deep.equal({
          sessionId: added.sessionId,
          sessionName: 'demo',
          sessionProtocol: 'unknown',
          sessionAdministrator: userId,
          sessionMaster: userId,
          sessionUsers: [userId],
          sessionUserDefinitions: [user(bob, 'bob')],
        });
      });

      it('lists sessions by id; those of others without names', async () => {
        expect(await ada.get(of('GET_SESSIONS'), {})).to.deep.equal({ [session]: demo([ada, 'ada']) });
        const nobody = { userId: ada.userId, userName: '', userData: {}, sfuData: none };
        const listed = { ...demo([ada, 'ada']), sessionUserDefinitions: [nobody] };
        expect(await bob.get(of('GET_SESSIONS'), {})).to.deep.equal({ [session]: listed });
      });

      it('deletes an empty session', async () => {
        await ada.get(of('LEAVE_SESSION'), {});
        expect(await ada.get(of('GET_SESSION_INFO'), {}), 'its administrator still sees it').to.deep.equal(demo());
        expect(await ada.get(of('DELETE_SESSION'), { sessionId: session })).to.deep.equal({});
        expect(await ada.get(of('GET_SESSIONS'), {})).to.deep.equal({});
      });

      it('lets others join, and tells them the users in the session', async () => {
        const both = demo([ada, 'ada'], [bob, 'bob']);
        expect(await bob.get(of('JOIN_SESSION'), { sessionId: session })).to.deep.equal(both);
        const userData = user(bob, 'bob');
        expect(await ada.heard()).to.deep.equal([
          ['SessionUpdated', { eventId: 'USER_JOINED_SESSION', eventData: { userId: bob.userId, userData } }],
        ]);
        expect(await bob.heard()).to.deep.equal([]);
      });

      it('has the next master before it tells that the last one left', async () => {
        await together();
        bob.socket.once('SessionUpdated', () => {
          bob.socket.emit(of('GET_SESSION_INFO'), {}, ({ body }: { body: object }) => bob.notices.push(['info', body]));
        });
        expect(await ada.get(of('LEAVE_SESSION'), {})).to.deep.equal({});
        expect(await bob.next()).to.deep.equal([
          'SessionUpdated',
          { eventId: 'USER_LEFT_SESSION', eventData: { userId: ada.userId } },
        ]);
        expect(await bob.next()).to.deep.equal(['info', demo([bob, 'bob'])]);
        await ada.get(of('JOIN_SESSION'), { sessionId: session });
        expect(await ada.get(of('GET_SESSION_INFO'), {})).to.deep.equal(demo([bob, 'bob'], [ada, 'ada']));
      });

      it('sends a message to one, and to all with the sender', async () => {
        await together();
        const said = (message: unknown) => [
          'MessageSent',
          { messageFrom: ada.userId, messageFromName: 'ada', message },
        ];
        const messages = ['START_{}', { any: ['JSON'] }, 7, null, ''];
        for (const message of messages) {
          expect(await ada.get(of('SEND_MESSAGE'), { userId: bob.userId, message })).to.deep.equal({});
        }
        expect(await bob.heard()).to.deep.equal(messages.map(said));
        expect(await ada.heard()).to.deep.equal([]);
        for (const message of messages) await ada.get(of('SEND_MESSAGE_TO_ALL'), { message });
        expect(ada.notices.splice(0), 'the sender is told before the answer').to.deep.equal(messages.map(said));
        expect(await bob.heard()).to.deep.equal(messages.map(said));
      });

      it('sends scene events to the master, to one user and to all, and bytes as bytes', async () => {
        await together();
        const bytes = Buffer.from('{"type":1}');
        const event = (sceneEventFrom: string, sceneEventData: unknown) => ({ sceneEventFrom, sceneEventData });
        expect(await bob.get(of('SEND_SCENE_EVENT_TO_MASTER'), bytes)).to.deep.equal({});
        await bob.get(of('SEND_SCENE_EVENT_TO_MASTER'), 'text');
        expect(await ada.heard()).to.deep.equal([
          ['SceneEventToMaster', event(bob.userId, bytes)],
          ['SceneEventToMaster', event(bob.userId, 'text')],
        ]);
        expect(await ada.get(of('SEND_SCENE_EVENT_TO_USER'), bob.userId, bytes)).to.deep.equal({});
        expect(await ada.get(of('SEND_SCENE_EVENT_TO_ALL'), bytes)).to.deep.equal({});
        const toUser = ['SceneEventToUser', event(ada.userId, bytes)];
        expect(await bob.heard()).to.deep.equal([toUser, toUser]);
        expect(await ada.heard()).to.deep.equal([toUser]);
        ada.socket.emit(of('SEND_SCENE_EVENT_TO_ALL'), bytes);
        expect(await bob.next(), 'without an acknowledgement').to.deep.equal(toUser);
      });

      it('declares data streams and removes them', async () => {
        const state = (dataStreams: object) => ({
          connectionId: ada.userId,
          connectionLoggedAs: ada.userId,
          dataStreams,
          remoteDataStreams: {},
        });
        const voice = (description: string) => ({
          dataStreamKind: 'voice',
          dataSteamDescription: description,
          dataStreamDescription: description,
        });
        expect(await ada.get(of('DECLARE_DATA_STREAM'), 'voice', 'mic')).to.deep.equal(state({ voice: voice('mic') }));
        expect(await ada.get(of('DECLARE_DATA_STREAM'), 'voice')).to.deep.equal(state({ voice: voice('') }));
        expect(await ada.get(of('REMOVE_DATA_STREAM'), 'voice')).to.deep.equal(state({}));
        expect(await ada.get(of('REMOVE_DATA_STREAM'), 'unknown')).to.deep.equal(state({}));
      });

      it('relays data to users that registered, until they unregister', async () => {
        await together();
        const kind = `${ada.userId}.points#0`;
        ada.socket.emit(of('SEND_DATA'), kind, Buffer.from('nobody listens'));
        expect(await bob.get(of('REGISTER_FOR_DATA_STREAM'), ada.userId, kind)).to.deep.equal({
          connectionId: bob.userId,
          connectionLoggedAs: bob.userId,
          dataStreams: {},
          remoteDataStreams: {
            [`${ada.userId}::${kind}`]: {
              dataStreamUserId: ada.userId,
              dataStreamKind: kind,
              dataStreamDescription: '',
            },
          },
        });
        const packets = [Buffer.from([0, 1, 2, 255]), Buffer.alloc(50_000, 7), Buffer.alloc(0)];
        for (const packet of packets) ada.socket.emit(of('SEND_DATA'), kind, packet);
        ada.socket.emit(of('SEND_DATA'), 'another', Buffer.from('x'));
        ada.socket.emit(of('SEND_DATA'), kind);
        ada.socket.emit(of('SEND_DATA'));
        ada.socket.emit(of('SEND_DATA'), kind, '');
        await ada.heard();
        expect(await bob.heard()).to.deep.equal(packets.map((packet) => ['DataReceived', ada.userId, kind, packet]));
        const { remoteDataStreams } = await bob.get(of('UNREGISTER_FROM_DATA_STREAM'), ada.userId, kind);
        expect(remoteDataStreams).to.deep.equal({});
        ada.socket.emit(of('SEND_DATA'), kind, Buffer.from('nobody listens'));
        await ada.heard();
        expect(await bob.heard()).to.deep.equal([]);
      });

      it('has a scene above for every request of the document, and for everything that clients are told', () => {
        expect([...played]).to.have.members(documentNames);
        expect([...stage.told]).to.have.members(notices);
      });
    });
  }
}
