import { expect } from 'chai';
import { texts } from '../../../dialects/orchestrator/errors.js';
import { OrchestratorStage, nothingRemains } from './orchestrator-stage.js';
import type { OrchestratorClient } from './orchestrator-stage.js';

/** The clients: not logged in; in no session; the master, which is administrator; a guest; a member of a closed session. */
type Asker = 'anonymous' | 'loner' | 'master' | 'guest' | 'leftBehind';

interface People extends Record<Asker, OrchestratorClient> {
  readonly session: string;
  /** An empty session of the loner. */
  readonly other: string;
}

type Case = readonly [
  code: number,
  asker: Asker,
  why: string,
  request: string,
  /** A function makes the arguments from the clients. */
  ...content: readonly unknown[],
];

const sessionOf = (people: People): object => ({ sessionId: people.session });
const idOf =
  (who: Asker) =>
  (people: People): string =>
    people[who].userId;
const bytes = Buffer.from('{}');

const cases: readonly Case[] = [
  [204, 'anonymous', 'without a name', 'Login', {}],
  [204, 'anonymous', 'with an empty name', 'Login', { userName: '' }],
  [204, 'anonymous', 'with a name that is no text', 'Login', { userName: 7 }],
  [204, 'anonymous', 'with too long a name', 'Login', { userName: 'x'.repeat(257) }],
  [204, 'anonymous', 'with a name that holds a line break', 'Login', { userName: 'a\nb' }],
  [205, 'anonymous', 'with a name in use', 'Login', { userName: 'master' }],
  ...[
    ['Logout', {}],
    ['GetUserData', {}],
    ['UpdateUserDataJson', { userDataJson: '{}' }],
    ['AddSession', { sessionName: 'x' }],
    ['DeleteSession', {}],
    ['GetSessions', {}],
    ['GetSessionInfo', {}],
    ['JoinSession', {}],
    ['LeaveSession', {}],
    ['SendMessage', {}],
    ['SendMessageToAll', {}],
    ['SendSceneEventToMaster', bytes],
    ['SendSceneEventToUser', 'x', bytes],
    ['SendSceneEventToAllUsers', bytes],
    ['DeclareDataStream', 'k'],
    ['RemoveDataStream', 'k'],
    ['RegisterForDataStream', 'x', 'k'],
    ['UnregisterFromDataStream', 'x', 'k'],
    ['SendData', 'k', bytes],
  ].map(([request, ...content]): Case => [204, 'anonymous', 'before login', request as string, ...content]),
  [404, 'loner', 'without a name', 'AddSession', { scenarioDefinition: {} }],
  [404, 'loner', 'with a name of blanks', 'AddSession', { sessionName: '  ', scenarioDefinition: {} }],
  [404, 'loner', 'with too long a name', 'AddSession', { sessionName: 'x'.repeat(257) }],
  [404, 'loner', 'with a name that holds a bidi mark', 'AddSession', { sessionName: 'a\u202Eb' }],
  [404, 'loner', 'with too long a protocol', 'AddSession', { sessionName: 'x', sessionProtocol: 'x'.repeat(257) }],
  [404, 'loner', 'with a protocol that is not configured', 'AddSession', { sessionName: 'x', sessionProtocol: 'dash' }],
  [404, 'loner', 'for one session too many', 'AddSession', { sessionName: 'x' }],
  [501, 'guest', 'who is not the administrator', 'DeleteSession', sessionOf],
  [503, 'master', 'of an unknown session', 'DeleteSession', { sessionId: 'x' }],
  [503, 'master', 'without a session', 'DeleteSession', {}],
  [503, 'loner', 'to an unknown session', 'JoinSession', { sessionId: '__proto__' }],
  [503, 'loner', 'to no session', 'JoinSession', {}],
  [504, 'master', 'while somebody is inside', 'DeleteSession', sessionOf],
  [602, 'guest', 'while in another', 'JoinSession', ({ other }: People) => ({ sessionId: other })],
  [603, 'guest', 'while in it', 'JoinSession', sessionOf],
  [700, 'leftBehind', 'in a closed session', 'GetSessionInfo', {}],
  [700, 'master', 'to somebody elsewhere', 'SendSceneEventToUser', idOf('loner'), bytes],
  [700, 'guest', 'of somebody elsewhere', 'RegisterForDataStream', idOf('loner'), 'k'],
  [700, 'guest', 'of nobody', 'UnregisterFromDataStream', 'constructor', 'k'],
  ...(['loner', 'leftBehind'] as const).flatMap((asker) =>
    [
      ['SendMessage', { userId: 'x', message: 'm' }],
      ['SendMessageToAll', { message: 'm' }],
      ['SendSceneEventToMaster', bytes],
      ['SendSceneEventToUser', 'x', bytes],
      ['SendSceneEventToAllUsers', bytes],
      ['DeclareDataStream', 'k'],
      ['RemoveDataStream', 'k'],
      ['RegisterForDataStream', 'x', 'k'],
      ['UnregisterFromDataStream', 'x', 'k'],
    ].map(([request, ...content]): Case => [800, asker, 'in no session', request as string, ...content]),
  ),
  [800, 'loner', 'in no session', 'LeaveSession', {}],
  [801, 'master', 'when it is not allowed', 'TerminateOrchestrator'],
  [801, 'anonymous', 'when it is not allowed', 'TERMINATE_ORCHESTRATOR', {}],
  [801, 'master', 'when it is not allowed', 'ResetOrchestrator', {}],
  [801, 'master', 'when it is switched off', 'DumpData', {}],
  [801, 'guest', 'of one stream too many', 'DeclareDataStream', 'third'],
  [801, 'guest', 'for one stream too many', 'RegisterForDataStream', idOf('master'), 'third'],
  [802, 'master', 'to somebody elsewhere', 'SendMessage', (p: People) => ({ userId: p.loner.userId, message: 'm' })],
  [802, 'master', 'to nobody', 'SendMessage', { message: 'm' }],
  [802, 'master', 'too long', 'SendMessage', (p: People) => ({ userId: p.guest.userId, message: 'x'.repeat(16_385) })],
  [801, 'master', 'too long', 'SendMessageToAll', { message: 'x'.repeat(16_385) }],
  [1301, 'loner', 'of nobody', 'GetUserData', { userId: 'x' }],
  [1301, 'loner', 'of what is no id', 'GetUserData', { userId: {} }],
  ...[undefined, '', '{', '7', 'null', '[1]', [1], 7, true, 'x'.repeat(10)].map((userDataJson): Case => {
    return [
      1700,
      'guest',
      `with ${userDataJson === undefined ? 'none' : JSON.stringify(userDataJson)}`,
      'UpdateUserDataJson',
      { userDataJson },
    ];
  }),
  [1700, 'guest', 'with bytes', 'UpdateUserDataJson', { userDataJson: { a: bytes } }],
  [1700, 'guest', 'with too much', 'UpdateUserDataJson', { userDataJson: { a: 'x'.repeat(70_000) } }],
  [
    1700,
    'guest',
    'nested too deeply',
    'UpdateUserDataJson',
    { userDataJson: '{"a":'.repeat(70) + '1' + '}'.repeat(70) },
  ],
  [3002, 'guest', 'without data', 'SendSceneEventToMaster'],
  [3002, 'guest', 'with null', 'SendSceneEventToMaster', null],
  [3002, 'master', 'without data', 'SendSceneEventToUser', idOf('guest')],
  [3002, 'master', 'without data', 'SendSceneEventToAllUsers'],
  [3012, 'guest', 'who is not the master', 'SendSceneEventToUser'],
  [3012, 'guest', 'who is not the master', 'SendSceneEventToAllUsers'],
  [3014, 'master', 'without a user', 'SendSceneEventToUser'],
  [3014, 'master', 'with an empty user', 'SendSceneEventToUser', '', bytes],
  [4001, 'guest', 'without a user', 'RegisterForDataStream'],
  [4001, 'guest', 'without a user', 'UnregisterFromDataStream'],
  [4002, 'guest', 'without a kind', 'DeclareDataStream'],
  [4002, 'guest', 'with an empty kind', 'DeclareDataStream', ''],
  [4002, 'guest', 'with too long a kind', 'DeclareDataStream', 'x'.repeat(257)],
  [4002, 'guest', 'with a kind that holds a control character', 'DeclareDataStream', 'a\u0000b'],
  [4002, 'guest', 'without a kind', 'RemoveDataStream'],
  [4002, 'guest', 'without a kind', 'RegisterForDataStream', idOf('master')],
  [4002, 'guest', 'without a kind', 'UnregisterFromDataStream', idOf('master')],
];

