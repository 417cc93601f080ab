import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { systemClock } from '../../cluster/clock.js';
import { ElsewhereError } from '../../cluster/cluster-error.js';
import { roomHash } from '../../cluster/names.js';
import { ClusterNode } from '../../cluster/node.js';
import { OwnedRooms } from '../../cluster/owned-rooms.js';
import type { OwnedRoomsParts } from '../../cluster/owned-rooms-parts.js';
import { noRelay } from '../../cluster/room-relay.js';
import { texts } from '../../cluster/texts.js';
import { FencedEngine } from '../../media/fenced.js';
import { Rooms, roles } from '../../rooms/index.js';
import type { Participant } from '../../rooms/index.js';
import { attributesOf } from '../rooms/stage.js';
import { Play, action, prelude } from '../rooms/play.js';
import { FakeMedia } from '../support/fake-media.js';
import { RecordingLog } from '../support/recording-log.js';
import { RedisServer } from '../support/redis-server.js';
import { outcomeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { names, nodeSettings } from './rooms-in-redis.js';

const runs = Number(process.env.RUNS ?? 3);
const seed = Number(process.env.SEED ?? 20_261_129);
const offer = 'v=0\r\nm=audio 9 RTP 111\r\na=mid:0\r\na=sendonly\r\n';
const recordOf = ({ id }: Participant): unknown => ({ id });
const moderator = { administrator: 'test', bearer: { grantsIn: () => roles.MODERATOR } };

/** A node with all its parts but media servers and clients. */
class Owner {
  readonly log = new RecordingLog();
  readonly owned = new OwnedRooms(systemClock, this.log);
  readonly node: ClusterNode;
  readonly engine: FencedEngine;
  readonly rooms: Rooms;

  private constructor(node: (owned: OwnedRooms) => ClusterNode, media: FakeMedia) {
    this.node = node(this.owned);
    this.engine = new FencedEngine(media, {
      isUp: true,
      ...{ waitMs: 0, clock: systemClock },
      after: (room, effect) => {
        this.owned.after(room, effect);
      },
    });
    this.rooms = new Rooms(this.engine, { journal: this.owned, fetch: (name) => this.owned.fetch(name) });
  }

  static async start(redis: RedisServer, media = new FakeMedia()): Promise<Owner> {
    let taking: OwnedRooms | undefined;
    const node = await ClusterNode.start(
      nodeSettings(redis.url),
      {
        facts: () => ({ rooms: 0, sockets: 0, lag: 0, media: new Set(), load: new Map() }),
        frozen: () => undefined,
        up: () => {
          taking?.up();
        },
        taken: async (room) => taking?.taken(room),
      },
      new RecordingLog(),
    );
    return new Owner((owned) => {
      taking = owned;
      return node;
    }, media);
  }

  begin(given: Partial<OwnedRoomsParts> = {}): this {
    const { node, rooms, engine } = this;
    const media = {
      serversOf: (pipeline: string) => [`ws://of/${pipeline.replaceAll(' ', '-')}`],
      stepDown: (room: string) => {
        engine.stepDown(room);
      },
      discard: (room: string, pipeline: string | undefined) => {
        engine.discard(room, pipeline);
      },
    };
    this.owned.begin({
      node,
      rooms,
      recordOf,
      comeBack: () => ({ outbox: () => undefined }),
      media,
      summaryOf: () => '{}',
      unlisted: () => undefined,
      ...given,
    });
    return this;
  }

  async join(room: string, id: string): Promise<Participant> {
    return this.rooms.join(room, { id, attributes: attributesOf(id) }, () => () => undefined);
  }

  async stateOf(room: string): Promise<ReadonlyMap<string, string>> {
    return texts.parse(await this.node.hub.call('HGETALL', names.state(roomHash(room))));
  }

  /** As `kill -9`. */
  die(): void {
    this.node.journals.close();
    this.node.directory.close();
    this.node.hub.close();
    // It can say nothing to Redis any more, and its timers end.
    void this.node.membership.close();
  }
}

describe('The rooms that a node owns', () => {
  let redis: RedisServer;
  const owners: Owner[] = [];

  before(async function () {
    if (!RedisServer.isInstalled) this.skip();
    redis = await RedisServer.start();
  });

  afterEach(async () => {
    for (const owner of owners.splice(0)) {
      owner.rooms.close('the test is over');
      await owner.owned.close(1_000);
      await owner.node.close();
    }
  });

  after(async () => {
    if (RedisServer.isInstalled) await redis.remove();
  });

  async function start(given: Partial<OwnedRoomsParts> = {}, media?: FakeMedia): Promise<Owner> {
    const owner = (await Owner.start(redis, media)).begin(given);
    owners.push(owner);
    return owner;
  }

  /** It is dead for all others, at once. */
  async function kill(owner: Owner, other: Owner): Promise<void> {
    owners.splice(owners.indexOf(owner), 1);
    await other.node.hub.call('DEL', names.node(owner.node.id));
    await other.node.hub.call('ZADD', names.nodes, 0, owner.node.id);
    owner.die();
  }

  it(`are in Redis after each commit what they are in memory, whatever happens in them (${runs} runs)`, async function () {
    this.timeout(120_000);
    let rooms = new Rooms(new FakeMedia());
    const present = {
      find: (name: string) => rooms.find(name),
      letGo: (name?: string) => {
        rooms.letGo(name);
      },
      restoreRefusals: () => undefined,
      restoreRoom: () => undefined,
    };
    const { owned, node } = await start({ rooms: present });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 40 }), async (actions) => {
        const play: Play = new Play(
          {
            journal: owned,
            engineOn: (media) =>
              new FencedEngine(media, {
                isUp: true,
                ...{ waitMs: 0, clock: systemClock },
                after: (room, effect) => {
                  owned.after(room, effect);
                },
              }),
            own: async (room) => owned.own(room),
            settle: async () => {
              await Promise.all(['r1', 'r2'].map(async (room) => owned.committed(room)));
            },
            kept: async () => {
              const all = await Promise.all(
                ['r1', 'r2'].map(async (room) => {
                  const answer = await node.hub.call('HGETALL', names.state(roomHash(room)));
                  return [room, texts.parse(answer)] as const;
                }),
              );
              return new Map(all.filter(([, state]) => state.has('room')));
            },
          },
          ['ws://a', 'ws://b'],
        );
        ({ rooms } = play);
        for (const each of prelude) await play.act(each);
        for (const [index, each] of actions.entries()) {
          await play.act(each);
          await play.check(`after action ${index}, ${JSON.stringify(each)}`);
        }
        play.rooms.close('the test is over');
        await until(
          'nothing is left in Redis',
          async () => (await node.hub.call('EXISTS', names.owner(roomHash('r1')))) === 0,
        );
        await until('all is released', () => play.allocated === 0);
      }),
      { seed, numRuns: runs, endOnFailure: true },
    );
  });

  it('are claimed by one of those that want them, which the others are told', async () => {
    const one = await start();
    const other = await start();
    const [first, second] = await Promise.all([one.owned.own('r'), one.owned.own('r')]);
    expect(first).to.equal(second);
    const error: unknown = await other.owned.own('r').catch((reason: unknown) => reason);
    if (!(error instanceof ElsewhereError)) throw new Error('nobody was refused');
    expect(error.owner.node).to.equal(one.node.id);
    await one.join('r', 'ana');
    expect(one.rooms.find('r')?.size).to.equal(1);
  });

  it('are waited for by somebody that comes while Redis does not answer', async () => {
    const { rooms, node } = await start();
    await redis.kill();
    await until('it is noticed', () => node.membership.state === 'frozen');
    const opening = rooms.open('waited for', {});
    await redis.start();
    expect((await opening).name).to.equal('waited for');
  });

  it('that nobody opens are given back', async () => {
    const one = await start();
    const other = await start();
    await one.owned.own('r');
    one.owned.unused('r');
    await until('it is given back', () => one.owned.find('r') === undefined);
    await until('another one has it', async () =>
      other.owned.own('r').then(
        () => true,
        () => false,
      ),
    );
    await other.join('r', 'ana');
    other.owned.unused('r');
    await turn();
    await turn();
    expect(other.owned.find('r')?.name).to.equal('r');
  });

  it('keep their journal when they are opened again before it is closed', async () => {
    let idle = (): void => undefined;
    const relay = { ...noRelay, idle: () => new Promise<void>((resolve) => (idle = resolve)) };
    const { owned, rooms, join, stateOf } = bound(await start({ relay }));
    await join('r', 'ana');
    const { journal } = await owned.own('r');
    await journal.committed();
    rooms.find('r')?.close('over');
    await journal.committed();
    expect([...(await stateOf('r')).keys()]).to.deep.equal([]);
    await join('r', 'ben');
    await journal.committed();
    idle();
    await turn();
    expect((await owned.own('r')).journal).to.equal(journal);
    expect([...(await stateOf('r')).keys()].sort()).to.deep.equal(['m:2', 'media', 'room']);
    rooms.find('r')?.close('over');
    await turn();
    idle();
    await until('it is closed', () => owned.find('r') === undefined);
  });

  it('go to another node when theirs is dead, with its bans and evictions; so do the names of rooms that are closed', async () => {
    const media = new FakeMedia();
    const one = await start({}, media);
    const other = await start({}, media);
    const ana = await one.join('r', 'ana');
    const ben = await one.join('r', 'ben');
    (await ana.publish(offer)).announce();
    one.rooms.find('r')?.moderatedBy(moderator).ban({ name: 'mallory' }, 60_000);
    ben.room.evict(ben);
    const ofClosed = await one.join('s', 'cleo');
    ofClosed.room.moderatedBy(moderator).ban({ name: 'mallory' }, -1);
    ofClosed.room.evict(ofClosed);
    await (await one.owned.own('r')).journal.committed();
    await until('the other room is closed', () => one.owned.find('s') === undefined);
    const before = [...media.endpoints].map(({ record }) => record);
    await kill(one, other);
    await until('the room is there', () => other.rooms.find('r') !== undefined);
    const refused = async (room: string, id: string): Promise<unknown> => outcomeOf(other.join(room, id));
    expect(await refused('r', 'mallory')).to.equal('banned');
    expect(await refused('r', 'ben')).to.equal('evicted');
    expect(await refused('s', 'cleo')).to.equal('evicted');
    expect(await refused('s', 'mallory'), 'that ban was for the life of the room').to.equal('no error');
    expect([...media.endpoints].map(({ record }) => record)).to.deep.equal(before);
    expect((await other.stateOf('r')).get('media')).to.match(/^ws:\/\/of\/fake-\d+$/);
  });

  it('have what dialects keep with them at each node: nobody need be in them', async () => {
    const one = await start();
    const other = await start();
    const seen: unknown[] = [];
    other.rooms.watch({
      roomOpened: () => undefined,
      happened: () => undefined,
      restoring: (room) => seen.push([other.rooms.find(room.name), Object.fromEntries(room.kept('test').entries())]),
      restored: (room) => seen.push(room.name),
    });
    const room = await one.rooms.open('r', { keptOpenBy: 'test' });
    room.kept('test').set('session', { createdAt: 1 });
    room.kept('test').set('con:1', 'as it was');
    const { journal } = await one.owned.own('r');
    await journal.committed();
    room.kept('test').set('con:1', ['as', 'it', 'is']);
    await journal.committed();
    expect((await one.stateOf('r')).get('d:test:con:1')).to.equal('["as","it","is"]');
    await one.owned.handOver('r', other.node.id);
    await other.owned.ownGiven(roomHash('r'));
    expect(seen).to.deep.equal([[undefined, { session: { createdAt: 1 }, 'con:1': ['as', 'it', 'is'] }], 'r']);
    other.rooms.find('r')?.kept('test').delete('con:1');
    await other.owned.committed('r');
    await kill(other, one);
    await until('the room is there', () => one.rooms.find('r') !== undefined);
    const values = one.rooms.find('r')?.kept('test');
    expect([...(values?.entries() ?? [])]).to.deep.equal([['session', { createdAt: 1 }]]);
    expect(values?.keepsOpen).to.equal(true);
    if (values) values.keepsOpen = false;
    await until('it has ended', async () => (await one.node.hub.call('EXISTS', names.state(roomHash('r')))) === 0);
    const again = await one.join('r', 'ana');
    expect([...again.room.kept('test').entries()]).to.deep.equal([]);
  });

  it("go to another node with the endpoint that a publication has now, and the former one is nobody's", async () => {
    const media = new FakeMedia();
    const one = await start({}, media);
    const other = await start({}, media);
    const [ana, ben] = [await one.join('lane', 'ana'), await one.join('lane', 'ben')];
    (await ana.publish(offer)).announce();
    await ben.subscribe(ana, offer);
    const { journal } = await one.owned.own('lane');
    await journal.committed();
    const before = [...media.endpoints].map(({ record }) => record);
    await ana.reopen(offer);
    await journal.committed();
    const now = [...media.endpoints].map(({ record }) => record);
    expect(now, 'the former one is released after the commit').to.have.length(2).and.include(before[1]);
    // The next one is made, and this node dies before it is in its place.
    const answering = media.holdNext('answer');
    void ana.reopen(offer).catch(() => undefined);
    await answering.reached;
    expect(media.endpoints.size).to.equal(3);
    await kill(one, other);
    await until('the room is there', () => other.rooms.find('lane') !== undefined);
    await until('what was half made is released', () => media.endpoints.size === 2);
    expect([...media.endpoints].map(({ record }) => record)).to.have.members(now);
    const [adopted] = [...media.endpoints].filter(({ sinks }) => sinks.size > 0);
    expect(adopted?.record).to.equal(now.find((record) => record !== before[1]));
    const anaNow = other.rooms.find('lane')?.find('ana');
    await anaNow?.reopen(offer);
    await other.owned.committed('lane');
    expect(media.endpoints.size).to.equal(2);
    expect([...media.endpoints].find(({ sinks }) => sinks.size > 0)?.record).to.not.equal(adopted?.record);
  });

  it('that cannot be read end, and what they had on media servers is released', async () => {
    const media = new FakeMedia();
    const one = await start({}, media);
    const other = await start({}, media);
    const ana = await one.join('r', 'ana');
    (await ana.publish(offer)).announce();
    const { journal } = await one.owned.own('r');
    journal.set('m:9', 'no JSON');
    await journal.committed();
    await kill(one, other);
    await until('it has ended', async () => (await other.node.hub.call('EXISTS', names.state(roomHash('r')))) === 0);
    await until('its pipeline is released', () => media.pipelines.size === 0);
    expect(other.log.lines.map(({ message }) => message)).to.include(
      'A room of another node has ended: it cannot be read',
    );
    expect(other.rooms.names).to.deep.equal([]);
  });

  it('go on with what Redis has of them after they were let go, since Redis was away for so long', async () => {
    const media = new FakeMedia();
    const { owned, rooms, join } = bound(await start({}, media));
    const ana = await join('r', 'ana');
    (await ana.publish(offer)).announce();
    const { journal } = await owned.own('r');
    await journal.committed();
    const before = [...media.endpoints].map(({ record }) => record);
    owned.letGo();
    expect([rooms.names, owned.size, ana.closed]).to.deep.equal([[], 0, true]);
    await owned.ownGiven(roomHash('r'));
    expect([...(rooms.find('r')?.participants ?? [])].map(({ id }) => id)).to.deep.equal(['ana']);
    expect(rooms.find('r')?.everybody, 'what was published is').to.satisfy((all: Iterable<Participant>) =>
      [...all].every(({ publications }) => publications.length === 1),
    );
    expect([...media.endpoints].map(({ record }) => record)).to.deep.equal(before);
    expect([...media.releases.values()], 'nothing was released').to.deep.equal([]);
  });

  it('that another node has taken are let go here, and nobody is told', async () => {
    const one = await start();
    const told: string[] = [];
    const ana = await one.rooms.join(
      'r',
      { id: 'ana', attributes: attributesOf('ana') },
      () =>
        ({ type }) =>
          void told.push(type),
    );
    const { journal } = await one.owned.own('r');
    await journal.committed();
    const kept = await one.stateOf('r');
    await one.node.hub.call('HSET', names.owner(roomHash('r')), 'node', 'other', 'epoch', journal.ownership.epoch + 1);
    told.length = 0;
    ana.raiseHand(true);
    await until('it has stepped down', () => one.owned.find('r') === undefined);
    expect(one.rooms.names).to.deep.equal([]);
    expect(ana.closed).to.equal(true);
    expect(told).to.deep.equal(['stateChanged']);
    expect(await one.stateOf('r')).to.deep.equal(kept);
    const error: unknown = await one.owned.own('r').catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ElsewhereError);
  });
});

/** Methods that can be called by themselves. */
function bound(owner: Owner) {
  const { owned, rooms } = owner;
  return { owned, rooms, join: owner.join.bind(owner), stateOf: owner.stateOf.bind(owner) };
}
