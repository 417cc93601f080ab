import { expect } from 'chai';
import { io } from 'socket.io-client';
import { configOf, readConfig } from '../../../src/config.js';
import { startServer } from '../../../src/server.js';
import { adminToken, asAdmin } from '../../support/administrator.js';
import { until } from '../../support/until.js';
import { OrchestratorClient, withStage } from './orchestrator-stage.js';

describe('the Orchestrator’s login, with a password configured', () => {
  for (const namespace of ['/orchestrator', '/']) {
    it(`needs the password at ${namespace}, also under the name of the document`, () =>
      withStage({ orchestrator: { password: 'secret' } }, async (stage) => {
        const client = await stage.connect(namespace);
        expect(await client.code('LOGIN', { userName: 'ada' })).to.equal(206);
        expect(await client.code('ADD_SESSION', { sessionName: 'x' })).to.equal(204);
        expect((await client.get('DUMP_DATA', {})).users).to.deep.equal([]);
        expect(await client.code('LOGIN', { userName: 'ada', userPassword: 'secret' })).to.equal(0);
        expect(await client.code('ADD_SESSION', { sessionName: 'x' })).to.equal(0);
      }));
  }

  it('accepts the password in both fields', () =>
    withStage({ orchestrator: { password: 'secret' } }, async (stage) => {
      const client = await stage.connect();
      for (const wrong of [{}, { userPassword: 'wrong' }, { userPassword: '' }, { userPassword: ['secret'] }]) {
        const { error, body } = await client.ask('Login', { userName: 'ada', ...wrong });
        expect([error, body]).to.deep.equal([206, {}]);
      }
      expect(await client.code('GetSessions', {})).to.equal(204);
      expect(await client.code('Login', { userName: 'ada', userPassword: 'secret' })).to.equal(0);
      expect(await client.code('Login', { userName: 'ada', password: 'secret' })).to.equal(0);
    }));

  it('cannot make a session if it may not open rooms', () =>
    withStage({ roomCreators: 'ada' }, async (stage) => {
      const ada = await stage.user('ada');
      const bob = await stage.user('bob');
      expect(await bob.code('AddSession', { sessionName: 'x' })).to.equal(404);
      const sessionId = await ada.makes('x');
      expect(await bob.code('JoinSession', { sessionId })).to.equal(0);
    }));
});

describe('an Orchestrator user that was evicted', () => {
  it('is refused with 801 in that session, under this name and another one, and may join others', () =>
    withStage({}, async (stage) => {
      const [ada, bob] = [await stage.user('ada'), await stage.user('bob')];
      const sessionId = await ada.makes('demo');
      await bob.get('JoinSession', { sessionId });
      const participant = stage.rooms.find('demo')?.find(bob.userId);
      participant?.room.evict(participant);
      expect(await bob.code('JoinSession', { sessionId })).to.equal(801);
      await bob.get('Login', { userName: 'bert' });
      expect(await bob.code('JoinSession', { sessionId }), 'the same connection').to.equal(801);
      const again = await stage.user('bob');
      expect(await again.code('JoinSession', { sessionId }), 'the same name').to.equal(801);
      await (await stage.user('eve')).get('JoinSession', { sessionId });
      await bob.makes('elsewhere');
    }));
});

