import { expect } from 'chai';
import { systemClock } from '../../cluster/clock.js';
import type { RoomJournal } from '../../cluster/journal.js';
import { Journals } from '../../cluster/journals.js';
import { RecordingLog } from '../support/recording-log.js';
import { codeOf } from '../support/rejection.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { garden, names, NodeInRedis } from './rooms-in-redis.js';

describe('A journal in Redis', () => {
  let redis: RedisServer;
  let ana: NodeInRedis;
  let ben: NodeInRedis;
  let journals: Journals;
  let log: RecordingLog;
  let heard: string[];

  before(function () {
    if (!RedisServer.isInstalled) this.skip();
  });

  beforeEach(async () => {
    redis = await RedisServer.start('--appendfsync', 'always');
    ana = await NodeInRedis.start(redis, 'ana');
    ben = await NodeInRedis.start(redis, 'ben');
    log = new RecordingLog();
    heard = [];
    const bounds = { resumeMs: 30_000, logEntries: 2_000, logBytes: 1_048_576 };
    journals = new Journals(ana.hub, ana.store, bounds, systemClock, log);
  });

  afterEach(async () => {
    journals.close();
    ana.die();
    ben.die();
    await redis.remove();
  });

  async function open(): Promise<RoomJournal> {
    const claim = await ana.store.claim(garden, 'garden');
    if (claim.type !== 'mine') throw new Error('the room is taken');
    return journals.begin({ ...claim, hash: garden, name: 'garden' }, [], {
      trimming: () => undefined,
      fenced: () => heard.push('fenced'),
      deaf: () => undefined,
    });
  }

  /** Says numbers, one each turn, while the test does something to Redis. @returns when all are told */
  async function count(journal: RoomJournal, meanwhile: () => Promise<void>): Promise<void> {
    const over = new AbortController();
    let next = 0;
    const done = meanwhile().finally(() => {
      over.abort();
    });
    while (!over.signal.aborted || next < 20) {
      await journal.ready();
      const text = String(next);
      journal.append('*', text);
      journal.set('last', text);
      journal.after(() => heard.push(text));
      next += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await done;
    await journal.committed();
    expect(heard).to.deep.equal(Array.from({ length: next }, (_, index) => String(index)));
  }

  /** The log in Redis, as another node reads it, and the state. */
  async function kept(): Promise<{ frames: string[]; state: unknown }> {
    const entries = await ben.store.logAfter(garden, { epoch: 0, seq: 0 }, 10_000);
    const state = await ben.hub.call('HGETALL', names.state(garden));
    return { frames: entries.map(({ frame }) => frame), state };
  }

  it('loses and repeats nothing when Redis is killed and comes back with its data', async () => {
    const journal = await open();
    await count(journal, async () => {
      await until('something is told', () => heard.length > 3);
      await redis.kill();
      await redis.start();
      await ana.hub.connection();
      await ben.hub.connection();
    });
    expect(await kept()).to.deep.equal({ frames: heard, state: ['last', heard.at(-1)] });
    expect(log.has('warn', 'written again')).to.equal(false);
  });

  it('writes the room again when Redis comes back empty', async () => {
    const journal = await open();
    journal.keepSession('s1');
    journal.summarize(() => '{}');
    await count(journal, async () => {
      await until('something is told', () => heard.length > 3);
      await redis.kill();
      redis.forgetAll();
      await redis.start();
      await ben.hub.connection();
      await until('the room is there', async () => (await ben.store.ownerOf(garden))?.node === 'ana');
    });
    expect(await kept()).to.deep.equal({ frames: heard, state: ['last', heard.at(-1)] });
    expect(await ben.hub.call('GET', names.session('s1'))).to.equal(garden);
    expect(await ben.hub.call('HGET', names.rooms, garden)).to.equal('{}');
    expect(await ben.store.ownerOf(garden)).to.deep.equal({ node: 'ana', epoch: journal.ownership.epoch });
    expect(log.has('warn', 'written again')).to.equal(true);
  });

  it('writes the room again when Redis has lost its last writes', async () => {
    const journal = await open();
    await count(journal, async () => {
      await until('something is told', () => heard.length > 5);
      await redis.kill();
      redis.forgetFrom(`${journal.ownership.epoch}-3`);
      await redis.start();
      await ana.hub.connection();
      await ben.hub.connection();
    });
    expect(await kept()).to.deep.equal({ frames: heard, state: ['last', heard.at(-1)] });
    expect(log.has('warn', 'written again')).to.equal(true);
  });

  it('writes a room again in which nothing happens', async () => {
    const journal = await open();
    journal.set('first', '1');
    await journal.committed();
    journal.set('second', '2');
    await journal.committed();
    await ana.hub.call('HSET', names.owner(garden), 'seq', '1');
    await ana.hub.call('HDEL', names.state(garden), 'second');
    await journals.check();
    const isWhole = async (): Promise<boolean> => String((await kept()).state) === 'first,1,second,2';
    expect(await isWhole()).to.equal(false);
    await until('it is whole again', isWhole);
    await ana.hub.call('FLUSHALL');
    await journals.check();
    await until('it is there again', isWhole);
  });

  it('ends when another node has taken the room, and closed it', async () => {
    await open();
    await ben.hub.call('DEL', names.node('ana'));
    const claim = await ben.store.claim(garden, 'garden', 'ana');
    if (claim.type !== 'mine') throw new Error('the room was not taken');
    await ben.store.close({ hash: garden, epoch: claim.epoch });
    await journals.check();
    await until('it has ended', () => heard.length > 0);
    expect(heard).to.deep.equal(['fenced']);
    expect(await ben.store.ownerOf(garden)).to.equal(undefined);
  });

  it('notices a lost write that had no frame', async () => {
    const journal = await open();
    journal.set('first', '1');
    await journal.committed();
    journal.set('second', '2');
    await journal.committed();
    await redis.kill();
    redis.forgetFrom('second');
    await redis.start();
    await ana.hub.connection();
    await ben.hub.connection();
    expect((await kept()).state).to.deep.equal(['first', '1']);
    journal.append('*', 'on');
    await journal.committed();
    expect((await kept()).state).to.deep.equal(['first', '1', 'second', '2']);
  });

  it('has no effect once another node has the room', async () => {
    const journal = await open();
    journal.append('*', 'told');
    await journal.committed();
    await ben.hub.call('DEL', names.node('ana'));
    expect((await ben.store.claim(garden, 'garden', 'ana')).type).to.equal('mine');
    journal.append('*', 'late');
    journal.after(() => heard.push('late'));
    journal.send('ben', 'late');
    expect(await codeOf(journal.committed())).to.equal('FENCED');
    expect(heard).to.deep.equal(['fenced']);
    expect((await kept()).frames).to.deep.equal(['told']);
    expect(ben.heard).to.deep.equal([]);
    expect(journals.all).to.deep.equal([]);
  });

  it('goes on after Redis had no memory for a while', async () => {
    const journal = await open();
    await count(journal, async () => {
      await ben.hub.call('CONFIG', 'SET', 'maxmemory', '1');
      await until('commits are refused', () => !journal.hasRoom);
      await ben.hub.call('CONFIG', 'SET', 'maxmemory', '0');
    });
    expect(await kept()).to.deep.equal({ frames: heard, state: ['last', heard.at(-1)] });
  });

  it('hands the room to another node, and closes it there', async () => {
    const journal = await open();
    journal.set('room', '{}');
    const epoch = await journal.handOver('ben');
    expect(await ben.store.ownerOf(garden)).to.deep.equal({ node: 'ben', epoch });
    const claim = await ben.store.claim(garden, 'garden');
    if (claim.type !== 'mine') throw new Error('the room was not handed over');
    const bounds = { resumeMs: 30_000, logEntries: 2_000, logBytes: 1_048_576 };
    const others = new Journals(ben.hub, ben.store, bounds, systemClock, log);
    const owner = { trimming: () => undefined, fenced: () => undefined, deaf: () => undefined };
    const next = others.begin({ ...claim, hash: garden, name: 'garden' }, [], owner);
    next.append('*', 'the end');
    await next.close();
    expect(await ben.store.ownerOf(garden)).to.equal(undefined);
    expect(await kept()).to.deep.equal({ frames: ['the end'], state: [] });
    others.close();
  });
});
