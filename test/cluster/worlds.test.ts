import { expect } from 'chai';
import { GivenRooms } from '../../cluster/given-rooms.js';
import { roomHash } from '../../cluster/names.js';
import { ClusterNode } from '../../cluster/node.js';
import { Worlds } from '../../cluster/worlds.js';
import { RecordingLog } from '../support/recording-log.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { HandClock } from './hand-clock.js';
import { nodeSettings } from './rooms-in-redis.js';

/** A node, the worlds that it serves, and what it hears of them. */
class Member {
  readonly clock = new HandClock();
  readonly heard: string[] = [];
  readonly node: ClusterNode;
  readonly worlds: Worlds;

  private constructor(node: ClusterNode, isOne: boolean, members: Member[]) {
    this.node = node;
    this.worlds = new Worlds(
      { node, isOne, clock: this.clock, log: new RecordingLog() },
      {
        lost: (world) => this.heard.push(`lost ${world}`),
        nodeLost: (id) => this.heard.push(`node lost ${members.findIndex((member) => member.node.id === id)}`),
      },
    );
  }

  /** @param members those before it, to which it is added */
  static async start(redis: RedisServer, members: Member[], nodeUrl: string, isOne = false): Promise<Member> {
    const found: { member?: Member } = {};
    const node = await ClusterNode.start(
      { ...nodeSettings(redis.url), nodeUrl },
      {
        facts: () => ({ rooms: 0, sockets: 0, lag: 0, media: new Set(), load: new Map() }),
        frozen: () => undefined,
        up: () => {
          found.member?.worlds.up();
        },
        dead: (id) => {
          found.member?.worlds.died(id);
        },
        taken: (room) => {
          if (!found.member?.worlds.taken(room)) throw new Error(`${room.name} is no world`);
        },
      },
      new RecordingLog(),
    );
    const member = (found.member = new Member(node, isOne, members));
    members.push(member);
    return member;
  }

  /** What is said of a world by a node that may not act for as long as somebody waits. */
  async ownerInTheEnd(world: string): Promise<unknown> {
    const owner = this.worlds.ownerOf(world);
    this.clock.pass(3_000);
    return owner;
  }

  /** What is asked of Redis each second. */
  look(): void {
    this.clock.pass(1_000);
  }

  /** As after `kill -9`, but for what it remembers. */
  die(): void {
    this.node.hub.close();
  }
}

