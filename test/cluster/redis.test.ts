import { expect } from 'chai';
import { checkRedis, UnfitRedisError } from '../../cluster/redis-check.js';
import { connectionOf, isRedisUrl } from '../../cluster/redis-url.js';
import { Hub } from '../../cluster/redis.js';
import { freePort } from '../../tools/free-port.js';
import { RecordingLog } from '../support/recording-log.js';
import { codeOf } from '../support/rejection.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { garden, NodeInRedis, turn } from './rooms-in-redis.js';

describe('REDIS_URL', () => {
  it('names a server, its user, its password and its database', () => {
    expect(connectionOf('redis://ana:p%40ss@[::1]:7000/3')).to.deep.equal({
      host: '::1',
      port: 7_000,
      db: 3,
      username: 'ana',
      password: 'p@ss',
    });
    expect(connectionOf('rediss://redis.example')).to.deep.equal({
      host: 'redis.example',
      port: 6_379,
      db: 0,
      tls: {},
    });
  });

  it('names sentinels and what they call the primary', () => {
    expect(connectionOf('sentinel://:secret@one:26380,[::1],two/atrium')).to.deep.equal({
      sentinels: [
        { host: 'one', port: 26_380 },
        { host: '::1', port: 26_379 },
        { host: 'two', port: 26_379 },
      ],
      name: 'atrium',
      password: 'secret',
    });
  });

  for (const text of [
    'localhost',
    'http://host',
    'redis://',
    'redis://host/name',
    'sentinel://host',
    'sentinel://a,/n',
  ]) {
    it(`is not ${text}`, () => {
      expect(isRedisUrl(text)).to.equal(false);
    });
  }
});

describe('The connections to Redis', () => {
  let redis: RedisServer;
  let hubs: Hub[];
  let log: RecordingLog;

  before(function () {
    if (!RedisServer.isInstalled) this.skip();
  });

  beforeEach(async () => {
    redis = await RedisServer.start();
    log = new RecordingLog();
    hubs = [];
  });

  afterEach(async () => {
    for (const hub of hubs) hub.close();
    await redis.remove();
  });

  function hubFor(url: string, waitReplicas = 0): Hub {
    const hub = new Hub({ url, name: 'ana', waitReplicas }, log);
    hubs.push(hub);
    return hub;
  }

  it('come back by themselves, with their channels, and nothing waits in them meanwhile', async () => {
    const hub = hubFor(redis.url);
    const heard: string[] = [];
    hub.listen({
      connected: () => heard.push('connected'),
      disconnected: () => heard.push('disconnected'),
      message: (channel, text) => heard.push(`${channel} ${text}`),
    });
    await hub.connect();
    await hub.subscribe('to:ana');
    await redis.kill();
    await until('it is noticed', () => !hub.isConnected);
    expect(await codeOf(hub.call('PING'))).to.equal('AWAY');
    expect(await codeOf(hub.subscribe('rooms'))).to.equal('AWAY');
    await redis.start();
    await hub.connection();
    await hub.all([
      ['PUBLISH', 'to:ana', 'one'],
      ['PUBLISH', 'rooms', 'two'],
    ]);
    await until('both are heard', () => heard.length === 5);
    expect(heard).to.deep.equal(['connected', 'disconnected', 'connected', 'to:ana one', 'rooms two']);
  });

  it('fail at once for what was not answered when they were lost', async () => {
    const hub = hubFor(redis.url);
    await hub.connect();
    redis.signal('SIGSTOP');
    const call = codeOf(hub.call('PING'));
    await redis.kill();
    expect(await call).to.equal('AWAY');
  });

  it('say why there is no first one', async () => {
    const hub = hubFor(`redis://127.0.0.1:${await freePort()}`);
    expect(await codeOf(hub.connect())).to.equal('AWAY');
  });

  it('pass on what is the fault of a program', async () => {
    const hub = hubFor(redis.url);
    await hub.connect();
    const error: unknown = await hub.call('NONSENSE').catch((reason: unknown) => reason);
    expect(String(error)).to.include('unknown command');
    expect(error).not.to.have.property('code', 'AWAY');
  });

  it('find the primary by a sentinel', async () => {
    const sentinel = await RedisServer.sentinel('garden', redis);
    try {
      const hub = hubFor(`sentinel://127.0.0.1:${sentinel.port}/garden`);
      await hub.connect();
      await hub.call('SET', 'here', '1');
      const other = hubFor(redis.url);
      await other.connect();
      expect(await other.call('GET', 'here')).to.equal('1');
    } finally {
      await sentinel.remove();
    }
  });

  it('count a commit when as many replicas have it as are wanted', async () => {
    const ana = await NodeInRedis.start(redis, 'ana', { waitReplicas: 1 });
    hubs.push(ana.hub);
    const claim = await ana.store.claim(garden, 'garden');
    if (claim.type !== 'mine') throw new Error('the room is taken');
    const commit = async (): Promise<unknown> => ana.store.commit({ hash: garden, epoch: claim.epoch }, turn({}));
    expect(await codeOf(commit())).to.equal('AWAY');
    const replica = await RedisServer.start('--replicaof', `127.0.0.1 ${redis.port}`);
    try {
      // It is written already: sent again, it only has to be there.
      await until('a replica has it', async () => (await commit().catch(() => 'not yet')) !== 'not yet');
      const other = hubFor(replica.url);
      await other.connect();
      expect(await other.call('HGET', `test:{${garden}}:owner`, 'seq')).to.equal('1');
    } finally {
      await replica.remove();
    }
  });

  describe('are checked at the start, and', () => {
    async function checked(settings: readonly [string, string][] = [], waitReplicas = 0): Promise<unknown> {
      const hub = hubFor(redis.url);
      await hub.connect();
      for (const [name, value] of settings) await hub.call('CONFIG', 'SET', name, value);
      return checkRedis(hub, waitReplicas, log).catch((error: unknown) => error);
    }

    it('are right for Redis as it should be', async () => {
      expect(await checked()).to.equal(undefined);
      expect(log.lines.filter(({ level }) => level === 'warn')).to.deep.equal([]);
    });

    it('are refused when Redis drops data', async () => {
      const error = await checked([['maxmemory-policy', 'allkeys-lru']]);
      expect(error).to.be.instanceOf(UnfitRedisError);
      expect(String(error)).to.include('noeviction (allkeys-lru)');
    });

    it('are warned of when a restart of Redis loses data, and when replicas are missing', async () => {
      expect(await checked([['appendonly', 'no']], 2)).to.equal(undefined);
      expect(log.has('warn', 'append-only')).to.equal(true);
      expect(log.has('warn', 'REDIS_WAIT_REPLICAS')).to.equal(true);
    });
  });
});
