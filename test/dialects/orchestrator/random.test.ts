import { expect } from 'chai';
import fc from 'fast-check';
import { endpoints } from '../../../dialects/orchestrator/endpoints.js';
import { RpcClient } from '../../support/rpc-client.js';
import { until } from '../../support/until.js';
import { OrchestratorStage, nothingRemains } from './orchestrator-stage.js';
import type { Answer, OrchestratorClient } from './orchestrator-stage.js';

const clients = 4;
const runs = Number(process.env.RUNS ?? 1_000);
/** The seed: each run of the tests plays the same sequences. */
const seed = Number(process.env.SEED ?? 20_261_121);

const codes = new Set([0, 204, 205, 404, 501, 503, 504, 602, 603, 700, 800, 801, 802, 1301, 1700]);
for (const code of [3001, 3002, 3012, 3014, 4001, 4002]) codes.add(code);

/** One step of a client. `of` and `which` choose among the present users and sessions. */
type Action =
  | { readonly type: 'request'; readonly name: string; readonly content: readonly unknown[] }
  | { readonly type: 'session'; readonly name: string; readonly which: number }
  | { readonly type: 'user'; readonly name: string; readonly of: number; readonly rest: readonly unknown[] }
  | { readonly type: 'guest'; readonly room: string }
  | { readonly type: 'close'; readonly which: number }
  | { readonly type: 'cut' }
  | { readonly type: 'pause' };

const request = (name: string, ...content: readonly unknown[]): Action => ({ type: 'request', name, content });
const names = fc.constantFrom('ada', 'bob', 'eve', '__proto__', '');
const kinds = fc.constantFrom('voice', 'points', '__proto__', '');
const data = fc.constantFrom(Buffer.from('bytes'), 'text', { json: [1] }, '', null, Buffer.alloc(0));
const junk = fc.constantFrom(null, 7, [], {}, 'x', true, { sessionId: {}, userName: [], userDataJson: '{' });
const someName = fc.constantFrom(...endpoints.flatMap(({ names }) => names));

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: names.map((userName) => request('Login', { userName })) },
  { weight: 3, arbitrary: names.map((sessionName) => request('AddSession', { sessionName, scenarioDefinition: {} })) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('session' as const),
      name: fc.constantFrom('JoinSession', 'JoinSession', 'JOIN_SESSION', 'DeleteSession'),
      which: fc.nat(5),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('user' as const),
      name: fc.constantFrom('RegisterForDataStream', 'UnregisterFromDataStream', 'SendSceneEventToUser'),
      of: fc.nat(clients - 1),
      rest: fc.oneof(
        kinds.map((kind) => [kind]),
        data.map((item) => [item]),
      ),
    }),
  },
  { weight: 3, arbitrary: kinds.map((kind) => request('DeclareDataStream', kind)) },
  { weight: 4, arbitrary: fc.tuple(kinds, data).map(([kind, item]) => request('SendData', kind, item)) },
  { weight: 2, arbitrary: data.map((item) => request('SendSceneEventToMaster', item)) },
  { weight: 1, arbitrary: data.map((item) => request('SendSceneEventToAllUsers', item)) },
  { weight: 2, arbitrary: fc.json().map((message) => request('SendMessageToAll', { message })) },
  { weight: 2, arbitrary: fc.json().map((userDataJson) => request('UpdateUserDataJson', { userDataJson })) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(
        'LeaveSession',
        'LeaveSession',
        'Logout',
        'GetSessions',
        'GetSessionInfo',
        'GetUserData',
        'DumpData',
      )
      .map((name) => request(name, {})),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(someName, fc.array(junk, { maxLength: 3 })).map(([name, c]) => request(name, ...c)),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('guest' as const), room: fc.constantFrom('ada', 'bob', 'x') }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('close' as const), which: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant<Action>({ type: 'cut' }) },
  { weight: 2, arbitrary: fc.constant<Action>({ type: 'pause' }) },
);