describe('The worlds of a cluster', function () {
  this.timeout(60_000);
  let redis: RedisServer;
  let members: Member[];

  before(function () {
    if (!RedisServer.isInstalled) this.skip();
  });

  beforeEach(async () => {
    redis = await RedisServer.start();
    members = [];
  });

  afterEach(async () => {
    for (const { worlds, node } of members) {
      worlds.close();
      await node.close();
    }
    await redis.remove();
  });

  async function two(isOne = false): Promise<[Member, Member]> {
    return [
      await Member.start(redis, members, 'http://one:1', isOne),
      await Member.start(redis, members, 'http://two:2', isOne),
    ];
  }

  const at = ({ node: { id } }: Member, url: string) => ({ node: id, url });

  it('belong to the node that a client comes to first', async () => {
    const [one, two_] = await two();
    expect(await one.worlds.ownerOf('a')).to.equal('here');
    expect(one.worlds.ownerOf('a'), 'without a wait').to.equal('here');
    expect(await two_.worlds.ownerOf('a')).to.deep.equal(at(one, 'http://one:1'));
    expect(two_.worlds.ownerOf('a'), 'without a wait').to.deep.equal(at(one, 'http://one:1'));
    expect(await two_.worlds.ownerOf('b')).to.equal('here');
    expect(await one.worlds.ownerOf('b')).to.deep.equal(at(two_, 'http://two:2'));
  });

  it('are one where all clients may meet', async () => {
    const [one, two_] = await two(true);
    expect(await one.worlds.ownerOf('a')).to.equal('here');
    expect(await two_.worlds.ownerOf('b')).to.deep.equal(at(one, 'http://one:1'));
    await one.worlds.ownerOf('b');
    await one.worlds.release();
    expect(one.heard).to.deep.equal(['lost a', 'lost b']);
  });

  it('have one owner, however many nodes are asked at once', async () => {
    const [one, two_] = await two();
    const owners = await Promise.all([one, two_, one, two_].map(async ({ worlds }) => worlds.ownerOf('a')));
    expect(owners.filter((owner) => owner === 'here')).to.have.length(2);
    expect(new Set(owners).size).to.be.within(2, 3);
  });

  it('are no rooms that anybody could name, and in no list', async () => {
    const [one] = await two();
    await one.worlds.ownerOf('a');
    await one.node.directory.claim('world');
    await one.node.directory.claim('world a');
    expect(await one.worlds.ownerOf('a')).to.equal('here');
    expect([...(await one.node.rooms.summaries())]).to.deep.equal([]);
  });

  it('are not taken for rooms that were given to their node', async () => {
    const [one] = await two();
    await one.worlds.ownerOf('a');
    await one.node.directory.claim('garden');
    const { hub, names, id: nodeId } = one.node;
    const asked: string[] = [];
    const owned = {
      all: [],
      ownGiven: async (hash: string) => {
        asked.push(hash);
        return Promise.reject(new Error('not here'));
      },
    };
    const clock = new HandClock();
    const besides = (): string[] => one.worlds.hashes;
    const given = new GivenRooms({
      hub,
      names,
      nodeId,
      clock,
      log: new RecordingLog(),
      owned,
      besides,
      isUp: () => true,
    });
    await until('it has looked often enough', () => {
      clock.pass(1_000);
      return asked.length > 0;
    });
    given.close();
    expect(new Set(asked)).to.deep.equal(new Set([roomHash('garden')]));
  });

  it('go to a node that lives when their owner is killed, and its tunnels are cut', async () => {
    const [one, two_] = await two();
    await one.worlds.ownerOf('a');
    await two_.worlds.ownerOf('a');
    await until('the other is known', () => two_.node.membership.peers.alive.length === 1);
    one.die();
    await until('the world is taken', () => two_.worlds.ownerOf('a') === 'here');
    expect((await two_.node.store.ownerOf(roomHash('world\na')))?.node).to.equal(two_.node.id);
    expect(await one.ownerInTheEnd('a'), 'it may not act').to.equal(undefined);
  });

  it('of a dead node are known to be somewhere else, which is told once', async () => {
    const [one, two_] = await two();
    const three = await Member.start(redis, members, '');
    await one.worlds.ownerOf('a');
    await two_.worlds.ownerOf('a');
    await until('the first is known', () => two_.node.membership.peers.alive.some(({ id }) => id === one.node.id));
    // So that another one takes the world.
    void two_.node.membership.drain();
    one.die();
    await until('it is taken', () => three.worlds.ownerOf('a') === 'here');
    await until('the other hears it too', () => two_.heard.length > 0);
    expect(two_.heard).to.deep.equal(['node lost 0']);
    expect(await two_.worlds.ownerOf('a'), 'a node without NODE_URL').to.deep.equal(at(three, ''));
  });

  it('are given back, and the clients are told to go', async () => {
    const [one, two_] = await two();
    await one.worlds.ownerOf('a');
    await two_.worlds.ownerOf('a');
    await one.worlds.release();
    expect(one.heard).to.deep.equal(['lost a']);
    expect(await one.worlds.ownerOf('a'), 'it takes none any more').to.equal(undefined);
    two_.worlds.mistaken('a', one.node.id);
    expect(await two_.worlds.ownerOf('a')).to.equal('here');
    expect(await one.worlds.ownerOf('a')).to.deep.equal(at(two_, 'http://two:2'));
  });

  it('are not taken by a node that drains', async () => {
    const [one, two_] = await two();
    void one.node.membership.drain();
    expect(await one.worlds.ownerOf('a')).to.equal(undefined);
    expect(await two_.worlds.ownerOf('a')).to.equal('here');
    expect(await one.worlds.ownerOf('a')).to.deep.equal(at(two_, 'http://two:2'));
  });

  it('are lost when another node owns them, and asked for again', async () => {
    const [one, two_] = await two();
    await one.worlds.ownerOf('a');
    const hash = roomHash('world\na');
    const { epoch = 0 } = (await one.node.store.ownerOf(hash)) ?? {};
    await one.node.store.handover({ hash, epoch }, 0, two_.node.id);
    one.look();
    await until('it has noticed', () => one.heard.length > 0);
    expect(one.heard).to.deep.equal(['lost a']);
    // The other one has not been told: it finds out when a client comes.
    expect(await one.worlds.ownerOf('a')).to.deep.equal(at(two_, 'http://two:2'));
    expect(await two_.worlds.ownerOf('a')).to.equal('here');
  });

  it('are written again when Redis has lost them', async () => {
    const [one, two_] = await two();
    await one.worlds.ownerOf('a');
    const hash = roomHash('world\na');
    const before = await one.node.store.ownerOf(hash);
    await two_.node.hub.call('DEL', one.node.names.owner(hash), one.node.names.log(hash));
    one.look();
    await until('it is there again', async () => (await two_.node.store.ownerOf(hash)) !== undefined);
    expect(await two_.node.store.ownerOf(hash)).to.deep.equal(before);
    expect(one.heard).to.deep.equal([]);
  });

  it('are nobody’s for a node that Redis does not answer', async () => {
    const [one, two_] = await two();
    await one.worlds.ownerOf('a');
    await redis.kill();
    await until('it is noticed', () => one.node.membership.state === 'frozen');
    await until('it is noticed', () => two_.node.membership.state === 'frozen');
    expect(await one.ownerInTheEnd('a')).to.equal(undefined);
    expect(await two_.ownerInTheEnd('b')).to.equal(undefined);
    const waiting = one.worlds.ownerOf('a');
    await redis.start();
    expect(await waiting, 'a client that comes meanwhile waits').to.equal('here');
    expect(one.worlds.ownerOf('a')).to.equal('here');
    expect(one.heard).to.deep.equal([]);
  });

  it('are given back in a bounded time while Redis is away', async () => {
    const [one] = await two();
    await one.worlds.ownerOf('a');
    await redis.kill();
    const released = one.worlds.release();
    one.clock.pass(2_000);
    await released;
    expect(one.heard).to.deep.equal(['lost a']);
    await redis.start();
  });
});
