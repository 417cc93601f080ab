import { expect } from 'chai';
import { Counts } from '../../cluster/counts.js';
import { Directory } from '../../cluster/directory.js';
import type { DirectoryContext } from '../../cluster/directory.js';
import type { TakenRoom } from '../../cluster/take-over.js';
import { roomHash } from '../../cluster/names.js';
import type { NodeFacts, NodeState } from '../../cluster/node-facts.js';
import type { Peer } from '../../cluster/peers.js';
import { byRendezvous } from '../../cluster/rendezvous.js';
import { RoomList } from '../../cluster/room-list.js';
import { RecordingLog } from '../support/recording-log.js';
import { codeOf } from '../support/rejection.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { HandClock } from './hand-clock.js';
import { garden, names, NodeInRedis, turn } from './rooms-in-redis.js';

const everything = { media: new Set(['ws://one', 'ws://two']), oldest: 1, newest: 1, rooms: 0, sockets: 0 };

/** What one node believes of the others, in the hands of a test. */
class Belief {
  state: NodeState = 'up';
  alive: Peer[] = [];
  readonly dead = new Set<string>();
  isSettling = false;
  readonly suspected: string[] = [];

  get peers() {
    return {
      alive: this.alive,
      isDead: (id: string) => this.dead.has(id),
      isSettling: this.isSettling,
      suspect: async (id: string) => {
        this.suspected.push(id);
        return Promise.resolve();
      },
    };
  }

  /** @param given what it says of itself, where it is not as all others */
  sees(id: string, given: Partial<NodeFacts> = {}): void {
    const facts = { name: id, url: '', region: '', version: '1', rooms: 0, sockets: 0, lag: 0, digest: '' };
    this.alive.push({ id, facts: { ...facts, ...everything, state: 'up', ...given } });
  }
}

class Searcher {
  readonly belief = new Belief();
  readonly clock = new HandClock();
  readonly log = new RecordingLog();
  readonly counts = new Counts();
  readonly taken: TakenRoom[] = [];
  readonly directory: Directory;
  reach: ReturnType<DirectoryContext['reach']> = everything;
  take = async (): Promise<void> => Promise.resolve();

  constructor(node: NodeInRedis) {
    this.directory = new Directory({
      hub: node.hub,
      names,
      store: node.store,
      membership: this.belief,
      nodeId: node.id,
      clock: this.clock,
      log: this.log,
      counts: this.counts,
      reach: () => this.reach,
      taken: async (room) => {
        this.taken.push(room);
        return this.take();
      },
    });
  }

  get rooms(): string[] {
    return this.taken.map(({ name }) => name).sort();
  }
}