/** Random conversations from a seeded generator. */
describe('the Orchestrator’s random conversations of valid, invalid and hostile requests', () => {
  const stage = new OrchestratorStage();
  /** Connections stay from one sequence to the next, unless they are cut. */
  const players = new Map<number, OrchestratorClient>();
  before(() => stage.start());
  after(() => stage.stop());

  it(`end with every request answered, one master in each session, and nothing left (${runs} runs)`, async function () {
    this.timeout(300_000);
    const scenario = fc.array(fc.tuple(fc.nat(clients - 1), action), { maxLength: 25 });
    await fc.assert(fc.asyncProperty(scenario, playOut), { numRuns: runs, seed, endOnFailure: true });
    await stage.empty();
    await expectNothingLeft(0);
  });

  async function playOut(steps: readonly (readonly [number, Action])[]): Promise<void> {
    const guests: RpcClient[] = [];
    const answers: Promise<Answer>[] = [];
    const sessions: unknown[] = ['none', '__proto__'];
    const ask = (player: OrchestratorClient, name: string, content: readonly unknown[]): void => {
      const answer = player.ask(name, ...content);
      answers.push(answer);
      void answer.then(
        ({ body }) => {
          if ('sessionId' in body) sessions.push(body.sessionId);
          if ('userId' in body) player.userId = body.userId as string;
        },
        () => undefined,
      );
    };
    for (const [index, step] of steps) {
      const player = players.get(index) ?? (await stage.connect(index % 2 === 0 ? '/orchestrator' : '/'));
      players.set(index, player);
      switch (step.type) {
        case 'request':
          ask(player, step.name, step.content);
          break;
        case 'session':
          ask(player, step.name, [{ sessionId: sessions.at(-1 - (step.which % sessions.length)) }]);
          break;
        case 'user':
          ask(player, step.name, [players.get(step.of)?.userId ?? 'nobody', ...step.rest]);
          break;
        case 'guest': {
          const guest = await RpcClient.connect(`${stage.url}/`);
          guests.push(guest);
          await guest.call('joinRoom', { room: step.room, user: `guest ${guests.length}` });
          for (const room of stage.rooms) if (room.name === step.room) sessions.push(...(await idsOf(player)));
          break;
        }
        case 'close':
          [...stage.rooms][step.which]?.close('an administrator closed it');
          break;
        case 'cut':
          // Waits for the answers to its requests, which could not arrive afterwards.
          await Promise.all(answers);
          player.socket.disconnect();
          players.delete(index);
          break;
        case 'pause':
          await Promise.all(answers);
          break;
      }
    }
    for (const answer of await Promise.all(answers)) expectKnownShape(answer);
    for (const player of players.values()) await expectConsistent(player);
    for (const guest of guests) {
      await guest.call('leaveRoom');
      guest.cut();
    }
    await Promise.all([...players.values()].map((player) => player.ask('Logout', {})));
    for (const player of players.values()) player.notices.splice(0);
    await expectNothingLeft(stage.gateway.state.connections);
  }

  async function expectNothingLeft(connections: number): Promise<void> {
    const expected = JSON.stringify({ ...nothingRemains, clients: connections });
    await until('nothing is left', () => JSON.stringify(stage.remains) === expected);
  }

  /** The ids of all sessions that a client sees; none for a client that is not logged in. */
  async function idsOf(player: OrchestratorClient): Promise<string[]> {
    return Object.keys((await player.ask('GetSessions', {})).body);
  }

  /** Checks that the session of a client equals its room. */
  async function expectConsistent(player: OrchestratorClient): Promise<void> {
    const rooms = [...stage.rooms].filter((room) => room.find(player.userId));
    expect(rooms.length, 'rooms one user is in').to.be.at.most(1);
    const [room] = rooms;
    if (!room) return;
    const { sessionMaster, sessionUsers } = await player.get('GetSessionInfo', {});
    const members = [...room.participants];
    expect(sessionUsers).to.deep.equal(members.map(({ id }) => id));
    const first = members.find(({ attributes }) => attributes.dialect === 'orchestrator');
    expect(sessionMaster).to.equal(first?.id);
  }
});

function expectKnownShape({ error, message, body }: Answer): void {
  expect(codes).to.include(error);
  expect(message).to.be.a('string').and.not.equal('');
  expect(message === 'OK').to.equal(error === 0);
  expect(body).to.be.an('object');
  if (error !== 0) expect(body).to.deep.equal({});
}
