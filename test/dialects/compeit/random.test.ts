import fc from 'fast-check';
import { RpcClient } from '../../support/rpc-client.js';
import { Page, endpoint, transports } from './page.js';
import type { Transport } from './page.js';
import { CompeitStage } from './stage.js';

const players = 4;
/** All 2000 of the long run with RUNS=2000. */
const runs = Number(process.env.RUNS ?? 300);
/** The same sequences in each run of the tests; another number for other ones. */
const seed = Number(process.env.SEED ?? 20_261_121);

/** What one of the players does next. */
type Action =
  | { readonly type: 'emit'; readonly name: string; readonly argument: unknown }
  | { readonly type: 'raw'; readonly text: string }
  | { readonly type: 'cut' }
  | { readonly type: 'neighbour'; readonly method: string; readonly params: object }
  | { readonly type: 'pause' };

const room = fc.constantFrom(1, '1', 0, 'two', '__proto__');
const offerSdp = fc.constantFrom('v=0 offer', 'v=0 offer', 'garbage');
const someone = fc.integer({ min: 1, max: 6 });
const junk = fc.constantFrom(null, 7, [], {}, true, 'x', '', -1, 1.5, '__proto__', [[[]]], { toString: 1 }, 9e99);
const candidate = fc.constantFrom({ candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 }, {}, null, 'x');

/** Ids grow for as long as the server runs; `to` and `sender` are counted from the players' first. */
const kurento = fc.oneof(
  { weight: 3, arbitrary: fc.record({ event: fc.constant('send_start'), offerSdp }) },
  { weight: 4, arbitrary: fc.record({ event: fc.constant('receive_start'), offerSdp, sender: someone }) },
  fc.record({ event: fc.constant('send_stop') }),
  fc.record({ event: fc.constant('receive_stop'), sender: fc.oneof(someone, fc.constant(null)) }),
  fc.record({ event: fc.constant('on_ice_candidate'), candidate, sender: fc.oneof(someone, fc.constant(null)) }),
);
const data = fc.oneof(
  fc.string(),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom({ event: 'mute' }, { event: 'unmute' }),
);
const type = fc.constantFrom('chat', 'kurento', 'file', 'drawing', '__proto__', 'constructor');

const emit = (name: string, argument: fc.Arbitrary<unknown>): fc.Arbitrary<Action> =>
  argument.map((value) => ({ type: 'emit', name, argument: value }));
const valid = fc.oneof(
  { weight: 5, arbitrary: emit('join_room', fc.record({ room })) },
  { weight: 8, arbitrary: emit('server_message', fc.record({ type: fc.constant('kurento'), data: kurento })) },
  emit('leave_room', fc.constant({})),
  emit('room_message', fc.record({ type, data })),
  emit('user_message', fc.record({ to: someone, type, data })),
  emit('server_message', fc.record({ type, data })),
);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 12, arbitrary: valid },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('join_room', 'room_message', 'user_message', 'server_message', 'error', '__proto__')
      .chain((name) => emit(name, junk)),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('raw' as const),
      text: fc.constantFrom(
        '0::',
        `0::${endpoint}`,
        `1::${endpoint}`,
        '1::/x',
        '',
        'x',
        '5:::{',
        `5:1+:${endpoint}:{"name":"leave_room","args":[]}`,
        `5::${endpoint}:{"name":"join_room","args":{}}`,
        `5::${endpoint}:null`,
        '\ufffd9\ufffd',
        '9::',
        '7:::1+0',
        `5::${endpoint}:{"name":"room_message","args":[{"type":"x","data":${'['.repeat(9_000)}${']'.repeat(9_000)}}]}`,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Action>({ type: 'cut' }) },
  { weight: 1, arbitrary: fc.constant<Action>({ type: 'pause' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Action>(
      { type: 'neighbour', method: 'joinRoom', params: { user: 'Kay', room: '1' } },
      { type: 'neighbour', method: 'publishVideo', params: { sdpOffer: 'v=0 x', doLoopback: false } },
      { type: 'neighbour', method: 'sendMessage', params: { message: 'hi', userMessage: 'Kay', roomMessage: '1' } },
      { type: 'neighbour', method: 'unpublishVideo', params: {} },
      { type: 'neighbour', method: 'leaveRoom', params: {} },
    ),
  },
);

/** Two thousand conversations nobody would think of, from a seeded generator. */
describe('COMPEIT §2.11 random conversations of valid, invalid and hostile packets', () => {
  const stage = new CompeitStage({
    kurentoRoom: { sessionGraceMs: 1 },
    compeit: { earlyReceiveMs: 5, maxSessionsPerAddress: 0 },
  });
  let url = '';
  before(async () => {
    url = await stage.start();
  });
  after(() => stage.stop());

  it(`end with everybody who is still there being served, and nothing left (${runs} runs)`, async function () {
    this.timeout(600_000);
    const scenario = fc.array(fc.tuple(fc.nat(players - 1), action), { maxLength: 25 });
    await fc.assert(fc.asyncProperty(scenario, playOut), { numRuns: runs, seed, endOnFailure: true });
  });

  async function playOut(steps: readonly (readonly [number, Action])[]): Promise<void> {
    const pages = new Map<number, Page>();
    const neighbour = await RpcClient.connect(`${url}/`);
    let first: number | undefined;
    let asked = 0;
    for (const [index, step] of steps) {
      if (step.type === 'neighbour') {
        asked += 1;
        neighbour.send({ jsonrpc: '2.0', id: asked, method: step.method, params: step.params });
        continue;
      }
      const page = pages.get(index) ?? (await Page.connect(url, transportOf(index)));
      pages.set(index, page);
      first ??= page.id - 1;
      switch (step.type) {
        case 'emit':
          page.emit(step.name, shift(step.argument, first));
          break;
        case 'raw':
          page.raw(step.text);
          break;
        case 'cut':
          page.cut();
          pages.delete(index);
          break;
        case 'pause':
          await new Promise((resolve) => setImmediate(resolve));
          break;
      }
    }
    for (const page of pages.values()) await isServed(page);
    for (const page of pages.values()) page.cut();
    neighbour.cut();
    await stage.nothingRemains();
  }
});

function transportOf(index: number): Transport {
  return index < 2 ? 'websocket' : (transports[index - 1] ?? 'websocket');
}

/** Unless it said good-bye: then its session is over, or its namespace closed. */
async function isServed(page: Page): Promise<void> {
  page.raw(`1::${endpoint}`);
  page.emit('server_message', { type: 'file', data: {} });
  await Promise.race([page.gone(), page.take('server_message', 'error')]);
}

function shift(argument: unknown, first: number): unknown {
  if (typeof argument !== 'object' || argument === null || Array.isArray(argument)) return argument;
  return Object.fromEntries(
    Object.entries(argument).map(([key, value]: [string, unknown]) => {
      if ((key === 'to' || key === 'sender') && typeof value === 'number') return [key, value + first];
      return [key, key === 'data' ? shift(value, first) : value];
    }),
  );
}
