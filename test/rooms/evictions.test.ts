import { expect } from 'chai';
import { Evictions } from '../../rooms/evictions.js';
import { Rooms } from '../../rooms/index.js';
import type { Newcomer, Participant } from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import { outcomeOf } from '../support/rejection.js';
import { attributesOf } from './stage.js';

/** Rooms whose time passes when a test says so. */
class EvictionStage {
  readonly rooms: Rooms;
  #now = 1_000_000;

  constructor(evictionMs?: number) {
    this.rooms = new Rooms(new FakeMedia(), {
      now: () => this.#now,
      ...(evictionMs !== undefined && { evictionMs }),
    });
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  join(
    id: string,
    { room = 'r1', ...more }: Partial<Newcomer> & { readonly room?: string } = {},
  ): Promise<Participant> {
    return this.rooms.join(room, { id, attributes: attributesOf(id), ...more }, () => () => undefined);
  }

  /** What becomes of a join; a participant that is in leaves again. */
  async tried(...args: Parameters<EvictionStage['join']>): Promise<unknown> {
    const joining = this.join(...args);
    const outcome = await outcomeOf(joining);
    if (outcome === 'no error') (await joining).leave();
    return outcome;
  }
}

describe('a participant that was evicted', () => {
  it('may not be back in that room for 30 s, and others may come; then it may', async () => {
    const stage = new EvictionStage();
    const berta = await stage.join('berta');
    const ana = await stage.join('ana');
    ana.room.evict(ana);
    expect(await stage.tried('ana')).to.equal('evicted');
    expect(await stage.tried('dora')).to.equal('no error');
    expect(await stage.tried('ana', { room: 'r2' })).to.equal('no error');
    stage.pass(29_999);
    expect(await stage.tried('ana')).to.equal('evicted');
    stage.pass(1);
    expect(await stage.tried('ana')).to.equal('no error');
    expect(berta.closed).to.equal(false);
  });

  it('is told how long, and that trying again can help', async () => {
    const stage = new EvictionStage();
    const ana = await stage.join('ana');
    ana.room.evict(ana);
    stage.pass(10_500);
    const error = await stage.join('ana').catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'evicted', retry: true });
    expect((error as Error).message).to.include('20 s');
  });

  it('may not be back either when its room has closed with it, and the refusal opens none', async () => {
    const stage = new EvictionStage();
    const ana = await stage.join('ana');
    ana.room.evict(ana);
    expect(ana.room.closed).to.equal(true);
    expect(await stage.tried('ana')).to.equal('evicted');
    expect(stage.rooms.names).to.deep.equal([]);
  });

  it('is known by its session under another name, and by its identity under another id', async () => {
    const stage = new EvictionStage();
    const session = {};
    const ana = await stage.join('1', { identity: 'ana', session });
    ana.room.evict(ana);
    expect(await stage.tried('2', { identity: 'other', session }), 'session').to.equal('evicted');
    expect(await stage.tried('3', { identity: 'ana', session: {} }), 'identity').to.equal('evicted');
    expect(await stage.tried('1', { identity: 'berta', session: {} }), 'an id that means nothing').to.equal('no error');
  });

  it('may be back at once where EVICTION_MS is 0, and one that left or whose room closed always', async () => {
    const stage = new EvictionStage(0);
    const ana = await stage.join('ana');
    ana.room.evict(ana);
    expect(await stage.tried('ana')).to.equal('no error');
    const other = new EvictionStage();
    (await other.join('ana')).leave();
    (await other.join('ana')).room.close('asked to');
    expect(await other.tried('ana')).to.equal('no error');
  });

  it('is not back by an admission that took its time', async () => {
    let admit = (): void => undefined;
    const rooms = new Rooms(new FakeMedia(), {
      authorize: ({ id }) =>
        id === 'ana'
          ? new Promise<undefined>((resolve) => {
              admit = () => {
                resolve(undefined);
              };
            })
          : undefined,
    });
    const attributes = attributesOf('ana');
    const session = {};
    const again = outcomeOf(rooms.join('r1', { id: 'ana', attributes, session }, () => () => undefined));
    const first = await rooms.join('r1', { id: 'other', attributes, session }, () => () => undefined);
    first.room.evict(first);
    admit();
    expect(await again).to.equal('evicted');
  });
});

describe('the evictions that are kept', () => {
  it('are forgotten when they are over, and are bounded', () => {
    let now = 0;
    const evictions = new Evictions(1_000, () => now);
    for (let id = 0; id < 20_000; id += 1) evictions.evicted('r1', { identity: `${id}`, session: undefined });
    expect(evictions.size).to.equal(10_000);
    now = 1_000;
    evictions.assertMayEnter('r1', { identity: '1', session: undefined });
    expect(evictions.size).to.equal(0);
  });
});
