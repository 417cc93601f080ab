import { expect } from 'chai';
import { ClusterError } from '../../../cluster/cluster-error.js';
import { positionText } from '../../../cluster/position.js';
import type { Commit, LoggedFrame, Ownership, WholeRoom } from '../../../cluster/room-store.js';
import { RedisServer } from '../../support/redis-server.js';
import { garden, names, NodeInRedis, turn, whole } from '../rooms-in-redis.js';
import { ModelRedis } from './model-redis.js';
import { Schedule } from './schedule.js';

const runs = 15;
const steps = 60;

describe('The Redis of the model', () => {
  let redis: RedisServer;
  let nodes: NodeInRedis[];

  before(async function () {
    if (!RedisServer.isInstalled) this.skip();
    redis = await RedisServer.start();
    nodes = await Promise.all(['ana', 'ben'].map(async (id) => NodeInRedis.start(redis, id)));
  });

  after(async () => {
    for (const node of nodes) node.die();
    await redis.remove();
  });

  it('answers what the real one answers, and has the same afterwards', async () => {
    for (let seed = 1; seed <= runs; seed += 1) {
      const [first] = nodes;
      await first?.hub.call('FLUSHALL');
      for (const { id, hub } of nodes) await hub.call('HSET', names.node(id), 'state', 'up');
      await compare(new Schedule(seed), seed);
    }
  });

  async function compare(chance: Schedule, seed: number): Promise<void> {
    // Epochs are times: each side has its own, and here they are told apart by their order.
    const epochs = { real: [0], model: [0] };
    const model = new ModelRedis(
      { isIdempotent: true, fences: true },
      () => 1_000,
      30_000,
      (id) => id !== 'gone',
      (id) => id !== 'gone',
      { appended: () => undefined, claimed: () => undefined, closed: () => undefined, removed: () => undefined },
    );
    let seq = 0;
    let last: Commit | undefined;
    const both = async (what: string, real: () => Promise<unknown>, modelled: () => unknown): Promise<void> => {
      const [one, other] = [await outcome(real), await outcome(async () => Promise.resolve(modelled()))];
      expect(other, `seed ${seed}: ${what}`).to.deep.equal(one);
    };
    const ownerships = (which: number): readonly [Ownership, Ownership] => [
      { hash: garden, epoch: epochs.real.at(which) ?? 0 },
      { hash: garden, epoch: epochs.model.at(which) ?? 0 },
    ];
    for (let step = 0; step < steps; step += 1) {
      const node = chance.one(nodes);
      const { id, store } = node;
      const which = chance.happens(0.8) ? -1 : Math.max(-epochs.real.length, -2);
      const [real, modelled] = ownerships(which);
      const dice = chance.random();
      if (dice < 0.2) {
        const [one, other] = [await store.claim(garden, 'garden', ''), model.claim(id, garden, 'garden')];
        if (one.type === 'mine' && !epochs.real.includes(one.epoch)) {
          epochs.real.push(one.epoch);
          epochs.model.push(other.type === 'mine' ? other.epoch : -1);
          seq = 0;
        }
        expect([other.type, other.type === 'mine' && fieldsOf(other.state)], `seed ${seed}: claim`).to.deep.equal([
          one.type,
          one.type === 'mine' && fieldsOf(one.state),
        ]);
      } else if (dice < 0.75) {
        // Some come twice, and some when something before them is missing.
        const from = chance.happens(0.85) ? seq : seq + 1;
        const commit =
          last && chance.happens(0.25)
            ? last
            : turn({
                from,
                entries: chance.happens(0.7) ? [{ slots: '*', frame: String(step) }] : [],
                changes: new Map([[chance.one(['a', 'b', 'c']), chance.happens(0.7) ? String(step) : undefined]]),
                sessions: chance.one([
                  { keep: ['s1'], forget: [] },
                  { keep: [], forget: ['s1'] },
                ]),
                sends: [{ node: chance.one(['ana', 'gone']), text: '[]' }],
              });
        const trim = chance.happens(0.1) ? Math.floor(chance.between(0, seq)) : undefined;
        const trimming = ({ epoch }: Ownership): Commit =>
          trim === undefined ? commit : { ...commit, trim: { epoch, seq: trim } };
        await both(
          `commit ${commit.from}`,
          async () => store.commit(real, trimming(real)),
          () => model.commit(id, modelled, trimming(modelled)),
        );
        last = commit;
        const owner = model.ownerOf(garden);
        if (owner?.node === id && owner.epoch === modelled.epoch && commit.from === seq) seq = commit.to;
      } else if (dice < 0.9) {
        const to = chance.one(['ana', 'ben']);
        // With an older epoch it would depend on the time whether the next one is one more.
        const [now, modelledNow] = ownerships(-1);
        const [one, other] = [
          await outcome(async () => store.handover(now, seq, to)),
          await outcome(async () => Promise.resolve(model.handover(id, modelledNow, seq, to))),
        ];
        expect(typeof other, `seed ${seed}: hand-over`).to.equal(typeof one);
        if (typeof one === 'number' && typeof other === 'number') {
          if (!epochs.real.includes(one)) {
            epochs.real.push(one);
            epochs.model.push(other);
            seq = 0;
          }
        } else expect(other).to.equal(one);
      } else if (dice < 0.95) {
        if (real.epoch === 0) continue;
        const room = ({ epoch }: Ownership): WholeRoom =>
          whole({
            state: new Map([['trimmed', positionText({ epoch, seq })]]),
            log: [{ at: { epoch, seq: seq + 2 }, slots: '*', frame: String(step) }],
            seq: seq + 2,
          });
        await both(
          'rewrite',
          async () => store.rewrite(real, room(real)),
          () => model.rewrite(id, modelled, room(modelled)),
        );
        const owner = model.ownerOf(garden);
        if (owner?.node === id && owner.epoch === modelled.epoch) seq += 2;
      } else {
        await both(
          'close',
          async () => store.close(real),
          () => {
            model.close(id, modelled);
          },
        );
      }
    }
    const [reader] = nodes;
    if (!reader) return;
    const frames = await reader.store.logAfter(garden, { epoch: 0, seq: 0 }, 1_000);
    expect(model.logAfter(garden, { epoch: 0, seq: 0 }, 1_000).map(({ at, frame }) => [at.seq, frame])).to.deep.equal(
      frames.map(({ at, frame }) => [at.seq, frame]),
    );
    for (const [index, epoch] of epochs.real.entries()) {
      for (let at = 0; at <= seq; at += 1) {
        const since = await outcome(async () => reader.store.logSince(garden, { epoch, seq: at }, 1_000));
        const modelled = await outcome(async () =>
          Promise.resolve(model.logSince(garden, { epoch: epochs.model[index] ?? 0, seq: at }, 1_000)),
        );
        const framesOf = (answer: unknown): unknown =>
          Array.isArray(answer) ? answer.map(({ at: place, frame }: LoggedFrame) => [place.seq, frame]) : answer;
        expect(framesOf(modelled), `seed ${seed}: since ${index}-${at}`).to.deep.equal(framesOf(since));
      }
    }
    expect(model.roomOf('s1')).to.equal(await reader.store.roomOf('s1'));
    expect(model.ownerOf(garden)?.node).to.equal((await reader.store.ownerOf(garden))?.node);
  }
});

/** Positions without their epochs. */
function fieldsOf(state: ReadonlyMap<string, string>): string[] {
  return [...state].map(([field, text]) => `${field} ${text.replace(/^\d+-/, '')}`).sort();
}

/** What a call answers, or the code of its error. */
async function outcome(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ClusterError) return error.code;
    throw error;
  }
}
