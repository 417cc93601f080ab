import { expect } from 'chai';
import fc from 'fast-check';
import { Player, expectAnswered } from '../../support/random-players.js';
import type { RpcClient, WireFrame } from '../../support/rpc-client.js';
import { OpenViduStage, joinParams, publishParams, sdpOffer as offer } from './door-stage.js';

const sockets = 5;
const sessions = ['s1', 's2'];
/** All 2000 of the long run with RUNS=2000. */
const runs = Number(process.env.RUNS ?? 120);
/** The seed: each run of the tests plays the same sequences. */
const seed = Number(process.env.SEED ?? 20_261_130);

/** OpenVidu §9, and what is said of a request that cannot be read. */
const knownCodes = new Set([
  ...[-32_700, -32_600, -32_601, -32_602, 40_007, 803, 102, 103, 104, 105, 106, 201, 202, 203, 204, 301, 302, 303, 304],
  ...[401, 405, 406, 407, 600, 601, 800, 997, 999],
]);

/** What REST may answer to anything (§11). */
const knownStatuses = new Set([200, 204, 400, 401, 404, 405, 406, 409, 422, 501, 503]);

/** One step. Numbers say which of those that have been heard of: tokens, connections, streams. */
type Action =
  | { readonly type: 'request'; readonly method: string; readonly params: unknown }
  | { readonly type: 'raw'; readonly text: string }
  | { readonly type: 'repeat' }
  | { readonly type: 'resume'; readonly of: number }
  | { readonly type: 'rest'; readonly method: string; readonly path: string; readonly body: unknown }
  | { readonly type: 'neighbour'; readonly method: string; readonly params: object }
  | { readonly type: 'cut' }
  | { readonly type: 'pause' };

const session = fc.constantFrom(...sessions, 's1', 'nobody', '', '__proto__');
/** Stand for what has been heard of so far: `token 3` is the third token. */
const token = fc.nat(9).map((number) => `token ${number}`);
const connection = fc.oneof(
  { weight: 5, arbitrary: fc.nat(5).map((number) => `connection ${number}`) },
  fc.constantFrom('con_nobody', '', '__proto__'),
);
const stream = fc.oneof(
  { weight: 5, arbitrary: fc.nat(5).map((number) => `stream ${number}`) },
  fc.constantFrom('str_CAM_A000_con_nobody', '', 'con_'),
);
const sdpOffer = fc.constantFrom(offer, offer, 'garbage', '');
const junk = fc.constantFrom(null, 7, [], {}, true, 'x', 'true', -1, '__proto__', '"');

const request = (method: string, params: fc.Arbitrary<unknown>): fc.Arbitrary<{ method: string; params: unknown }> =>
  fc.record({ method: fc.constant(method), params });

const valid = fc.oneof(
  {
    weight: 6,
    arbitrary: request(
      'joinRoom',
      fc.tuple(fc.oneof({ weight: 4, arbitrary: fc.constant('') }, session), token).map(([to, of]) => ({ to, of })),
    ),
  },
  {
    weight: 4,
    arbitrary: request(
      'publishVideo',
      fc
        .record({
          ...{ sdpOffer, doLoopback: fc.boolean(), hasAudio: fc.boolean(), hasVideo: fc.boolean() },
          typeOfVideo: fc.constantFrom('CAMERA', 'SCREEN', 'CUSTOM'),
        })
        .map((some) => ({ ...publishParams, ...some })),
    ),
  },
  { weight: 4, arbitrary: request('receiveVideoFrom', fc.record({ sender: stream, sdpOffer })) },
  request('unsubscribeFromVideo', fc.record({ sender: fc.oneof(connection, stream) })),
  request('unpublishVideo', fc.constant({})),
  request('reconnectStream', fc.record({ stream, sdpString: sdpOffer })),
  request('reconnectStream', fc.record({ stream, sdpOffer, forciblyReconnect: fc.boolean() })),
  request(
    'onIceCandidate',
    fc.record({
      endpointName: connection,
      candidate: fc.constantFrom('', 'candidate:1', 'candidate:1 1 udp 1 192.0.2.1 5 typ host ufrag abcd'),
      sdpMid: fc.constantFrom('0', null),
      sdpMLineIndex: fc.constantFrom(0, null),
    }),
  ),
  request(
    'sendMessage',
    fc
      .record({
        to: fc.array(connection, { maxLength: 2 }),
        data: fc.string(),
        type: fc.constantFrom('signal:chat', 'signal:x'),
      })
      .map((signal) => ({ message: JSON.stringify(signal) })),
  ),
  request('sendMessage', fc.record({ message: fc.constantFrom('', '{}', '[]', 'null', '{"to":7}', '{"data":{}}') })),
  request(
    'streamPropertyChanged',
    fc.record({
      streamId: stream,
      property: fc.constantFrom('audioActive', 'videoActive', 'videoDimensions', 'videoTrack', 'hat'),
      newValue: fc.constantFrom(true, false, '{"width":1,"height":2}', '{', { label: 'camera' }, null),
      reason: fc.constantFrom('publishAudio', ''),
    }),
  ),
  request('forceDisconnect', fc.record({ connectionId: connection })),
  request('forceUnpublish', fc.record({ streamId: stream })),
  request(
    'applyFilter',
    fc.record({
      streamId: stream,
      type: fc.constantFrom('GStreamerFilter', 'FaceOverlayFilter', 'ZBarFilter'),
      options: fc.constantFrom('{"command":"videobalance"}', '{}', '{'),
    }),
  ),
  request(
    'execFilterMethod',
    fc.record({
      streamId: stream,
      method: fc.constantFrom('setElementProperty', 'setOverlayedImage', 'unsetOverlayedImage', ''),
      params: fc.constantFrom('{"propertyName":"hue","propertyValue":"1"}', '{}', '['),
    }),
  ),
  request('removeFilter', fc.record({ streamId: stream })),
  request('videoData', fc.constant({ height: 1, width: 1, videoActive: true, audioActive: true })),
  fc.record({
    method: fc.constantFrom('leaveRoom', 'ping', 'echo', 'connect', 'closeSession', 'prepareReceiveVideoFrom'),
    params: fc.constantFrom({}, null, undefined),
  }),
);