describe('the Orchestrator’s forwarding services', () => {
  const template = (port: number) => ({
    port,
    sfuData: {
      url_gen: `http://%EXTERNAL_HOSTNAME%:${port}/%SESSION_ID%/%USER_ID%/%USER_ID%/`,
      url_audio: '%UNKNOWN%',
      url_pcc: '',
    },
  });
  const services = { dash: { commandLine: ['relay'], portMapping: [template(8096), template(8097)] } };

  it('are assigned by templates, the least used first', () =>
    withStage({ orchestrator: { sfu: services } }, async (stage) => {
      const ada = await stage.user('ada');
      const bob = await stage.user('bob');
      const sessionId = await ada.makes('dash', { sessionProtocol: 'dash' });
      const { host } = new URL(stage.url);
      const addresses = (port: number, id: string, session: string) => ({
        url_gen: `http://${host.replace(/:.*/, '')}:${port}/${session}/${id}/${id}/`,
        url_audio: '%UNKNOWN%',
        url_pcc: '',
      });
      await bob.get('JoinSession', { sessionId });
      const [, notice] = (await ada.next()) as [string, { eventData: { userData: { sfuData: object } } }];
      expect(notice.eventData.userData.sfuData).to.deep.equal(addresses(8096, bob.userId, sessionId));
      const info = await bob.get('GetSessionInfo', {});
      expect((info.sessionUserDefinitions as { sfuData: object }[]).map(({ sfuData }) => sfuData)).to.deep.equal([
        addresses(8096, ada.userId, sessionId),
        addresses(8096, bob.userId, sessionId),
      ]);
      const second = await bob.makes('second', { sessionProtocol: 'dash' });
      const { users } = await bob.get('DumpData', {});
      expect((users as { sfuData: object }[]).map(({ sfuData }) => sfuData)).to.deep.equal([
        addresses(8096, ada.userId, sessionId),
        addresses(8097, bob.userId, second),
      ]);
      await ada.get('LeaveSession', {});
      await ada.get('DeleteSession', { sessionId });
      const third = await ada.get('AddSession', { sessionName: 'third', sessionProtocol: 'dash' });
      expect(JSON.stringify(third), 'the first is free again').to.contain(':8096/');
      expect(await ada.code('AddSession', { sessionName: 'x', sessionProtocol: 'webrtc' })).to.equal(404);
    }));

  for (const protocol of ['dash', 'webrtc', 'tcpreflector']) {
    it(`are assigned for ${protocol}, only to users in the session; other protocols have none`, () =>
      withStage({ orchestrator: { sfu: { [protocol]: { portMapping: [template(9000)] } } } }, async (stage) => {
        const ada = await stage.user('ada');
        const addresses = async () => ((await ada.get('DumpData', {})).users as { sfuData: object }[])[0]?.sfuData;
        const sessionId = await ada.makes('x', { sessionProtocol: protocol });
        expect(JSON.stringify(await addresses())).to.contain(`:9000/${sessionId}/${ada.userId}/`);
        await ada.get('LeaveSession', {});
        expect(await addresses()).to.deep.equal({});
        await ada.makes('y', { sessionProtocol: 'socketio' });
        expect(await addresses()).to.deep.equal({ url_gen: '', url_audio: '', url_pcc: '' });
        for (const other of ['dash', 'webrtc', 'tcpreflector'].filter((each) => each !== protocol)) {
          expect(await ada.code('AddSession', { sessionName: 'z', sessionProtocol: other })).to.equal(404);
        }
      }));
  }

  it('are read from a variable as JSON, which is checked', () => {
    const config = readConfig([], { ORCHESTRATOR_SFU: JSON.stringify(services) });
    expect(config.orchestrator.sfu.get('dash')?.map(({ port }) => port)).to.deep.equal([8096, 8097]);
    for (const wrong of ['{', '{"ftp":{"portMapping":[]}}', '{"dash":{"portMapping":[]}}', '7']) {
      expect(() => readConfig([], { ORCHESTRATOR_SFU: wrong }), wrong).to.throw(/ORCHESTRATOR_SFU/);
    }
  });

  it('have a host name of their own if one is configured', () =>
    withStage({ orchestrator: { sfu: services, externalHostname: 'sfu.example' } }, async (stage) => {
      const ada = await stage.user('ada');
      const session = await ada.get('AddSession', { sessionName: 'x', sessionProtocol: 'dash' });
      expect(JSON.stringify(session)).to.contain('http://sfu.example:8096/');
    }));
});

