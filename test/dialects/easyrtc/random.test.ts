import { expect } from 'chai';
import fc from 'fast-check';
import { errorTexts } from '../../../dialects/easyrtc/errors.js';
import type { RpcClient } from '../../support/rpc-client.js';
import { EasyRtcStage } from './stage.js';
import { codeOf } from './test-client.js';
import type { TestClient, Wire } from './test-client.js';

const sockets = 5;
/** RUNS=2000 for the long run. */
const runs = Number(process.env.RUNS ?? 300);
/** The seed: each run of the tests plays the same sequences. */
const seed = Number(process.env.SEED ?? 20_261_121);

const knownAnswers = new Set<string>([...Object.keys(errorTexts), 'ack', 'token', 'roomData', 'roomList', 'iceConfig']);

type Action =
  | { readonly type: 'ask'; readonly event: 'easyrtcAuth' | 'easyrtcCmd' | 'easyrtcMsg'; readonly message: unknown }
  | { readonly type: 'say'; readonly event: string; readonly args: readonly unknown[] }
  /** In `target` the number of a socket stands for its id. */
  | {
      readonly type: 'to';
      readonly target: number;
      readonly event: 'easyrtcCmd' | 'easyrtcMsg';
      readonly message: object;
    }
  | { readonly type: 'speaker'; readonly room: string }
  | { readonly type: 'close'; readonly room: string }
  | { readonly type: 'evict'; readonly room: string }
  | { readonly type: 'cut' };

const room = fc.constantFrom('default', 'one', 'two', '__proto__', 'a b', '');
const junk = fc.constantFrom<unknown>(null, 7, [], {}, true, 'x', [[]], '__proto__', { length: 0 }, Buffer.from('x'));
const roomMap = fc
  .array(fc.tuple(room, fc.oneof({ weight: 8, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: junk })), {
    maxLength: 3,
  })
  .map((entries) =>
    Object.fromEntries(entries.map(([roomName, fine]) => [roomName, fine === true ? { roomName } : fine])),
  );
const fineLogin = fc.record(
  {
    applicationName: fc.constantFrom('default', 'demo', 'constructor'),
    username: fc.constantFrom('ana', 'ben', 'kurt'),
    easyrtcsid: fc.constantFrom('s1', '__proto__'),
    roomJoin: roomMap,
    setPresence: fc.constantFrom({ show: 'away' }, { status: 'x' }),
  },
  { requiredKeys: [] },
);
const authentication = fineLogin.map((data) => ({ msgType: 'authenticate', msgData: { apiVersion: '1', ...data } }));
const fine = fc.oneof(
  fc.record({ msgType: fc.constantFrom('getRoomList', 'getIceConfig') }),
  roomMap.map((roomJoin) => ({ msgType: 'roomJoin', msgData: { roomJoin } })),
  roomMap.map((roomLeave) => ({ msgType: 'roomLeave', msgData: { roomLeave } })),
  fc.constant({ msgType: 'setPresence', msgData: { setPresence: { show: 'dnd', type: { a: 1 } } } }),
  fc.record({ roomName: room, field: junk }).map((setRoomApiField) => ({
    msgType: 'setRoomApiField',
    msgData: { setRoomApiField },
  })),
  fc.constant({ msgType: 'setUserCfg', msgData: { setUserCfg: { userSettings: { a: 1 } } } }),
);
const broken = fc
  .tuple(fc.oneof(fine, authentication), fc.constantFrom('msgType', 'msgData', 'targetRoom', 'targetEasyrtcid'), junk)
  .map(([message, key, value]) => ({ ...message, [key]: value }));
