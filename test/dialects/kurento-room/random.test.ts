import fc from 'fast-check';
import {
  invalidParams,
  invalidRequest,
  invalidSession,
  methodNotFound,
  parseError,
  roomErrors,
} from '../../../dialects/kurento-room/errors.js';
import { Player, expectAnswered } from '../../support/random-players.js';
import { RpcClient } from '../../support/rpc-client.js';
import { RoomStack, nothingRemains } from '../../support/room-stack.js';
import { until } from '../../support/until.js';

const sockets = 8;
/** All 2000 of the long run with RUNS=2000. */
const runs = Number(process.env.RUNS ?? 600);
/** The seed: each run of the tests plays the same sequences. */
const seed = Number(process.env.SEED ?? 20_261_120);

const knownCodes = new Set<number>([
  ...Object.values(roomErrors).map(({ code }) => code),
  parseError,
  invalidRequest,
  methodNotFound,
  invalidParams,
  invalidSession,
  999,
]);

/** One step of a socket. */
type Action =
  | { readonly type: 'request'; readonly method: string; readonly params: unknown }
  | { readonly type: 'raw'; readonly text: string }
  | { readonly type: 'repeat' }
  | { readonly type: 'resume'; readonly of: number }
  | { readonly type: 'cut' }
  | { readonly type: 'pause' };

const user = fc.constantFrom('ana', 'berta', 'a_b', '', '__proto__');
const room = fc.constantFrom('r1', 'r2', '');
const offer = fc.constantFrom('v=0 offer', 'v=0 offer', 'garbage');
const sender = fc.constantFrom('ana_webcam', 'berta_webcam', 'a_b_webcam', 'nobody_webcam', '_', '');
const junk = fc.constantFrom(null, 7, [], {}, true, 'x', 'true', -1, '__proto__');

const valid = fc.oneof(
  { weight: 4, arbitrary: fc.record({ method: fc.constant('joinRoom'), params: fc.record({ user, room }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      method: fc.constant('publishVideo'),
      params: fc.record({ sdpOffer: offer, doLoopback: fc.boolean() }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ method: fc.constant('receiveVideoFrom'), params: fc.record({ sender, sdpOffer: offer }) }),
  },
  fc.record({ method: fc.constant('unpublishVideo'), params: fc.constant({}) }),
  fc.record({ method: fc.constant('unsubscribeFromVideo'), params: fc.record({ sender }) }),
  fc.record({
    method: fc.constant('onIceCandidate'),
    params: fc.record({
      endpointName: user,
      candidate: fc.constantFrom('', 'candidate:1'),
      sdpMid: fc.constantFrom('0', null),
      sdpMLineIndex: fc.constantFrom(0, '1', null),
    }),
  }),
  fc.record({
    method: fc.constant('sendMessage'),
    params: fc.record({ message: fc.string(), userMessage: user, roomMessage: room }),
  }),
  fc.record({
    method: fc.constant('customRequest'),
    params: fc.record({ hat: fc.constantFrom(true, 'true', false, 7) }),
  }),
  fc.record({
    method: fc.constantFrom('leaveRoom', 'ping', 'connect', 'closeSession', 'customRequest'),
    params: fc.constantFrom({}, null),
  }),
);

const broken = fc
  .tuple(
    valid,
    fc.constantFrom('user', 'room', 'sdpOffer', 'sender', 'message', 'endpointName', 'sessionId', 'doLoopback'),
    junk,
  )
  .map(([{ method, params }, key, value]) => ({ method, params: { ...(params as object), [key]: value } }));

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 12, arbitrary: valid.map((request): Action => ({ type: 'request', ...request })) },
  { weight: 3, arbitrary: broken.map((request): Action => ({ type: 'request', ...request })) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('request' as const),
      method: fc.constantFrom('nope', '__proto__', 'constructor', 'toString'),
      params: junk,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('raw' as const),
      text: fc.constantFrom(
        '{',
        '[]',
        'null',
        '"x"',
        '{"jsonrpc":"2.0"}',
        '{"id":5}',
        '{"method":1,"id":2}',
        '{"method":"ping","id":{}}',
        '{"result":1,"id":3}',
        '[{"method":"ping","id":1}]',
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Action>({ type: 'repeat' }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('resume' as const), of: fc.nat(sockets - 1) }) },
  { weight: 1, arbitrary: fc.constant<Action>({ type: 'cut' }) },
  { weight: 2, arbitrary: fc.constant<Action>({ type: 'pause' }) },
);

/** Random conversations from a seeded generator. */
describe('Kurento Room §1.2, §1.7 and §6 random conversations of valid, invalid and hostile requests', () => {
  const stack = new RoomStack({ kurentoRoom: { sessionGraceMs: 1 } });
  let url = '';
  before(async () => {
    stack.media.hasFilters = true;
    url = await stack.start();
  });
  after(() => stack.stop());

  it(`end with every request answered once, in a known shape, and nothing left (${runs} runs)`, async function () {
    this.timeout(180_000);
    const scenario = fc.array(fc.tuple(fc.nat(sockets - 1), action), { maxLength: 30 });
    await fc.assert(fc.asyncProperty(scenario, playOut), { numRuns: runs, seed, endOnFailure: true });
  });

  async function playOut(steps: readonly (readonly [number, Action])[]): Promise<void> {
    const players = new Map<number, Player>();
    let nextId = 1;
    for (const [index, step] of steps) {
      const player = players.get(index) ?? new Player(await RpcClient.connect(url));
      players.set(index, player);
      switch (step.type) {
        case 'request':
          player.ask(nextId++, step.method, step.params);
          break;
        case 'raw':
          player.client.send(step.text);
          break;
        case 'repeat': {
          const id = [...player.asked.keys()].at(-1);
          if (id !== undefined) player.again(id);
          break;
        }
        case 'resume': {
          const owner = players.get(step.of);
          const known = owner?.client.frames.map(({ result }) => result?.sessionId).findLast((id) => id !== undefined);
          for (const moved of [player, owner]) if (moved) moved.excused = true;
          player.ask(nextId++, 'connect', { sessionId: known ?? 'unknown' });
          break;
        }
        case 'cut':
          player.client.cut();
          players.delete(index);
          break;
        case 'pause':
          await new Promise((resolve) => setImmediate(resolve));
          break;
      }
    }
    for (const player of players.values()) await expectAnswered(player, knownCodes);
    for (const { client } of players.values()) client.cut();
    await until('nothing is left', () => JSON.stringify(stack.remains) === JSON.stringify(nothingRemains));
  }
});
