import { expect } from 'chai';
import type { Participant } from '../../../rooms/index.js';
import { keys, moderator, tokenOf } from '../../access/given.js';
import { OrchestratorStage, withStage } from './orchestrator-stage.js';
import type { OrchestratorClient } from './orchestrator-stage.js';

const garden = { room: 'garden', roomJoin: true };
const session = { sessionName: 'garden', scenarioDefinition: { scenarioId: 's' } };

async function logIn(stage: OrchestratorStage, userName: string, userPassword?: string): Promise<OrchestratorClient> {
  const client = await stage.connect();
  const { userId } = await client.get('Login', { userName, userPassword });
  client.userId = String(userId);
  return client;
}

async function codeOf(client: OrchestratorClient, name: string, ...content: unknown[]): Promise<number> {
  return (await client.ask(name, ...content)).error;
}

/** Logged in with a token for the garden. */
async function bearer(stage: OrchestratorStage, sub: string, video: object = {}): Promise<OrchestratorClient> {
  return logIn(stage, sub, await tokenOf({ sub, video: { ...garden, ...video } }));
}

function participantOf(stage: OrchestratorStage, { userId }: OrchestratorClient): Participant {
  const participant = stage.rooms.find('garden')?.find(userId);
  if (!participant) throw new Error('it is not there');
  return participant;
}

/** The id of the session that the client has made. */
async function opened(client: OrchestratorClient): Promise<string> {
  return String((await client.get('AddSession', session)).sessionId);
}

