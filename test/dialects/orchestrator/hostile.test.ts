import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { endpoints } from '../../../dialects/orchestrator/endpoints.js';
import { adminToken, asAdmin } from '../../support/administrator.js';
import { readMetrics, valueOf } from '../../support/prometheus.js';
import { until } from '../../support/until.js';
import { OrchestratorStage, nothingRemains, withStage } from './orchestrator-stage.js';
import type { OrchestratorClient } from './orchestrator-stage.js';
import { stalled } from '../../support/stalled.js';

const requests = endpoints.map(({ names: [constant = '', wireName = constant] }) => wireName);

const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;
const junk: readonly (readonly unknown[])[] = [
  [],
  [null],
  [undefined],
  [7],
  ['text'],
  [true],
  [[]],
  [[1, 2]],
  [{}],
  [Buffer.from('bytes')],
  [{ userId: {}, sessionId: [], userName: {}, sessionName: 7, userDataJson: 'no JSON', message: {} }],
  [{ sessionName: 'x', scenarioDefinition: null, sessionDescription: 7, sessionProtocol: [] }],
  [{ sessionId: '__proto__', userId: 'constructor', userName: 'toString', commandId: {} }],
  ['__proto__', '__proto__'],
  ['x', null, {}, [], 1],
];

describe('the Orchestrator’s protocol, when clients are hostile', () => {
  const stage = new OrchestratorStage({ adminToken, orchestrator: { maxQueuedBytes: 100_000 } });
  let witness: OrchestratorClient;
  let hostile: OrchestratorClient;
  /** How many clients are connected at the beginning of each test. */
  const others = 2;

  before(() => stage.start());
  after(() => stage.stop());
  beforeEach(async () => {
    witness = await stage.user('witness');
    hostile = await stage.connect();
  });
  afterEach(async () => {
    expect(await witness.code('GetSessions', {}), 'others go on').to.equal(0);
    await stage.empty();
    expect(stage.remains).to.deep.equal(nothingRemains);
  });

  for (const where of ['without login', 'logged in', 'in a session']) {
    it(`answers every request, whatever its arguments are (${where})`, async () => {
      for (const request of requests) {
        for (const content of junk) {
          if (where !== 'without login') await hostile.ask('Login', { userName: 'hostile' });
          if (where === 'in a session') {
            if ((await hostile.code('GetSessionInfo', {})) !== 0) await hostile.ask('AddSession', { sessionName: 'h' });
          }
          hostile.socket.emit(request, ...content);
          const answer = await hostile.ask(request, ...content);
          expect(answer.error, request).to.be.a('number');
          expect(answer.body, request).to.be.an('object');
          expect(answer.message === 'OK', request).to.equal(answer.error === 0);
        }
      }
    });
  }

  it('answers values that are nested too deeply to be relayed', async () => {
    await hostile.get('Login', { userName: 'hostile' });
    await hostile.makes('deep');
    await hostile.get('RegisterForDataStream', hostile.userId, 'k').catch(() => undefined);
    for (const levels of [100, 3_000]) {
      const value = deep(levels);
      for (const [request, ...content] of [
        ['SendMessage', { userId: hostile.userId, message: value }],
        ['SendMessageToAll', { message: value }],
        ['UpdateUserDataJson', { userDataJson: { a: value } }],
        ['SendSceneEventToMaster', value],
        ['SendSceneEventToAllUsers', value],
      ] as const) {
        expect(await hostile.code(request, ...content), request).not.to.equal(0);
      }
      expect(await hostile.code('SendData', 'k', value)).to.equal(0);
      expect(await hostile.ask('GetSessions', { commandId: value })).not.to.have.property('commandId');
    }
    expect(hostile.notices).to.deep.equal([]);
  });

  it('ends the connection of a client whose packet is too long, and no other', async () => {
    await hostile.get('Login', { userName: 'hostile' });
    const session = await hostile.makes('big');
    await witness.get('JoinSession', { sessionId: session });
    const large = Buffer.alloc(2_000_000);
    expect(await hostile.code('SendData', 'k', large), 'two million bytes pass').to.equal(0);
    hostile.socket.emit('SendData', 'k', Buffer.alloc(5_000_000));
    await once(hostile.socket as unknown as NodeJS.EventEmitter, 'disconnect');
    expect((await witness.next())[0]).to.equal('SessionUpdated');
    expect(await witness.next()).to.deep.equal(['SessionClosed', {}]);
  });

  it('ignores unknown events, and events without a name', async () => {
    for (const event of ['nope', '__proto__', 'constructor', 'easyrtcMsg', '']) hostile.socket.emit(event, {});
    expect(await hostile.code('Login', { userName: 'hostile' })).to.equal(0);
  });

  const nested = '['.repeat(100_000) + ']'.repeat(100_000);
  const frames = ['42[7]', '42[null]', '42[]', '42{}', '42', '42["', '42["connect"]', '451-["Login"]', '49', 'x'];
  const deepFrames = [
    ['a deep value', `42["SendMessageToAll",{"message":${nested}}]`],
    ['a deep value beside bytes', `451-["SendData","k",{"_placeholder":true,"num":0},${nested}]`],
    ['a deep text', `42["UpdateUserDataJson",{"userDataJson":"{\\"a\\":${nested}}"}]`],
  ] as const;
  for (const namespace of ['/orchestrator', '/']) {
    for (const [what, frame] of [...frames.map((each) => [each, each] as const), ...deepFrames]) {
      it(`survives ${what} at ${namespace}`, async () => {
        const socket = new WebSocket(`${stage.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
        await once(socket, 'open');
        const prefix = namespace === '/' ? '' : `${namespace},`;
        socket.send(`40${prefix}`);
        await until('it is accepted', () => stage.door.connections > 2);
        socket.send(`42${prefix}["Login",{"userName":"raw"}]`);
        socket.send(frame.replace(/^(42|451-)/, `$1${prefix}`));
        socket.send(Buffer.from('bytes'));
        socket.send(`421${prefix}["GetNTPTime"]`);
        socket.close();
        await once(socket, 'close');
      });
    }
  }

  const slowReaders = async (): Promise<number> => {
    const text = await (await fetch(`${stage.url}/metrics`, asAdmin)).text();
    return valueOf(readMetrics(text), 'atrium_slow_readers_total', { door: 'orchestrator' }) ?? 0;
  };

  it('drops data packets for a slow reader, and disconnects and counts it at any other event', async () => {
    const before = await slowReaders();
    const sessionId = await witness.makes('slow');
    const { client: slow, resume } = await stalled(async () => {
      const client = await stage.user('slow');
      await client.get('JoinSession', { sessionId });
      await client.get('RegisterForDataStream', witness.userId, 'k');
      return client;
    });
    const packet = Buffer.alloc(500_000);
    for (let index = 0; index < 60; index += 1) await witness.ask('SendData', 'k', packet);
    await witness.ask('SendMessageToAll', { message: 'anything' });
    await until('it is disconnected', () => stage.gateway.state.connections === others);
    resume();
    await until('it has noticed', () => !slow.socket.connected);
    const received = slow.notices.filter(([name]) => name === 'DataReceived').length;
    expect(received).to.be.within(1, 59);
    expect(await slowReaders()).to.equal(before + 1);
  });

  it('ends a client that sends requests without reading', async () => {
    const { client, resume } = await stalled(() => stage.user('deaf'));
    const userDataJson = { text: 'x'.repeat(60_000) };
    for (let index = 0; index < 400; index += 1) client.socket.emit('UpdateUserDataJson', { userDataJson }, () => null);
    await until('it is disconnected', () => stage.gateway.state.connections === others);
    resume();
    await until('it has noticed', () => !client.socket.connected);
  });
});

describe('the Orchestrator’s protocol, with a defect of the server', () => {
  it('a user that leaves frees the name, and the error is logged', () =>
    withStage({ logLevel: 'error' }, async (stage) => {
      const ada = await stage.user('ada');
      const sessionId = await ada.makes('lab');
      const bob = await stage.user('bob');
      await bob.get('JoinSession', { sessionId });
      const attributes = { displayName: 'guest', dialect: 'test', hearsPrivateTexts: true };
      const [room = ''] = stage.rooms.names;
      const guest = await stage.rooms.join(room, { id: 'guest', attributes }, () => ({ type }) => {
        if (type === 'participantLeft') throw new Error('of ours');
      });
      bob.socket.disconnect();
      await until('it is logged', () => stage.logged.some(([level]) => level === 'error'));
      expect(await (await stage.connect()).code('Login', { userName: 'bob' })).to.equal(0);
      guest.leave();
    }));
});