const broken = fc
  .tuple(
    valid,
    fc.constantFrom('sdpOffer', 'sender', 'message', 'endpointName', 'streamId', 'token', 'session', 'hasAudio'),
    junk,
  )
  .map(([{ method, params }, key, value]) => ({ method, params: { ...(params as object), [key]: value } }));

const rest = (method: string, path: fc.Arbitrary<string>, body: fc.Arbitrary<unknown> = fc.constant(undefined)) =>
  fc.record({ type: fc.constant('rest' as const), method: fc.constant(method), path, body });
const allowed = { allowedFilters: ['GStreamerFilter', 'FaceOverlayFilter'] };
const role = fc.constantFrom('SUBSCRIBER', 'PUBLISHER', 'PUBLISHER', 'MODERATOR');
const inSession = (path: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(session, path).map(([of, rest_]) => `sessions/${of}${rest_}`);

const backEnd: fc.Arbitrary<Action> = fc.oneof(
  rest('POST', fc.constant('sessions'), fc.record({ customSessionId: session })),
  {
    weight: 8,
    arbitrary: rest(
      'POST',
      inSession(fc.constant('/connection')),
      fc.record({ role, kurentoOptions: fc.constant(allowed) }),
    ),
  },
  rest('DELETE', inSession(fc.constant(''))),
  rest('DELETE', inSession(connection.map((id) => `/connection/${id}`))),
  rest('DELETE', inSession(stream.map((id) => `/stream/${id}`))),
  rest('PATCH', inSession(connection.map((id) => `/connection/${id}`)), fc.record({ role })),
  rest(
    'POST',
    fc.constant('signal'),
    fc.record({ session, to: fc.array(connection, { maxLength: 2 }), type: fc.constant('chat') }),
  ),
  rest('GET', inSession(fc.constant(''))),
  rest('POST', fc.constantFrom('sessions', 'signal', 'tokens', 'recordings/start'), junk),
);

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 14, arbitrary: valid.map((each): Action => ({ type: 'request', ...each })) },
  { weight: 3, arbitrary: broken.map((each): Action => ({ type: 'request', ...each })) },
  { weight: 8, arbitrary: backEnd },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('request' as const),
      method: fc.constantFrom('nope', '__proto__', 'constructor', 'customRequest', 'sessionStatus'),
      params: junk,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('raw' as const),
      text: fc.constantFrom('{', '[]', 'null', '"x"', '{"id":5}', '{"method":1,"id":2}', '{"method":"ping","id":{}}'),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Action>({ type: 'repeat' }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('resume' as const), of: fc.nat(sockets - 1) }) },
  { weight: 1, arbitrary: fc.constant<Action>({ type: 'cut' }) },
  { weight: 2, arbitrary: fc.constant<Action>({ type: 'pause' }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Action>(
      { type: 'neighbour', method: 'joinRoom', params: { user: 'Kay', room: 's1' } },
      { type: 'neighbour', method: 'publishVideo', params: { sdpOffer: 'v=0 x', doLoopback: false } },
      { type: 'neighbour', method: 'sendMessage', params: { message: 'hi', userMessage: 'Kay', roomMessage: 's1' } },
      { type: 'neighbour', method: 'unpublishVideo', params: {} },
      { type: 'neighbour', method: 'leaveRoom', params: {} },
    ),
  },
);