describe('the Orchestrator with AUTH=required', () => {
  const stage = new OrchestratorStage({ auth: 'required', keys, evictionMs: 0 });
  before(() => stage.start());
  afterEach(() => stage.empty());
  after(() => stage.stop());

  it('takes a token as userPassword, under the name of its bearer', async () => {
    const client = await stage.connect();
    const userPassword = await tokenOf({ name: 'Ana', video: garden });
    expect(await codeOf(client, 'Login', { userName: 'ana' })).to.equal(206);
    expect(await codeOf(client, 'Login', { userName: 'ana', userPassword: 'guess' })).to.equal(206);
    expect(await codeOf(client, 'Login', { userName: 'ana', userPassword: `${userPassword}x` })).to.equal(206);
    expect(await codeOf(client, 'Login', { userName: 'ben', userPassword })).to.equal(206);
    expect(await codeOf(client, 'GetSessions', {})).to.equal(204);
    for (const userName of ['ana', 'Ana']) {
      expect(await codeOf(client, 'Login', { userName, userPassword })).to.equal(0);
    }
    await opened(client);
    expect([...(stage.rooms.find('garden')?.participants ?? [])].map(({ identity }) => identity)).to.deep.equal([
      'ana',
    ]);
  });

  it('serves what comes after a login with a token in order', async () => {
    const client = await stage.connect();
    const userPassword = await tokenOf({ video: garden });
    const answers = [client.ask('Login', { userName: 'ana', userPassword }), client.ask('AddSession', session)];
    expect((await Promise.all(answers)).map(({ error }) => error)).to.deep.equal([0, 0]);
  });

  it('leaves no user of a client that has gone while its token was looked at', async () => {
    const client = await stage.connect();
    client.socket.emit('Login', { userName: 'ana', userPassword: await tokenOf({ video: garden }) });
    await stage.empty();
    await logIn(stage, 'ana', await tokenOf({ video: garden }));
    expect(stage.gateway.remains.users).to.equal(1);
  });

  it('lets the bearer of the same identity come back, and ends its older connection', async () => {
    const first = await bearer(stage, 'ana');
    await opened(first);
    const gone = new Promise((resolve) => first.socket.once('disconnect', resolve));
    await opened(await bearer(stage, 'ana'));
    await gone;
  });

  it('refuses other sessions', async () => {
    const ana = await bearer(stage, 'ana');
    const sessionId = await opened(ana);
    const eve = await logIn(stage, 'eve', await tokenOf({ sub: 'eve', video: { ...garden, room: 'side' } }));
    expect(await codeOf(eve, 'JoinSession', { sessionId })).to.equal(801);
    expect(await codeOf(eve, 'AddSession', { ...session, sessionName: 'other' })).to.equal(801);
    expect(await codeOf(eve, 'AddSession', session)).to.equal(801);
    expect(stage.rooms.names).to.deep.equal(['garden']);
    expect(await codeOf(eve, 'AddSession', { ...session, sessionName: 'side' })).to.equal(0);
  });

  it('relays nothing that the grants of a user do not allow', async () => {
    const ana = await bearer(stage, 'ana');
    const sessionId = await opened(ana);
    const eve = await bearer(stage, 'eve', { canPublish: false, canSubscribe: false });
    expect(await codeOf(eve, 'JoinSession', { sessionId })).to.equal(0);
    await ana.get('RegisterForDataStream', eve.userId, 'video');
    const requests: [string, ...unknown[]][] = [
      ['SendMessage', { userId: ana.userId, message: 'psst' }],
      ['SendMessageToAll', { message: 'psst' }],
      ['SendMessageToAll', { message: { a: 1 } }],
      ['SendSceneEventToMaster', 'x'],
      ['SendSceneEventToUser', ana.userId, 'x'],
      ['SendSceneEventToAllUsers', 'x'],
      ['UpdateUserDataJson', { userDataJson: { a: 1 } }],
      ['DeclareDataStream', 'video', ''],
      ['RegisterForDataStream', ana.userId, 'video'],
    ];
    for (const [name, ...content] of requests) expect(await codeOf(eve, name, ...content), name).to.equal(801);
    eve.socket.emit('SendData', 'video', 'bytes');
    await codeOf(eve, 'GetSessionInfo', {});
    await ana.ask('GetSessionInfo', {});
    expect(ana.notices.map(([name]) => name)).to.deep.equal(['SessionUpdated']);
    eve.socket.disconnect();
    await stage.empty();
    const [line] = stage.logged.filter(([, message]) => message.startsWith('data packets of a client'));
    expect(line?.[2]).to.include({ refused: 1 });
  });

  it('sends no data to a user that may not receive any more', async () => {
    const ana = await bearer(stage, 'ana');
    const sessionId = await opened(ana);
    const ben = await bearer(stage, 'ben');
    await ben.get('JoinSession', { sessionId });
    await ben.get('RegisterForDataStream', ana.userId, 'video');
    const participant = participantOf(stage, ben);
    participant.room.moderatedBy(moderator).setGrants(participant, { canSubscribe: false });
    ana.socket.emit('SendData', 'video', 'bytes');
    await ana.get('GetSessionInfo', {});
    await ben.get('GetSessionInfo', {});
    expect(ben.notices.filter(([name]) => name === 'DataReceived')).to.deep.equal([]);
  });

  it('tells nobody of a hidden user, and the hidden user of everybody', async () => {
    const ana = await bearer(stage, 'ana');
    const sessionId = await opened(ana);
    const spy = await bearer(stage, 'spy', { hidden: true });
    await spy.get('JoinSession', { sessionId });
    const ben = await bearer(stage, 'ben');
    const seen = await ben.get('JoinSession', { sessionId });
    await ana.get('SendMessageToAll', { message: 'are we alone?' });
    await spy.get('GetSessionInfo', {});
    expect(spy.notices.map(([name]) => name)).to.deep.equal(['SessionUpdated', 'MessageSent']);
    await spy.get('LeaveSession', {});
    await ana.get('GetSessionInfo', {});
    expect(JSON.stringify([seen, ana.notices, ben.notices])).not.to.include(spy.userId);
  });

  it('says nothing to a user that was removed or banned, and lets it not back in', async () => {
    const ana = await bearer(stage, 'ana');
    const sessionId = await opened(ana);
    const ben = await bearer(stage, 'ben');
    await ben.get('JoinSession', { sessionId });
    await ben.get('RegisterForDataStream', ana.userId, 'video');
    const participant = participantOf(stage, ben);
    participant.room.moderatedBy(moderator).evict(participant, { banMs: -1 });
    expect(await codeOf(ben, 'JoinSession', { sessionId })).to.equal(801);
    expect(await codeOf(ben, 'SendMessageToAll', { message: 'hi' })).to.equal(800);
    await ana.get('SendMessageToAll', { message: 'at last' });
    ana.socket.emit('SendData', 'video', 'bytes');
    await ana.get('GetSessionInfo', {});
    await ben.ask('GetSessions', {});
    expect(ben.notices.at(-1)).to.deep.equal(['SessionClosed', {}]);
  });

  it('lets a user that waits hear nothing until it is admitted', async () => {
    const ana = await bearer(stage, 'ana');
    const sessionId = await opened(ana);
    const by = stage.rooms.find('garden')?.moderatedBy(moderator);
    by?.update({ waitingRoom: true });
    const ben = await bearer(stage, 'ben');
    expect(await codeOf(ben, 'JoinSession', { sessionId })).to.equal(801);
    await ana.get('SendMessageToAll', { message: 'are we alone?' });
    await ben.ask('GetSessions', {});
    expect(ben.notices).to.deep.equal([]);
    by?.admit(by.waiting[0]?.id ?? '');
    expect(await codeOf(ben, 'JoinSession', { sessionId })).to.equal(0);
    by?.update({ waitingRoom: false, locked: true });
    const eve = await bearer(stage, 'eve');
    expect(await codeOf(eve, 'JoinSession', { sessionId })).to.equal(801);
  });
});

describe('the Orchestrator with a password', () => {
  it('takes the password or a token, and in no mode a bad token', async () => {
    const video = garden;
    for (const auth of ['off', 'optional', 'required'] as const) {
      const bridge = false;
      await withStage({ auth, keys, bridge, orchestrator: { password: 'open sesame' } }, async (stage) => {
        await logIn(stage, 'ana', 'open sesame');
        await logIn(stage, 'ben', await tokenOf({ sub: 'ben', video }));
        const eve = await stage.connect();
        const bad = await tokenOf({ sub: 'eve', video }, { secret: 'x'.repeat(32) });
        for (const userPassword of [undefined, 'sesame', bad]) {
          expect(await codeOf(eve, 'Login', { userName: 'eve', userPassword }), auth).to.equal(206);
        }
      });
    }
  });
});