describe('The directory of rooms', () => {
  let redis: RedisServer;
  let ana: NodeInRedis;
  let ben: NodeInRedis;
  let cleo: NodeInRedis;

  before(async function () {
    if (!RedisServer.isInstalled) this.skip();
    redis = await RedisServer.start();
  });

  beforeEach(async () => {
    ana = await NodeInRedis.start(redis, 'ana');
    ben = await NodeInRedis.start(redis, 'ben');
    cleo = await NodeInRedis.start(redis, 'cleo');
  });

  afterEach(async () => {
    await ben.hub.call('FLUSHALL');
    for (const node of [ana, ben, cleo]) node.die();
  });

  after(async () => {
    await (redis as RedisServer | undefined)?.remove();
  });

  async function epochOf(claim: ReturnType<NodeInRedis['store']['claim']>): Promise<number> {
    const answer = await claim;
    if (answer.type !== 'mine') throw new Error('the room is taken');
    return answer.epoch;
  }

  /** Ana owns rooms of these names and is dead then. @param media the field of the state that says what each uses */
  async function leave(rooms: readonly string[], media?: string): Promise<void> {
    for (const name of rooms) {
      const hash = roomHash(name);
      const epoch = await epochOf(ana.store.claim(hash, name));
      const changes = new Map([['room', name], ...(media === undefined ? [] : [['media', media] as const])]);
      await ana.store.commit({ hash, epoch }, turn({ changes }));
    }
    await ben.hub.call('DEL', names.node('ana'));
  }

  const named = (count: number): string[] => Array.from({ length: count }, (_, index) => `room ${index}`);

  it('asks for an owner once, and believes what it is told later', async () => {
    const { directory } = new Searcher(ben);
    expect(await directory.find('garden')).to.equal(undefined);
    const epoch = await epochOf(ana.store.claim(garden, 'garden'));
    expect(await directory.find('garden')).to.deep.equal({ node: 'ana', epoch });
    await ana.store.handover({ hash: garden, epoch }, 0, 'cleo');
    expect(await directory.find('garden')).to.deep.equal({ node: 'ana', epoch });
    directory.moved(garden, { node: 'cleo', epoch: epoch + 1 });
    directory.moved(garden, { node: 'ana', epoch });
    expect(await directory.find('garden')).to.deep.equal({ node: 'cleo', epoch: epoch + 1 });
    directory.moved(garden, undefined);
    await cleo.store.close({ hash: garden, epoch: epoch + 1 });
    expect(await directory.find('garden')).to.equal(undefined);
  });

  it('takes no room that Redis may have lost, as long as its owner may write it again', async () => {
    const { directory, belief, clock } = new Searcher(ben);
    belief.isSettling = true;
    const claims = [directory.claim('garden'), directory.claim('pool')] as const;
    await until('both wait', () => clock.waits === 2);
    const epoch = await epochOf(ana.store.claim(garden, 'garden'));
    belief.isSettling = false;
    clock.pass(100);
    expect(await claims[0]).to.deep.equal({ type: 'other', owner: { node: 'ana', epoch } });
    expect(await claims[1]).to.include({ type: 'mine' });
  });

  it('asks again when a message to the owner reached nobody, and has the node looked at', async () => {
    const { directory, belief } = new Searcher(ben);
    const epoch = await epochOf(ana.store.claim(garden, 'garden'));
    await directory.find('garden');
    await ana.store.handover({ hash: garden, epoch }, 0, 'cleo');
    await directory.deaf('ana');
    expect(belief.suspected).to.deep.equal(['ana']);
    expect((await directory.find('garden'))?.node).to.equal('cleo');
  });

  it('takes a free room once, however often it is asked at once', async () => {
    const { directory } = new Searcher(ben);
    const [one, other] = await Promise.all([directory.claim('garden'), directory.claim('garden')]);
    expect(one).to.equal(other);
    expect(one.type).to.equal('mine');
    const second = new Searcher(cleo).directory;
    expect((await second.claim('garden')).type).to.equal('other');
    expect((await second.find('garden'))?.node).to.equal('ben');
  });

  it('takes the room of a dead node for somebody that wants to come in, and of no other', async () => {
    const { directory, belief } = new Searcher(ben);
    await leave(['garden']);
    expect((await directory.claim('garden')).type).to.equal('other');
    belief.dead.add('ana');
    const claim = await directory.claim('garden');
    expect(claim.type === 'mine' && [...claim.state]).to.deep.equal([['room', 'garden']]);
  });

  it('takes nothing while its node may not act', async () => {
    const ben_ = new Searcher(ben);
    await leave(['garden']);
    ben_.belief.dead.add('ana');
    ben_.belief.state = 'frozen';
    expect(await codeOf(ben_.directory.claim('garden'))).to.equal('AWAY');
    await ben_.directory.takeOver('ana');
    expect(ben_.taken).to.deep.equal([]);
    expect(await ben.store.ownerOf(garden)).to.deep.include({ node: 'ana' });
  });

  describe('divides the rooms of a dead node', () => {
    function two(): [Searcher, Searcher] {
      const pair: [Searcher, Searcher] = [new Searcher(ben), new Searcher(cleo)];
      pair[0].belief.sees('cleo');
      pair[1].belief.sees('ben');
      for (const { belief } of pair) belief.dead.add('ana');
      return pair;
    }

    it('among those that live, each room once', async () => {
      const [first, second] = two();
      const rooms = named(40);
      await leave(rooms);
      const rounds = [first, second].map(async ({ directory }) => directory.takeOver('ana'));
      await until('all are taken', () => first.taken.length + second.taken.length === 40);
      for (const { clock } of [first, second]) clock.pass(300);
      await Promise.all(rounds);
      const firstOfBen = rooms.filter((name) => byRendezvous(roomHash(name), ['ben', 'cleo'])[0] === 'ben');
      expect(first.rooms).to.deep.equal(firstOfBen.sort());
      expect([...first.rooms, ...second.rooms].sort()).to.deep.equal(rooms.sort());
      expect([...(first.taken[0]?.state ?? [])]).to.deep.equal([['room', first.taken[0]?.name]]);
      expect(await ben.hub.call('EXISTS', names.roomsOf('ana'))).to.equal(0);
    });

    it('so that a node that has more connections than the others takes fewer', async () => {
      const [first, second] = two();
      first.reach = { ...everything, sockets: 1_000 };
      second.belief.alive = [];
      second.belief.sees('ben', { sockets: 1_000 });
      await leave(named(80));
      const rounds = [first, second].map(async ({ directory }) => directory.takeOver('ana'));
      await until('all are taken', () => first.taken.length + second.taken.length === 80);
      for (const { clock } of [first, second]) clock.pass(300);
      await Promise.all(rounds);
      expect(first.taken.length).to.be.within(10, 30);
    });

    it('so that one whose turn it was, and does nothing, loses its rooms after 300 ms', async () => {
      const [first] = two();
      const rooms = named(20);
      await leave(rooms);
      const round = first.directory.takeOver('ana');
      const own = rooms.filter((name) => byRendezvous(roomHash(name), ['ben', 'cleo'])[0] === 'ben').length;
      await until('its own are taken', () => first.taken.length === own && first.clock.waits > 0);
      first.clock.pass(299);
      expect(first.taken).to.have.length(own);
      first.clock.pass(1);
      await round;
      expect(first.rooms).to.deep.equal(rooms.sort());
    });

    it('so that one that is still taking its rooms has more time', async () => {
      const [first] = two();
      const rooms = named(20);
      await leave(rooms);
      const round = first.directory.takeOver('ana');
      const others = rooms.filter((name) => byRendezvous(roomHash(name), ['ben', 'cleo'])[0] === 'cleo');
      await until('its own are taken', () => first.taken.length === 20 - others.length && first.clock.waits > 0);
      await cleo.store.claim(roomHash(others[0] ?? ''), others[0] ?? '', 'ana');
      first.clock.pass(300);
      await until('it waits again', () => first.clock.waits > 0);
      expect(first.taken).to.have.length(20 - others.length);
      first.clock.pass(300);
      await round;
      expect(first.taken).to.have.length(19);
    });

    it('so that a node that reaches the media servers of a room takes it', async () => {
      const [first, second] = two();
      first.reach = { ...everything, media: new Set(['ws://one']) };
      await leave(named(10), 'ws://one ws://two');
      await first.directory.takeOver('ana');
      expect(first.taken).to.deep.equal([]);
      second.belief.alive = [];
      second.belief.sees('ben', { media: new Set(['ws://one']) });
      await second.directory.takeOver('ana');
      expect(second.taken).to.have.length(10);
    });

    it('though nobody reaches its media servers, since they ended with the node', async () => {
      const first = new Searcher(ben);
      first.belief.dead.add('ana');
      await leave(named(3), 'ws://of-ana');
      await first.directory.takeOver('ana');
      expect(first.taken).to.have.length(3);
    });

    it('but none to a node that cannot read them, or takes none any more', async () => {
      const [first, second] = two();
      await leave(named(6));
      first.reach = { ...everything, oldest: 2, newest: 2 };
      second.belief.state = 'draining';
      await first.directory.takeOver('ana');
      await second.directory.takeOver('ana');
      expect([...first.taken, ...second.taken]).to.deep.equal([]);
    });

    it('all at once, before it restores them, so that everybody finds who owns them', async () => {
      const first = new Searcher(ben);
      first.belief.dead.add('ana');
      await leave(named(100));
      const owned = async (): Promise<unknown> => ben.hub.call('SCARD', names.roomsOf('ben'));
      let go: () => void = () => undefined;
      first.take = async () => new Promise((resolve) => (go = resolve));
      const round = first.directory.takeOver('ana');
      await until('all are claimed', async () => (await owned()) === 100);
      expect(first.taken).to.have.length(1);
      first.take = async () => Promise.resolve();
      go();
      await round;
      expect(first.taken).to.have.length(100);
    });

    it('in slices, so that others are answered between a few rooms, however many there are', async () => {
      const first = new Searcher(ben);
      first.belief.dead.add('ana');
      await leave(named(60));
      first.take = async () => {
        // Each room keeps the node for so many ms.
        first.clock.pass(9);
        return Promise.resolve();
      };
      const round = first.directory.takeOver('ana');
      const slices: number[] = [];
      while (first.taken.length < 60) {
        await until('the slice is over', () => first.clock.waits > 0 || first.taken.length === 60);
        slices.push(first.taken.length - slices.reduce((sum, each) => sum + each, 0));
        first.clock.pass(0);
      }
      await round;
      expect(Math.max(...slices), 'rooms in one turn').to.be.at.most(2);
    });

    it('and those first that somebody waits for', async () => {
      const first = new Searcher(ben);
      first.belief.dead.add('ana');
      const rooms = named(10);
      await leave(rooms);
      let go: () => void = () => undefined;
      first.take = async () => new Promise((resolve) => (go = resolve));
      const round = first.directory.takeOver('ana');
      await until('all are claimed', () => first.directory.claimed.length === 9);
      const wanted = rooms.find((name) => name !== first.taken[0]?.name && name !== first.taken[1]?.name) ?? '';
      const claiming = first.directory.claim(wanted);
      first.take = async () => Promise.resolve();
      go();
      const claim = await claiming;
      expect(claim.type === 'mine' && [...claim.state]).to.deep.equal([['room', wanted]]);
      expect(first.taken.map(({ name }) => name).indexOf(wanted)).to.equal(1);
      await round;
      expect(first.rooms, 'once').to.deep.equal([...rooms].sort());
    });

    it('and leaves them when the node turns out to live', async () => {
      const [first] = two();
      const rooms = named(20);
      await leave(rooms);
      const round = first.directory.takeOver('ana');
      const own = rooms.filter((name) => byRendezvous(roomHash(name), ['ben', 'cleo'])[0] === 'ben').length;
      await until('its own are taken', () => first.taken.length === own && first.clock.waits > 0);
      first.belief.dead.clear();
      first.clock.pass(300);
      await round;
      expect(first.taken).to.have.length(own);
    });

    it('and goes on when one of them cannot be restored', async () => {
      const first = new Searcher(ben);
      first.belief.dead.add('ana');
      await leave(named(3));
      first.take = async () => Promise.reject(new Error('a fault'));
      await first.directory.takeOver('ana');
      expect(first.taken).to.have.length(3);
      expect(first.log.has('error', 'could not be taken over')).to.equal(true);
    });
  });

  it('gives each node its share, and moves few rooms when a node comes', () => {
    const rooms = named(3_000).map(roomHash);
    const firstOf = (ids: string[]) => rooms.map((hash) => byRendezvous(hash, ids)[0]);
    const before = firstOf(['a', 'b', 'c']);
    const after = firstOf(['a', 'b', 'c', 'd']);
    for (const id of ['a', 'b', 'c']) expect(before.filter((each) => each === id).length).to.be.within(900, 1_100);
    expect(after.filter((id) => id === 'd').length).to.be.within(650, 850);
    expect(after.filter((id, index) => id !== before[index] && id !== 'd')).to.deep.equal([]);
  });

  describe('lists rooms', () => {
    it('of all nodes, read once a second', async () => {
      const clock = new HandClock();
      const list = new RoomList(ben.hub, names, clock);
      const epoch = await epochOf(ana.store.claim(garden, 'garden'));
      await ana.store.commit({ hash: garden, epoch }, turn({ summary: '1' }));
      expect([...(await list.summaries())]).to.deep.equal([[garden, '1']]);
      await ana.store.commit({ hash: garden, epoch }, turn({ from: 1, summary: '2' }));
      clock.pass(999);
      expect((await list.summaries()).get(garden)).to.equal('1');
      clock.pass(1);
      expect((await list.summaries()).get(garden)).to.equal('2');
      list.close();
    });

    it('and tells of each change at once', async () => {
      const list = new RoomList(ben.hub, names, new HandClock());
      const heard: unknown[] = [];
      const end = await list.watch((hash, summary) => heard.push([hash, summary]));
      const epoch = await epochOf(ana.store.claim(garden, 'garden'));
      await ana.store.commit({ hash: garden, epoch }, turn({ summary: '1' }));
      await ben.hub.call('PUBLISH', names.roomsChannel, 'no JSON');
      await ana.store.close({ hash: garden, epoch });
      await until('both are heard', () => heard.length === 2);
      expect(heard).to.deep.equal([
        [garden, '1'],
        [garden, undefined],
      ]);
      end();
      list.close();
    });
  });
});