describe('the Orchestrator’s operator requests', () => {
  for (const [request, option, allowed, refused] of [
    [
      'TERMINATE_ORCHESTRATOR',
      'allowTerminate',
      'a client stops the server',
      'a client was refused to stop the server',
    ],
    ['RESET_ORCHESTRATOR', 'allowTerminate', 'a client ends all sessions', 'a client was refused to end all sessions'],
    ['DUMP_DATA', 'dumpData', 'all data was dumped', 'a dump of all data was refused'],
  ] as const) {
    for (const isAllowed of [true, false]) {
      it(`${request}, ${isAllowed ? 'switched on' : 'switched off'}, is logged with the client`, () =>
        withStage({ orchestrator: { [option]: isAllowed } }, async (stage) => {
          const ada = await stage.user('ada');
          const anonymous = await stage.connect('/');
          for (const client of [anonymous, ada]) {
            expect(await client.code(request, {})).to.equal(isAllowed ? 0 : 801);
            if (request === 'RESET_ORCHESTRATOR' && isAllowed) break;
          }
          expect(stage.terminations > 0).to.equal(isAllowed && request === 'TERMINATE_ORCHESTRATOR');
          const level = isAllowed && request === 'DUMP_DATA' ? 'info' : 'warn';
          const lines = stage.logged.filter(([, message]) => message === (isAllowed ? allowed : refused));
          const by = (user?: string, name?: string) => ({ user, name, address: '127.0.0.1' });
          expect(lines[0]).to.deep.equal([level, lines[0]?.[1], by()]);
          if (lines[1]) expect(lines[1][2]).to.deep.equal(by(ada.userId, 'ada'));
        }));
    }
  }

  it('RESET_ORCHESTRATOR tells members, answers, and disconnects everybody', () =>
    withStage({ orchestrator: { allowTerminate: true } }, async (stage) => {
      const ada = await stage.user('ada');
      const bob = await stage.user('bob', '/');
      await bob.get('JoinSession', { sessionId: await ada.makes('demo') });
      const anonymous = await stage.connect();
      expect(await anonymous.get('RESET_ORCHESTRATOR', {})).to.deep.equal({});
      await until('everybody is disconnected', () => stage.gateway.state.connections === 0);
      await until('bob has noticed', () => !bob.socket.connected);
      expect(bob.notices.at(-1)).to.deep.equal(['SessionClosed', {}]);
    }));
});

describe('the Orchestrator’s protocol in the whole server', () => {
  /** No media server can be reached; this protocol works nevertheless. */
  const options = { port: 0, host: '127.0.0.1', logLevel: 'error', kmsUris: ['ws://127.0.0.1:9/kurento'] } as const;
  const connect = async (url: string, namespace: string): Promise<OrchestratorClient> => {
    const socket = io(url.replace(/\/$/, namespace), { reconnection: false, forceNew: true });
    const client = new OrchestratorClient(socket);
    await client.connected;
    return client;
  };

  it('lists sessions over REST with their titles, and is stopped by TERMINATE_ORCHESTRATOR, once its members are told', async () => {
    const server = await startServer(configOf({ ...options, adminToken, orchestrator: { allowTerminate: true } }));
    const ada = await connect(server.url, '/orchestrator');
    const bob = await connect(server.url, '/');
    await ada.get('LOGIN', { userName: 'ada' });
    await bob.get('LOGIN', { userName: 'bob' });
    const first = await ada.makes('demo');
    const second = await bob.makes('demo');
    const all = await (await fetch(`${server.url}getAllRooms`)).json();
    expect(all).to.deep.equal(['demo', second]);
    const list = (await (await fetch(`${server.url}api/v1/rooms`)).json()) as object[];
    expect(list).to.deep.equal(
      ['demo', second].map((name) => ({
        name,
        title: 'demo',
        participants: 1,
        publications: 0,
        dialects: { orchestrator: 1 },
      })),
    );
    const health = (await (await fetch(`${server.url}healthz`, asAdmin)).json()) as { dialects: object[] };
    expect(health.dialects).to.deep.include({ name: 'orchestrator', connections: 2, undelivered: 0 });
    expect(first).not.to.equal(second);
    expect((await ada.ask('TERMINATE_ORCHESTRATOR')).error).to.equal(0);
    await until('both are disconnected', () => !ada.socket.connected && !bob.socket.connected);
    expect(bob.notices.at(-1)).to.deep.equal(['SessionClosed', {}]);
    await until('the server is gone', () =>
      fetch(server.url).then(
        () => false,
        () => true,
      ),
    );
    await server.stop();
  });

  it('is not served when it is switched off', async () => {
    const server = await startServer(configOf({ ...options, orchestrator: { enabled: false } }));
    const refused = await connect(server.url, '/orchestrator').then(
      () => 'connected',
      (error: unknown) => (error as Error).message,
    );
    expect(refused).to.equal('Invalid namespace');
    await server.stop();
  });
});