describe('the Orchestrator’s errors', () => {
  const stage = new OrchestratorStage({ orchestrator: { dumpData: false, maxStreams: 2, maxSessions: 1 } });
  let people: People;

  before(async () => {
    await stage.start();
    const leftBehind = await stage.user('left behind');
    const gone = await stage.user('gone');
    await leftBehind.get('JoinSession', { sessionId: await gone.makes('closed') });
    await gone.get('Logout', {});
    const master = await stage.user('master');
    const session = await master.makes('here');
    const guest = await stage.user('guest');
    await guest.get('JoinSession', { sessionId: session });
    for (const kind of ['first', 'second']) {
      await guest.get('DeclareDataStream', kind);
      await guest.get('RegisterForDataStream', master.userId, kind);
    }
    const loner = await stage.user('loner');
    const other = await loner.makes('there');
    await loner.get('LeaveSession', {});
    people = { anonymous: await stage.connect(), loner, master, guest, leftBehind, session, other };
    for (const client of [leftBehind, master, guest, loner]) await client.heard();
  });
  after(async () => {
    await stage.empty();
    expect(stage.remains).to.deep.equal(nothingRemains);
    await stage.stop();
  });

  for (const [code, asker, why, request, ...content] of cases) {
    it(`${code}: ${request} ${why} (${asker})`, async () => {
      const given = content.map((item) =>
        typeof item === 'function' ? (item as (p: People) => unknown)(people) : item,
      );
      const answer = await people[asker].ask(request, ...given);
      expect(answer.error).to.equal(code);
      expect(answer.body).to.deep.equal({});
      expect(answer.message).to.be.a('string').that.is.not.equal('OK');
      for (const who of ['loner', 'master', 'guest', 'leftBehind'] as const) {
        expect(await people[who].heard(), `nobody is told, not ${who}`).to.deep.equal([]);
      }
    });
  }

  it('each code of the table has a case above, except those that are tested elsewhere or never sent', () => {
    const shown = new Set([...cases.map(([code]) => code), 206, 2001, 3001]);
    expect([...shown]).to.have.members(Object.keys(texts).map(Number));
  });

  it('3001: SendSceneEventToMaster cannot happen while a user of this protocol is in the session', async () => {
    expect(await people.guest.code('SendSceneEventToMaster', bytes)).to.equal(0);
    await people.master.next();
  });

  it('gives a commandId back with an error, whatever it is', async () => {
    for (const commandId of [0, 'x', null, { a: [1] }, false]) {
      expect((await people.guest.ask('JoinSession', { commandId })).commandId).to.deep.equal(commandId);
    }
    expect(await people.guest.ask('JoinSession', {})).not.to.have.property('commandId');
  });
});
