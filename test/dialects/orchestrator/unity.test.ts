import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { until } from '../../support/until.js';
import { OrchestratorStage, nothingRemains } from './orchestrator-stage.js';
import type { OrchestratorClient } from './orchestrator-stage.js';

/**
 * The requests of the Unity client in their order, and the answers that it needs
 * (docs/protocols/orchestrator.md#13-what-the-unity-client-depends-on).
 */
describe('the Orchestrator’s Unity client', () => {
  const stage = new OrchestratorStage();
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(async () => {
    await stage.empty();
    await until('nothing is left', () => JSON.stringify(stage.remains) === JSON.stringify(nothingRemains));
  });

  /** The first requests of each client. */
  async function begins(name: string): Promise<OrchestratorClient> {
    const client = await stage.user(name, '/');
    const userDataJson = '{"userRepresentation":4,"hasVoice":true,"userRepresentationTCPUrl":""}';
    expect(await client.get('UpdateUserDataJson', { userDataJson })).to.include({ hasVoice: true });
    expect((await client.get('GetOrchestratorVersion', {})).orchestratorVersion).to.match(/^\d+\.\d+\.\d+$/);
    expect((await client.get('GetNTPTime', {})).ntpTimeMs).to.be.a('number');
    return client;
  }

  it('creates a session that another joins, exchanges streams and scene events, and deletes it when all have left', async () => {
    const creator = await begins('creator');
    const guest = await begins('guest');
    const sessionId = await creator.makes('demo', { sessionProtocol: 'socketio' });
    const listed = (await guest.get('GetSessions', {}))[sessionId] as { scenarioId: string; sessionUsers: string[] };
    expect(listed).to.include({ scenarioId: 's' });
    const joined = await guest.get('JoinSession', { sessionId });
    expect(joined.sessionUsers).to.deep.equal([creator.userId, guest.userId]);
    expect((joined.sessionUserDefinitions as object[]).length).to.equal(2);
    expect((await creator.next())[1]).to.have.property('eventId', 'USER_JOINED_SESSION');
    await creator.get('SendMessageToAll', { message: 'START_{"sessionId":"x"}' });
    expect((await guest.next())[0]).to.equal('MessageSent');
    expect((await creator.next())[0]).to.equal('MessageSent');

    // A stream packet has one argument and no acknowledgement: a time stamp of eight bytes, then a packet of the largest size.
    const kind = `${creator.userId}.pointcloud#0`;
    creator.socket.emit('DeclareDataStream', kind);
    guest.socket.emit('RegisterForDataStream', creator.userId, kind);
    await guest.heard();
    const packet = Buffer.alloc(1_000_008, 3);
    packet.writeBigInt64LE(1_795_210_988_564n);
    creator.socket.emit('SendData', kind, packet);
    expect(await guest.next()).to.deep.equal(['DataReceived', creator.userId, kind, packet]);
    // The client sends its own id by mistake, which does no harm.
    guest.socket.emit('UnregisterFromDataStream', guest.userId, kind);
    creator.socket.emit('SendData', kind, Buffer.from('more'));
    expect((await guest.next())[3]).to.deep.equal(Buffer.from('more'));
    const event = Buffer.from('{"type":1}');
    guest.socket.emit('SendSceneEventToMaster', event);
    expect((await creator.next())[1]).to.deep.equal({ sceneEventFrom: guest.userId, sceneEventData: event });

    await creator.get('LeaveSession', {});
    expect((await guest.next())[1]).to.have.property('eventId', 'USER_LEFT_SESSION');
    expect((await guest.get('GetSessionInfo', {})).sessionMaster, 'replaced already').to.equal(guest.userId);
    expect((await creator.get('GetSessionInfo', {})).sessionUsers).to.deep.equal([guest.userId]);
    await guest.get('LeaveSession', {});
    await guest.heard();
    expect((await creator.get('GetSessionInfo', {})).sessionUsers).to.deep.equal([]);
    await creator.get('DeleteSession', { sessionId });
    expect(await creator.get('GetSessions', {})).to.deep.equal({});
  });

  it('may leave a session that was closed when its administrator left', async () => {
    const creator = await begins('creator');
    const guest = await begins('guest');
    await guest.get('JoinSession', { sessionId: await creator.makes('demo') });
    creator.socket.disconnect();
    expect((await guest.next())[1]).to.have.property('eventId', 'USER_LEFT_SESSION');
    expect(await guest.next()).to.deep.equal(['SessionClosed', {}]);
    expect(await guest.code('LeaveSession', {})).to.equal(0);
  });

  it('sends and receives exactly these frames', async () => {
    const socket = new WebSocket(`${stage.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const frames: (string | Buffer)[] = [];
    socket.on('message', (data: Buffer, isBinary: boolean) => frames.push(isBinary ? data : data.toString()));
    const next = async (): Promise<string | Buffer> => {
      await until('a frame comes', () => frames.length > 0);
      return frames.shift() ?? '';
    };
    await once(socket, 'open');
    const { maxPayload } = JSON.parse(String(await next()).slice(1)) as { maxPayload: number };
    expect(maxPayload).to.be.at.least(2_000_000);
    socket.send('40');
    expect(await next()).to.match(/^40\{"sid":/);
    socket.send('420["Login",{"userName":"raw"}]');
    const login = String(await next());
    expect(login).to.match(/^430\[\{"error":0,"message":"OK","body":\{"userId":"[-0-9a-f]{36}"\}\}\]$/);
    const id = /[-0-9a-f]{36}/.exec(login)?.[0];
    socket.send('421["AddSession",{"sessionName":"raw","scenarioDefinition":{"scenarioId":"s"}}]');
    expect(await next()).to.match(/^431\[\{"error":0,/);
    socket.send('451-["SendSceneEventToMaster",{"_placeholder":true,"num":0}]');
    socket.send(Buffer.from('{}'));
    const scene = `{"sceneEventFrom":"${id}","sceneEventData":{"_placeholder":true,"num":0}}`;
    expect(await next()).to.equal(`451-["SceneEventToMaster",${scene}]`);
    expect(await next()).to.deep.equal(Buffer.from('{}'));
    socket.send(`42["RegisterForDataStream","${id}","k"]`);
    socket.send('451-["SendData","k",{"_placeholder":true,"num":0}]');
    socket.send(Buffer.from([1, 2, 3]));
    expect(await next()).to.equal(`451-["DataReceived","${id}","k",{"_placeholder":true,"num":0}]`);
    expect(await next()).to.deep.equal(Buffer.from([1, 2, 3]));
    socket.close();
    await once(socket, 'close');
  });
});