/** All that the back end and the pages have heard of in one scenario. */
class Known {
  readonly tokens: { readonly session: string; readonly token: string }[] = [];
  readonly connections: string[] = [];
  readonly streams: string[] = [];

  /** Puts what has been heard of in the place of `stream 3` and its like. */
  put(value: unknown): unknown {
    if (value === undefined) return undefined;
    const text = JSON.stringify(value).replace(
      /(connection|stream) (\d)/g,
      (_all, kind: string, number: string) =>
        (kind === 'stream' ? this.streams : this.connections)[Number(number)] ?? kind,
    );
    return JSON.parse(text) as unknown;
  }

  /** What openvidu-browser sends, with the token that is meant. Otherwise what there is. */
  params(method: string, params: unknown): unknown {
    if (method !== 'joinRoom') return this.put(params);
    const { to = '', of = '', ...broken_ } = params as { readonly to?: string; readonly of?: string };
    const found = this.tokens[Number(of.split(' ')[1])];
    return {
      ...joinParams(to || (found?.session ?? 's1'), found?.token ?? 'wss://h?sessionId=s1&token=tok_x'),
      ...broken_,
    };
  }

  learn(frame: WireFrame): void {
    const { id } = frame.result ?? {};
    if (typeof id !== 'string') return;
    const list = id.startsWith('str_') ? this.streams : this.connections;
    if (!list.includes(id)) list.push(id);
  }
}

describe('OpenVidu §18 random conversations of valid, invalid and hostile requests, of pages and of their back end', () => {
  const stage = new OpenViduStage();
  before(async () => {
    stage.media.hasFilters = true;
    await stage.start();
  });
  after(() => stage.stop());

  it(`end with every request answered once, in a known shape, and nothing left (${runs} runs)`, async function () {
    this.timeout(240_000);
    const scenario = fc.array(fc.tuple(fc.nat(sockets - 1), action), { maxLength: 40 });
    await fc.assert(fc.asyncProperty(scenario, playOut), { numRuns: runs, seed, endOnFailure: true });
  });

  async function playOut(steps: readonly (readonly [number, Action])[]): Promise<void> {
    const players = new Map<number, Player>();
    const known = new Known();
    // So that most joins have a chance.
    for (const of of sessions) {
      for (let number = 0; number < 3; number += 1) {
        const more = { ...(number === 0 && { role: 'MODERATOR' }), ...(number < 2 && { kurentoOptions: allowed }) };
        known.tokens.push({ session: of, token: await stage.token(of, more) });
      }
    }
    let neighbour: RpcClient | undefined;
    let nextId = 1;
    for (const [index, step] of steps) {
      for (const { client } of players.values()) for (const frame of client.frames) known.learn(frame);
      if (step.type === 'neighbour') {
        neighbour ??= await stage.neighbour();
        neighbour.send({ jsonrpc: '2.0', id: nextId++, method: step.method, params: step.params });
        continue;
      }
      if (step.type === 'rest') {
        await ask(step, known);
        continue;
      }
      const player = players.get(index) ?? new Player(await stage.connect());
      players.set(index, player);
      switch (step.type) {
        case 'request':
          player.ask(nextId++, step.method, known.params(step.method, step.params));
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
          const sessionId = owner?.client.frames
            .map(({ result }) => result?.sessionId)
            .findLast((id) => id !== undefined);
          for (const moved of [player, owner]) if (moved) moved.excused = true;
          player.ask(nextId++, 'connect', { sessionId: sessionId ?? 'unknown', reconnect: true });
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
    await stage.empty();
  }

  async function ask({ method, path, body }: Action & { type: 'rest' }, known: Known): Promise<void> {
    const to = String(known.put(path));
    const { status, body: answer } = await stage.rest(method, to, known.put(body));
    expect(knownStatuses, `${method} ${to} ${JSON.stringify(body)}: ${status}`).to.include(status);
    const { token: made, sessionId: of } = answer ?? {};
    if (method === 'POST' && typeof made === 'string') known.tokens.push({ session: String(of), token: made });
  }
});