const event = fc.constantFrom('easyrtcAuth' as const, 'easyrtcCmd' as const, 'easyrtcMsg' as const);
const target = fc.nat(sockets - 1);

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: authentication.map((message): Action => ({ type: 'ask', event: 'easyrtcAuth', message })),
  },
  { weight: 8, arbitrary: fine.map((message): Action => ({ type: 'ask', event: 'easyrtcCmd', message })) },
  {
    weight: 2,
    arbitrary: fc.tuple(event, broken).map(([name, message]): Action => ({ type: 'ask', event: name, message })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(event, junk).map(([name, message]): Action => ({ type: 'ask', event: name, message })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('say' as const),
      event: fc.constantFrom('easyrtcAuth', 'easyrtcCmd', 'easyrtcMsg', 'easyrtcOther', '__proto__'),
      args: fc.array(junk, { maxLength: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('to' as const),
      target,
      event: fc.constantFrom('easyrtcCmd' as const, 'easyrtcMsg' as const),
      message: fc.constantFrom(
        { msgType: 'offer', msgData: { sdp: '' } },
        { msgType: 'hangup' },
        { msgType: 'message', msgData: 'hello' },
        { msgType: 'message', msgData: null, targetRoom: 'default' },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: room.map((targetRoom): Action => ({
      type: 'ask',
      event: 'easyrtcMsg',
      message: { msgType: 'message', msgData: 'hello', targetRoom },
    })),
  },
  { weight: 1, arbitrary: fc.constantFrom('default', 'one').map((name): Action => ({ type: 'speaker', room: name })) },
  { weight: 1, arbitrary: fc.constantFrom('default', 'one').map((name): Action => ({ type: 'close', room: name })) },
  { weight: 1, arbitrary: fc.constantFrom('default', 'one').map((name): Action => ({ type: 'evict', room: name })) },
  { weight: 1, arbitrary: fc.constant<Action>({ type: 'cut' }) },
);

/** Random conversations from a seeded generator. */
describe('EasyRTC §15 random conversations of valid, invalid and hostile messages', () => {
  const stage = EasyRtcStage.use({ easyrtc: { roomMaxConnections: 3 }, evictionMs: 0 });

  it(`end with everything answered once, in a known shape, and nothing left (${runs} runs)`, async function () {
    this.timeout(300_000);
    const scenario = fc.array(fc.tuple(target, action), { maxLength: 25 });
    await fc.assert(fc.asyncProperty(scenario, playOut), { numRuns: runs, seed, endOnFailure: true });
  });

  async function playOut(steps: readonly (readonly [number, Action])[]): Promise<void> {
    const clients = new Map<number, TestClient>();
    const answers: Promise<Wire | 'closed'>[] = [];
    const speakers: RpcClient[] = [];
    for (const [index, step] of steps) {
      const client = clients.get(index) ?? (await stage.connect());
      clients.set(index, client);
      const ask = (name: 'easyrtcAuth' | 'easyrtcCmd' | 'easyrtcMsg', message: unknown): void => {
        const answer = client.ask(name, message).then((reply) => {
          if (reply.msgType === 'token') client.id = String(reply.msgData?.easyrtcid);
          return reply;
        });
        answers.push(Promise.race([answer, client.closed.then(() => 'closed' as const)]));
        answer.catch(() => undefined);
      };
      switch (step.type) {
        case 'ask':
          ask(step.event, step.message);
          break;
        case 'say':
          client.socket.emit(step.event, ...step.args);
          break;
        case 'to':
          ask(step.event, { ...step.message, targetEasyrtcid: clients.get(step.target)?.id ?? 'nobody' });
          break;
        case 'speaker':
          if (speakers.length < 2 && !stage.rooms.find(step.room)?.findByName(`kurt${speakers.length}`)) {
            speakers.push(await stage.speaker(`kurt${speakers.length}`, step.room));
          }
          break;
        case 'close':
          stage.rooms.find(step.room)?.close('random');
          break;
        case 'evict': {
          const found = stage.rooms.find(step.room);
          const [first] = found?.participants ?? [];
          if (first) found?.evict(first);
          break;
        }
        case 'cut':
          client.cut();
          clients.delete(index);
          break;
      }
    }
    for (const answer of await Promise.all(answers)) {
      if (answer === 'closed') continue;
      expect(knownAnswers, JSON.stringify(answer)).to.include(codeOf(answer));
      expect(answer.serverTime).to.be.a('number');
    }
    await stage.clear();
  }
});
