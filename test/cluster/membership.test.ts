import { expect } from 'chai';
import { Membership } from '../../cluster/membership.js';
import type { NodeFacts } from '../../cluster/node-facts.js';
import { Hub } from '../../cluster/redis.js';
import { RecordingLog } from '../support/recording-log.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { HandClock } from './hand-clock.js';
import { names } from './rooms-in-redis.js';

/** So long that no key expires by itself, however slow the machine is. */
const leaseMs = 30_000;

/** A node, whose time the test has in its hands. */
class Node {
  readonly id: string;
  readonly hub: Hub;
  readonly clock = new HandClock();
  readonly log = new RecordingLog();
  readonly heard: string[] = [];
  readonly membership: Membership;
  facts: Omit<NodeFacts, 'state'> & { load: ReadonlyMap<string, number> } = {
    name: 'host',
    url: '',
    region: 'eu',
    version: '1.0.0',
    oldest: 1,
    newest: 1,
    rooms: 0,
    sockets: 0,
    lag: 0,
    media: new Set(['ws://one', 'ws://two']),
    digest: 'd',
    load: new Map(),
  };
  /** What happens before it is up again. */
  thawing = async (): Promise<void> => Promise.resolve();

  constructor(redis: RedisServer, id: string) {
    this.id = id;
    this.hub = new Hub({ url: redis.url, name: id, waitReplicas: 0 }, this.log);
    const { hub, clock, log, heard } = this;
    this.membership = new Membership(
      { hub, names, nodeId: id, leaseMs, clock, log, facts: () => this.facts },
      {
        frozen: () => heard.push('frozen'),
        thawing: async () => this.thawing(),
        up: () => heard.push('up'),
        dead: (node) => heard.push(`dead ${node}`),
      },
    );
  }

  async start(): Promise<this> {
    await this.hub.connect();
    await this.membership.start();
    return this;
  }

  get state(): string {
    return this.membership.state;
  }

  /** Looks at the others so often, one look after another. @param ms of its time between two looks */
  async look(times: number, ms = 200): Promise<void> {
    for (let index = 0; index < times; index += 1) {
      this.clock.pass(ms);
      await this.membership.peers.look();
      await until('heartbeats are answered', () => this.state === 'up');
    }
  }

  /** As after `kill -9`. */
  kill(): void {
    this.hub.close();
  }
}

describe('Membership', () => {
  let redis: RedisServer;
  let nodes: Node[];

  before(async function () {
    if (!RedisServer.isInstalled) this.skip();
    redis = await RedisServer.start();
  });

  beforeEach(() => {
    nodes = [];
  });

  afterEach(async () => {
    const [node] = nodes;
    await node?.hub.connection();
    await node?.hub.call('FLUSHALL');
    for (const each of nodes) each.kill();
  });

  after(async () => {
    await (redis as RedisServer | undefined)?.remove();
  });

  async function start(id: string): Promise<Node> {
    const node = new Node(redis, id);
    nodes.unshift(node);
    return node.start();
  }

  /** Ana, which may say of others that they are dead, and ben. */
  async function anaAndBen(): Promise<[ana: Node, ben: Node]> {
    const ana = await start('ana');
    await ana.look(15, 2_000);
    const ben = await start('ben');
    nodes.reverse();
    await ana.look(2);
    return [ana, ben];
  }

  it('tells the others what a node is', async () => {
    const [ana, ben] = await anaAndBen();
    const [peer] = ana.membership.peers.alive;
    expect(peer?.id).to.equal('ben');
    expect({ ...peer?.facts, load: new Map() }).to.deep.equal({ ...ben.facts, state: 'up' });
    void ben.membership.drain();
    expect(ben.state).to.equal('draining');
    await until('ana knows', async () => {
      await ana.look(5);
      return ana.membership.peers.alive[0]?.facts.state === 'draining';
    });
  });

  it('knows the time of Redis, though the clock of its machine is years behind', async () => {
    const ana = await start('ana');
    expect(Math.abs(ana.membership.redisTime - Date.now())).to.be.lessThan(60_000);
  });

  it('adds up the load of media servers, without that of dead nodes', async () => {
    const [ana, ben] = await anaAndBen();
    ben.facts = { ...ben.facts, load: new Map([['ws://one', 7]]) };
    ben.clock.pass(10_000);
    await until('ana knows', async () => {
      await ana.look(5);
      return ana.membership.peers.load.get('ws://one') === 7;
    });
    ben.kill();
    await until('ana noticed', async () => {
      await ana.look(6);
      return ana.membership.peers.load.size === 0;
    });
  });

  it('reads the load of very many nodes and media servers less often', async () => {
    const [ana, ben] = await anaAndBen();
    const seen = (): number | undefined => ana.membership.peers.load.get('ws://one');
    const writes = async (...fields: string[]): Promise<unknown> => ben.hub.call('HSET', names.load, ...fields);
    await writes(
      'ws://one ben',
      '7',
      ...Array.from({ length: 4_000 }, (_, index) => [`ws://${index} nobody`, '1']).flat(),
    );
    await until('ana knows', async () => {
      await ana.look(1, 1_000);
      return seen() === 7;
    });
    await writes('ws://one ben', '8');
    await ana.look(1, 1_000);
    expect(seen()).to.equal(7);
    await ana.look(2, 1_000);
    expect(seen()).to.equal(8);
  });

  it('warns once when a node has other options', async () => {
    const [ana, ben] = await anaAndBen();
    ben.facts = { ...ben.facts, digest: 'other' };
    ben.clock.pass(10_000);
    await until('ana warned', async () => {
      await ana.look(5);
      return ana.log.has('warn', 'other options');
    });
    await ana.look(10);
    expect(ana.log.lines.filter(({ message }) => message.includes('other options'))).to.have.length(1);
  });

  it('is dead after two looks without a subscription, as after kill -9', async () => {
    const [ana, ben] = await anaAndBen();
    await ana.hub.call('SADD', names.roomsOf('ben'), 'H');
    ben.kill();
    await until('Redis noticed', async () => {
      const counts = await ana.hub.call('PUBSUB', 'NUMSUB', names.channelOf('ben'));
      return Array.isArray(counts) && Number(counts[1]) === 0;
    });
    expect(ana.membership.peers.isDead('ben')).to.equal(false);
    await ana.look(1);
    expect(ana.heard).not.to.include('dead ben');
    await ana.look(1);
    expect(ana.membership.peers.isDead('ben')).to.equal(true);
    expect(ana.heard.filter((text) => text === 'dead ben')).to.have.length(1);
    // Told each second while it has rooms, then nothing is left of it.
    await ana.look(5);
    expect(ana.heard.filter((text) => text === 'dead ben')).to.have.length(2);
    await ana.hub.call('DEL', names.roomsOf('ben'), names.node('ben'));
    await ana.look(10);
    expect(await ana.hub.call('ZRANGE', names.nodes, 0, -1)).to.deep.equal(['ana']);
    expect(ana.heard.filter((text) => text === 'dead ben').length).to.be.within(3, 4);
  });

  it('is dead at the first look when its lease is over, as when it is stopped', async () => {
    const [ana] = await anaAndBen();
    await ana.hub.call('DEL', names.node('ben'));
    await ana.look(1);
    expect(ana.membership.peers.isDead('ben')).to.equal(true);
  });

  it('is alive again when its heartbeats come again', async () => {
    const [ana, ben] = await anaAndBen();
    await ana.hub.call('DEL', names.node('ben'));
    await ana.look(1);
    ben.clock.pass(10_000);
    await until('ana noticed', async () => {
      await ana.look(1);
      return !ana.membership.peers.isDead('ben') && ana.membership.peers.alive.length === 1;
    });
  });

  it('is looked at when a message to it reached nobody, even if nobody knew of it', async () => {
    const [ana] = await anaAndBen();
    await ana.membership.peers.suspect('long gone');
    expect(ana.heard).to.include('dead long gone');
  });

  it('says of nobody that they are dead within a lease after its own reconnection', async () => {
    const [ana, ben] = await anaAndBen();
    ben.kill();
    await redis.kill();
    await redis.start();
    await ana.hub.connection();
    await until('ana is up', () => ana.state === 'up');
    await ana.hub.call('DEL', names.node('ben'));
    await ana.membership.peers.suspect('ben');
    await ana.look(14, 2_000);
    expect(ana.heard.filter((text) => text.startsWith('dead'))).to.deep.equal([]);
    await ana.look(2, 2_000);
    expect(ana.heard.filter((text) => text.startsWith('dead'))).to.include('dead ben');
  });

  it('leaves nothing when it closes', async () => {
    const [ana, ben] = await anaAndBen();
    ben.facts = { ...ben.facts, load: new Map([['ws://one', 7]]) };
    await ben.membership.close();
    expect(await ana.hub.call('KEYS', '*')).to.have.members([names.nodes, names.node('ana')]);
    expect(await ana.hub.call('ZRANGE', names.nodes, 0, -1)).to.deep.equal(['ana']);
  });

  it('tells its load when it has changed, and all of it now and then, should Redis have lost it', async () => {
    const ana = await start('ana');
    ana.facts = { ...ana.facts, load: new Map([...['one', 'two'].map((name) => [`ws://${name}`, 7] as const)]) };
    const beat = async (): Promise<unknown> => {
      await ana.look(1, leaseMs / 3);
      return ana.hub.call('HGETALL', names.load);
    };
    await until('Redis knows', async () => Object.keys((await beat()) as object).length > 0);
    await ana.hub.call('DEL', names.load);
    ana.facts = { ...ana.facts, load: new Map(ana.facts.load).set('ws://two', 8) };
    expect(await beat(), 'what has changed').to.deep.equal(['ws://two ana', '8']);
    const all = ['ws://one ana', '7', 'ws://two ana', '8'];
    await until('all of it', async () => {
      const told = (await beat()) as readonly string[];
      return told.length === all.length;
    });
    expect([...((await beat()) as readonly string[])].sort()).to.deep.equal([...all].sort());
  });

  describe('freezes a node', () => {
    it('whose heartbeats are not answered for two thirds of a lease', async () => {
      const ana = await start('ana');
      redis.signal('SIGSTOP');
      ana.clock.pass(15_000);
      // The node reads its sockets, and there is no answer.
      await new Promise(setImmediate);
      ana.clock.pass(4_999);
      expect(ana.state).to.equal('up');
      ana.clock.pass(1);
      expect(ana.state).to.equal('frozen');
      expect(ana.heard).to.deep.equal(['up', 'frozen']);
      redis.signal('SIGCONT');
      await until('heartbeats are answered', () => {
        ana.clock.pass(2_000);
        return ana.state === 'up';
      });
    });

    it('not while it is too busy to read the answers of Redis', async () => {
      const ana = await start('ana');
      // One turn of the event loop, in which a heartbeat is sent.
      ana.clock.pass(29_000);
      expect(ana.state).to.equal('up');
      await until('the answers are read', async () => {
        await ana.hub.call('PING');
        ana.clock.pass(100);
        return ana.state === 'up';
      });
      expect(ana.heard).to.deep.equal(['up']);
    });

    it('that was busy for as long as two thirds of a lease, once a heartbeat is not answered', async () => {
      const ana = await start('ana');
      redis.signal('SIGSTOP');
      ana.clock.pass(29_000);
      expect(ana.state).to.equal('up');
      await new Promise(setImmediate);
      expect(ana.state).to.equal('frozen');
      redis.signal('SIGCONT');
      await until('heartbeats are answered', () => {
        ana.clock.pass(2_000);
        return ana.state === 'up';
      });
    });

    it('that has slept, at the first question, before a timer runs', async () => {
      const ana = await start('ana');
      ana.clock.sleep(20_000);
      expect(ana.state).to.equal('frozen');
      expect(ana.heard).to.deep.equal(['up', 'frozen']);
    });

    it('that has slept, also when the first that runs is a heartbeat', async () => {
      const ana = await start('ana');
      ana.clock.sleep(20_000);
      ana.clock.pass(10_000);
      expect(ana.heard).to.deep.equal(['up', 'frozen']);
    });

    it('that has lost a connection, until its rooms have been looked at', async () => {
      const ana = await start('ana');
      let check: () => void = () => undefined;
      ana.thawing = async () => new Promise((resolve) => (check = resolve));
      await redis.kill();
      await until('ana is frozen', () => ana.state === 'frozen');
      await redis.start();
      await ana.hub.connection();
      await until('ana looks at its rooms', () => {
        check();
        return ana.state === 'up';
      });
      expect(ana.heard).to.deep.equal(['up', 'frozen', 'up']);
    });

    it('and asks again when its rooms cannot be looked at', async () => {
      const ana = await start('ana');
      ana.clock.sleep(20_000);
      expect(ana.state).to.equal('frozen');
      let asked = 0;
      ana.thawing = async () => {
        asked += 1;
        return asked < 3 ? Promise.reject(new Error('not now')) : Promise.resolve();
      };
      await until('ana is up', () => {
        ana.clock.pass(10_000);
        return ana.state === 'up';
      });
      expect(asked).to.equal(3);
    });

    it('whose connection stands but is never answered, and connects anew', async () => {
      const ana = await start('ana');
      await ana.hub.call('CLIENT', 'PAUSE', '100', 'ALL');
      const id = ana.hub.call('CLIENT', 'ID');
      ana.clock.pass(15_000);
      await new Promise(setImmediate);
      ana.clock.pass(15_000);
      expect(ana.state).to.equal('frozen');
      ana.clock.pass(400);
      expect(String(await id.catch((error: unknown) => error))).to.match(/clos|retries/i);
      await until('ana is up', () => {
        ana.clock.pass(200);
        return ana.state === 'up';
      });
    });
  });
});
